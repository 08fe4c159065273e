/**
 * An application that is no streaming job: it runs one command in several containers and ends when all of them have.
 *
 *   weft app -submit --resources distributed-shell.mjs,hello.mjs \
 *     --am-command '{{NODE}} distributed-shell.mjs --containers 3 --memory 128 -- {{NODE}} hello.mjs'
 *
 * The cluster's own Weft brings the client library; a program with a node_modules of its own imports 'weft-stream/appmaster'.
 */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const library = join(process.env.WEFT_DIST, '..', 'bin', 'weft-stream-appmaster.mjs');
const { AppMasterClient } = await import(pathToFileURL(library).href);

const { values, positionals: command } = parseArgs({
  options: {
    containers: { type: 'string', default: '1' },
    memory: { type: 'string', default: '128' },
  },
  allowPositionals: true,
});
const wanted = Number(values.containers);
let completed = 0;
let failed = 0;

const { client } = await AppMasterClient.register({
  onAllocated: (containers) => {
    for (const container of containers) {
      client.start(container, { command }).catch((error) => {
        console.error(`${container.containerId} could not be started: ${error.message}`);
        client.release(container.containerId);
      });
    }
  },
  onCompleted: (containers) => {
    for (const { containerId, exit } of containers) {
      completed++;
      if (exit.exitStatus !== 0) failed++;
      console.log(`${containerId}: ${exit.kind} (${exit.exitStatus}) ${exit.diagnostics}`);
    }
    client.progress = completed / wanted;
    if (completed < wanted) return;
    const verdict = failed === 0 ? 'SUCCEEDED' : 'FAILED';
    client.finish(verdict, `${completed - failed} of ${wanted} containers succeeded.`).then(() => process.exit(0));
  },
});
client.request({ count: wanted, memoryMb: Number(values.memory) });
