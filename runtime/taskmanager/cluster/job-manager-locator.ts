/**
 * Where the JobManager is: the AppMaster knows, and holds the question open until there is one. An AppMaster that is
 * gone has been replaced by another attempt, of which the ResourceManager knows the address.
 */
import { Type } from 'typebox';
import { WeftError } from '../../common/errors/index.js';
import { addressesOf } from '../../common/http/addresses.js';
import type { Logger } from '../../common/log/logger.js';
import { requireFit } from '../../common/wire/index.js';

/** Longer than the AppMaster holds the question. */
const ANSWER_WITHIN_MS = 60_000;
const UrlSchema = Type.Object({ url: Type.String({ minLength: 1 }) });

export interface LocatorOptions {
  applicationId: string;
  appMasterUrl: string;
  /** Of several, separated by commas, one leads. Undefined: there is nobody else to ask. */
  resourceManagerUrl: string | undefined;
  token: string;
  log: Logger;
}

export class JobManagerLocator {
  private appMasterUrl: string;
  private latest: string | undefined;

  constructor(private readonly options: LocatorOptions) {
    this.appMasterUrl = options.appMasterUrl;
  }

  /** The address found last. @throws UNREACHABLE before there was one */
  get current(): string {
    if (this.latest === undefined) throw new WeftError('UNREACHABLE', 'The JobManager has not been found yet.');
    return this.latest;
  }

  /** `http://host:port` of the JobManager as of now. @throws UNREACHABLE; ask again then */
  async find(): Promise<string> {
    try {
      this.latest = await this.ask(`${this.appMasterUrl}/weft/v1/jobmanager`);
      return this.latest;
    } catch (error) {
      if (error instanceof Answered) throw error.reason;
      await this.findAppMaster(error);
      throw error;
    }
  }

  private async findAppMaster(cause: unknown): Promise<void> {
    const { resourceManagerUrl, applicationId, log } = this.options;
    if (resourceManagerUrl === undefined) return;
    log.debug({ err: cause, appMasterUrl: this.appMasterUrl }, 'the AppMaster does not answer');
    // One that stands by says where the leader is, and `fetch` goes there.
    for (const address of addressesOf(resourceManagerUrl)) {
      const url = `${address}/weft/v1/apps/${encodeURIComponent(applicationId)}/appmaster`;
      const found = await this.ask(url).catch((error: unknown) => {
        log.debug({ err: error instanceof Answered ? error.reason : error }, 'the ResourceManager knows no AppMaster');
      });
      if (found === undefined) continue;
      this.appMasterUrl = found;
      return;
    }
  }

  private async ask(url: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.options.token}` };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch(
      (cause: unknown) => {
        throw new WeftError('UNREACHABLE', `${url} does not answer.`, { cause, subject: url });
      },
    );
    const text = await response.text();
    if (!response.ok) {
      const what = `${url} answered ${response.status}: ${text.slice(0, 300)}`;
      throw new Answered(new WeftError('UNREACHABLE', what, { subject: url }));
    }
    const body: unknown = JSON.parse(text);
    requireFit(UrlSchema, body, 'WIRE_BAD_MESSAGE', url);
    return (body as { url: string }).url.replace(/\/$/, '');
  }
}

/** The server is there, but has no address to give yet: no reason to look for another server. */
class Answered extends Error {
  constructor(readonly reason: WeftError) {
    super(reason.message);
  }
}
