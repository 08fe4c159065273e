/** In which rack each host is. Asked when a NodeManager registers, believed until an administrator has it looked up anew. */
import { hasCode } from '../../runtime/common/errors/index.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { DEFAULT_RACK } from './rack-table.js';

/** What says in which rack hosts are: a table, a script, nothing. */
export interface RackMapping {
  /** What of it has no effect, for the log. */
  readonly warnings: readonly string[];
  /** How many hosts it can be asked for at once. */
  readonly batch: number;
  /** The rack of each host, in their order; rejects if it cannot be told. */
  lookUp(hosts: readonly string[]): Promise<readonly string[]>;
}

/** All hosts are in one rack. */
export const ONE_RACK: RackMapping = {
  warnings: [],
  batch: Infinity,
  lookUp: (hosts) => Promise.resolve(hosts.map(() => DEFAULT_RACK)),
};

interface Waiting {
  readonly host: string;
  readonly tell: (rack: string) => void;
}

export class Racks {
  private mapping: RackMapping;
  private known = new Map<string, Promise<string>>();
  private waiting: Waiting[] = [];
  private isAsking = false;

  /**
   * @param read the mapping as the files say now; where its table cannot be read, all hosts are in one rack
   * @throws CONFIG_BAD_VALUE
   */
  constructor(
    private readonly log: Logger,
    private readonly read: () => RackMapping,
  ) {
    this.mapping = this.readOrOneRack();
    this.warn();
  }

  /** Never rejects: a host whose rack cannot be told is in the default one, and asked for anew the next time. */
  of(host: string): Promise<string> {
    const known = this.known.get(host);
    if (known !== undefined) return known;
    const rack = new Promise<string>((tell) => this.waiting.push({ host, tell }));
    this.known.set(host, rack);
    if (!this.isAsking) void this.ask();
    return rack;
  }

  /** Who registers from now on is looked up in the files as they are now. @throws CONFIG_BAD_FILE, CONFIG_BAD_VALUE with nothing changed */
  refresh(): void {
    this.mapping = this.read();
    this.known = new Map();
    this.warn();
  }

  /** One question at a time, for all who have come meanwhile: thousands may register at once. */
  private async ask(): Promise<void> {
    this.isAsking = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.mapping.batch);
      const racks = await this.lookUp(batch.map(({ host }) => host));
      for (const [index, { tell }] of batch.entries()) tell(racks[index] ?? DEFAULT_RACK);
    }
    this.isAsking = false;
  }

  private async lookUp(hosts: readonly string[]): Promise<readonly string[]> {
    try {
      return await this.mapping.lookUp(hosts);
    } catch (error) {
      this.log.warn(
        { err: error, hosts, rack: DEFAULT_RACK },
        'the racks of hosts cannot be told: the default one it is',
      );
      for (const host of hosts) this.known.delete(host);
      return [];
    }
  }

  private readOrOneRack(): RackMapping {
    try {
      return this.read();
    } catch (error) {
      if (!hasCode(error, 'CONFIG_BAD_FILE')) throw error;
      this.log.warn({ err: error, rack: DEFAULT_RACK }, 'the table of racks cannot be read: all hosts are in one');
      return ONE_RACK;
    }
  }

  private warn(): void {
    for (const warning of this.mapping.warnings) this.log.warn(warning);
  }
}
