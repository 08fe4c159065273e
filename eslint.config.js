import tseslint from 'typescript-eslint';

/** Time and chance come only from an injected clock or random source, so that a run can be replayed. */
const NONDETERMINISM = [
  { object: 'Date', property: 'now', message: 'Use an injected Clock.' },
  { object: 'Math', property: 'random', message: 'Use an injected random source or node:crypto at the edge.' },
  { object: 'performance', property: 'now', message: 'Use an injected Clock.' },
];

export default tseslint.config(
  { ignores: ['dist/', '.build/', 'node_modules/', '**/*.mjs', '**/*.js', 'test/fixtures/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      // Indexed access is typed as always there, so this rule would forbid the very checks that guard it.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  {
    files: ['resourcemanager/**', 'nodemanager/**', 'appmaster/**', 'runtime/**', 'cli/**'],
    ignores: ['runtime/common/clock.ts', 'runtime/webui/pages/**'],
    rules: {
      'no-restricted-properties': ['error', ...NONDETERMINISM],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval'],
    },
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
