/** From a TypeScript or JavaScript file to an artifact that runs anywhere with the same Node and platform. */
import type { BuildOptions, BuildResult, Loader } from 'esbuild';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { WeftError } from '../common/errors/index.js';
import { ENTRY_FILE, SOURCE_MAP_FILE, fileOfContent, type Artifact, type ArtifactSource } from './artifact.js';
import { bundleError, isBuildFailure } from './bundle-errors.js';
import { collectPackages } from './native/collect-packages.js';
import { apiShim } from './plugins/api-shim.js';
import { connectors } from './plugins/connectors.js';
import { dataFiles } from './plugins/data-files.js';
import { nativePackages } from './plugins/native-packages.js';
import { collectShipFiles } from './ship-files.js';

export interface BundleOptions {
  /** Names that `weft-stream` exports. */
  apiExports: readonly string[];
  /** Files and folders to ship beside the program. @default [] */
  ship?: readonly string[];
  /** Folder that source paths are told relative to. @default the working folder */
  cwd?: string;
}

/** Data that a program imports like a module. */
const DATA_LOADERS: Record<string, Loader> = {
  '.txt': 'text',
  '.csv': 'text',
  '.tsv': 'text',
  '.jsonl': 'text',
  '.sql': 'text',
  '.bin': 'binary',
  '.wasm': 'binary',
};

const PROGRAM_NAME = /\.[cm]?[jt]sx?$/;

/** CommonJS packages inside the bundle still call `require` for Node's own modules and for native packages. */
const REQUIRE_BANNER = `import { createRequire as __weftCreateRequire } from 'node:module'; const require = __weftCreateRequire(import.meta.url);`;

/**
 * @param entryPath the program, from the working folder
 * @throws BUNDLE_NO_ENTRY, BUNDLE_SYNTAX, BUNDLE_UNRESOLVED_IMPORT, BUNDLE_BAD_SHIP_FILE, BUNDLE_FAILED
 */
export async function bundleProgram(entryPath: string, options: BundleOptions): Promise<Artifact> {
  const cwd = options.cwd ?? process.cwd();
  const entry = resolve(cwd, entryPath);
  await requireEntry(entry, entryPath);
  const native = new Map<string, string>();
  const data = new Map<string, ArtifactSource>();
  const [bundle, shipped] = await Promise.all([
    runBundler({
      entryPoints: [entry],
      outfile: join(cwd, ENTRY_FILE),
      absWorkingDir: cwd,
      plugins: [apiShim(options.apiExports), connectors(), nativePackages(native), dataFiles(data)],
    }),
    collectShipFiles(options.ship ?? []),
  ]);
  const packages = await collectPackages(native);
  return { entry: ENTRY_FILE, files: [...bundle, ...packages, ...data.values(), ...shipped] };
}

async function requireEntry(entry: string, asGiven: string): Promise<void> {
  const info = await stat(entry).catch(() => undefined);
  const isFile = info?.isFile() === true;
  if (isFile && PROGRAM_NAME.test(entry)) return;
  const problem = isFile
    ? 'is no TypeScript or JavaScript file'
    : info === undefined
      ? 'does not exist'
      : 'is not a file';
  throw new WeftError('BUNDLE_NO_ENTRY', `The program ${asGiven} ${problem}.`, { subject: asGiven });
}

async function runBundler(options: BuildOptions): Promise<ArtifactSource[]> {
  // Loaded only here: most commands never bundle, and esbuild starts a process of its own.
  const { build } = await import('esbuild');
  let result: BuildResult<{ write: false }>;
  try {
    result = await build({
      ...options,
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'external',
      sourcesContent: true,
      loader: DATA_LOADERS,
      banner: { js: REQUIRE_BANNER },
      logLevel: 'silent',
    });
  } catch (error) {
    throw isBuildFailure(error) ? bundleError(error) : error;
  }
  return result.outputFiles.map(({ path, contents }) =>
    fileOfContent(path.endsWith('.map') ? SOURCE_MAP_FILE : ENTRY_FILE, contents),
  );
}
