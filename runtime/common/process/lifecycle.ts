/** What every role's `main` does alike: stop in order on a signal, and never die silently. */
import type { Logger } from '../log/logger.js';
import { asWeftError } from '../errors/index.js';

/** Runs the role; the function returned by `start` stops it. Exit code 0 after an ordered stop, 1 when it could not start. */
export async function runRole(log: Logger, start: () => Promise<() => Promise<void>>): Promise<void> {
  let stop: (() => Promise<void>) | undefined;
  let stopping = false;
  const end = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    const finish = stop === undefined ? Promise.resolve() : stop();
    finish.then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => {
    end('SIGTERM');
  });
  process.on('SIGINT', () => {
    end('SIGINT');
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(2);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(2);
  });
  try {
    stop = await start();
  } catch (error) {
    const { code, message, hint } = asWeftError(error);
    log.fatal({ err: error, code, hint }, `could not start: ${message}`);
    process.exit(1);
  }
}
