/** Binds `import … from 'weft-stream'` to the one instance of the API that the thread already holds. */
import type { Plugin } from 'esbuild';
import { API_IMPORTED_SYMBOL, API_SYMBOL } from '../api-symbols.js';

const NAMESPACE = 'weft-api';

/** @param exportNames what `weft-stream` exports; an import of another name is an error of the bundler, with its line */
export function apiShim(exportNames: readonly string[]): Plugin {
  return {
    name: 'weft-api',
    setup(build) {
      build.onResolve({ filter: /^weft-stream$/ }, ({ path }) => ({ path, namespace: NAMESPACE }));
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({ contents: shimSource(exportNames), loader: 'js' }));
    },
  };
}

function shimSource(exportNames: readonly string[]): string {
  const lines = exportNames.map((name) =>
    name === 'default' ? 'export default api.default;' : `export const ${name} = api.${name};`,
  );
  return [
    `const api = globalThis[Symbol.for(${JSON.stringify(API_SYMBOL.description)})];`,
    `globalThis[Symbol.for(${JSON.stringify(API_IMPORTED_SYMBOL.description)})]?.();`,
    ...lines,
  ].join('\n');
}
