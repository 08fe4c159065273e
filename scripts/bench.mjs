/** `npm run bench -- NAME…`: installs and builds what is missing, then runs bench/main.ts. */
import { spawnSync } from 'node:child_process';
import { ensureReady, root } from './ensure-ready.mjs';

ensureReady();
const { status } = spawnSync(process.execPath, ['dist/bench/main.js', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
