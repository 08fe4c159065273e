/** Finds `weft-stream/connectors/…` in the installation that bundles, wherever the program lies. */
import type { Plugin } from 'esbuild';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** From a bundled file of the package, and from a compiled one. */
const PLACES = ['./connectors/', '../../../bin/connectors/'];

export function connectors(): Plugin {
  return {
    name: 'weft-connectors',
    setup(build) {
      build.onResolve({ filter: /^weft-stream\/connectors\/\w+$/ }, ({ path }) => {
        const file = `${path.slice(path.lastIndexOf('/') + 1)}.mjs`;
        const places = PLACES.map((place) => fileURLToPath(new URL(`${place}${file}`, import.meta.url)));
        const found = places.find((place) => existsSync(place));
        return found === undefined ? undefined : { path: found };
      });
    },
  };
}
