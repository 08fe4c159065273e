/**
 * A JobManager that only speaks `workerProtocol`: it does what it is told over its own HTTP port, which it registers as
 * its REST address.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../runtime/common/clock.js';
import { ENV, requiredEnv } from '../../../runtime/common/environment.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { RpcClient } from '../../../runtime/common/wire/client.js';
import { workerProtocol } from '../../../runtime/common/wire/protocols/index.js';

/** What the AppMaster told us: read by the tests at `GET /`. */
const heard: { registered: unknown; notices: [string, unknown][] } = { registered: undefined, notices: [] };
const note =
  (method: string) =>
  (params: unknown): void => {
    heard.notices.push([method, params]);
  };

const client = new RpcClient({
  protocol: workerProtocol,
  address: () => requiredEnv(ENV.appMasterUrl),
  token: () => process.env[ENV.applicationToken],
  clock: systemClock,
  log: silentLogger(),
  handlers: {
    workerTerminated: note('workerTerminated'),
    workersPending: note('workersPending'),
    shutdown: note('shutdown'),
    nodeSuspect: note('nodeSuspect'),
  },
  onConnected: (resumed) => {
    if (!resumed) void register();
  },
  onDisconnected: () => process.exit(0),
});

const http = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path === '/') {
    response.end(JSON.stringify({ ...heard, pid: process.pid, argv: process.argv.slice(2) }));
    return;
  }
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const method = path.slice(1) as 'wantWorkers';
    client.session.call(method, JSON.parse(body) as never).then(
      (result) => response.end(JSON.stringify(result)),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
});

async function register(): Promise<void> {
  const restUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  heard.registered = await client.session.call('register', { restUrl, pid: process.pid });
}

http.listen(0, '127.0.0.1', () => client.start());
