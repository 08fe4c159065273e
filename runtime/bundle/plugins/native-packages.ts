/**
 * Packages with compiled parts find them by their own place on disk, so they cannot be bundled: they stay imports, and
 * their folders travel with the artifact.
 */
import type { OnResolveArgs, Plugin } from 'esbuild';
import { isNativePackage, packageFolderOf } from '../native/native-package.js';

/** Marks our own question to the bundler, which would else ask us again for ever. */
const ASKED = { weftNativeAsked: true };

/** @param found gets the folder of each native package that the program reaches, by the name it is imported by */
export function nativePackages(found: Map<string, string>): Plugin {
  return {
    name: 'weft-native-packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (args: OnResolveArgs) => {
        if (args.pluginData === ASKED || args.kind === 'entry-point' || args.path.startsWith('node:')) return undefined;
        const resolved = await build.resolve(args.path, {
          kind: args.kind,
          importer: args.importer,
          resolveDir: args.resolveDir,
          pluginData: ASKED,
        });
        if (resolved.errors.length > 0 || resolved.external) return undefined;
        const folder = packageFolderOf(resolved.path);
        if (folder === undefined || !isNativePackage(folder.path)) return resolved;
        found.set(folder.name, folder.path);
        return { path: args.path, external: true };
      });
    },
  };
}
