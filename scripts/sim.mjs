/** `npm run sim -- --seed N [--seeds M] [--minutes M] [--trace]`: installs and builds what is missing, then runs test/sim/main.ts. */
import { spawnSync } from 'node:child_process';
import { ensureReady, root } from './ensure-ready.mjs';

ensureReady();
const { status } = spawnSync(process.execPath, ['dist/test/sim/main.js', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
