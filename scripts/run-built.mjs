/** `npm run bench`, `npm run soak`: installs and builds what is missing, then runs the compiled program named first. */
import { spawnSync } from 'node:child_process';
import { ensureReady, root } from './ensure-ready.mjs';

ensureReady();
const { status } = spawnSync(process.execPath, process.argv.slice(2), { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
