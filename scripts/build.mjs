/** `npm run build`: type-check and compile all (tsc → dist/), then bundle each role's entry point into one file. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildPages } from './build-webui.mjs';
import { writeThirdPartyLicenses } from './third-party-licenses.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const startedMs = Date.now();

if (!process.argv.includes('--roles-only')) {
  const tsc = spawnSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'], {
    stdio: 'inherit',
  });
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
  const pages = spawnSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'runtime/webui/pages'], { stdio: 'inherit' });
  if (pages.status !== 0) process.exit(pages.status ?? 1);
}

/** Output in dist/ ← entry point. Each is one file: importing libraries one by one triples a role's start-up time. */
const ROLES = {
  'roles/resourcemanager': 'resourcemanager/main.ts',
  'roles/nodemanager': 'nodemanager/main.ts',
  'roles/appmaster': 'appmaster/main.ts',
  'roles/jobmanager': 'runtime/jobmanager/main.ts',
  'roles/enumerator-worker': 'runtime/jobmanager/sources/enumerator-worker.ts',
  'roles/taskmanager': 'runtime/taskmanager/main.ts',
  'roles/slot-worker': 'runtime/taskmanager/slot-worker.ts',
};

/** Commands are split into what each of them needs, so that a small one does not wait until all of Weft is read. */
const COMMANDS = {
  'bin/weft': 'cli/main.ts',
  'bin/yarn-session': 'cli/yarn-session.ts',
};

/** What `import … from 'weft-stream'`, `'weft-stream/testing'` and `'weft-stream/appmaster'` load; they share their parts with the commands. */
const PACKAGE = {
  'bin/weft-stream': 'runtime/local/package-entry.ts',
  'bin/weft-stream-testing': 'runtime/testing/index.ts',
  'bin/weft-stream-appmaster': 'appmaster/client/index.ts',
};

/**
 * What a program bundles when it imports `weft-stream/connectors/…`. Each is one file with all that it needs, except the API, of
 * which a thread has one instance.
 */
const CONNECTORS = {
  'bin/connectors/kafka': 'runtime/connectors/kafka/index.ts',
};

const apiFromPackage = {
  name: 'api-from-package',
  setup({ onResolve }) {
    onResolve({ filter: /\/(functions|errors)\/index\.js$/ }, () => ({ path: 'weft-stream', external: true }));
  },
};

function bundle(entries, options = {}) {
  return build({
    entryPoints: Object.entries(entries)
      .filter(([, entry]) => existsSync(entry))
      .map(([out, entry]) => ({ in: entry, out })),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    // Native or self-locating packages stay outside; everything else goes in.
    external: ['better-sqlite3', 'esbuild'],
    // CommonJS packages inside an ESM bundle still call require for Node's own modules.
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
    },
    logLevel: 'warning',
    metafile: true,
    ...options,
  });
}

mkdirSync('dist', { recursive: true });
// Shared parts have names by content: those of earlier builds would pile up.
if (!process.argv.includes('--roles-only')) rmSync('dist/bin', { recursive: true, force: true });
// Beside their entries, because code finds the other folders of dist from where it lies itself.
const bundles = await Promise.all([
  bundle(ROLES),
  bundle({ ...COMMANDS, ...PACKAGE }, { splitting: true, chunkNames: 'bin/[name]-[hash]' }),
  bundle(CONNECTORS, { plugins: [apiFromPackage] }),
]);
const pages = await buildPages();
const inputs = [...bundles, ...pages].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeThirdPartyLicenses(inputs, 'dist/THIRD-PARTY-LICENSES.txt');
for (const out of Object.keys(COMMANDS)) {
  if (existsSync(join('dist', `${out}.mjs`))) chmodSync(join('dist', `${out}.mjs`), 0o755);
}
if (!process.argv.includes('--roles-only')) writeFileSync('dist/.built', String(startedMs));
