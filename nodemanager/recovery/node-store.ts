/** What a NodeManager keeps about itself, so that it comes back as the same node: same port, same id, same keys. */
import { readJson, writeJsonAtomically } from '../../runtime/common/home.js';

export interface NodeRecord {
  host: string;
  port: number;
  /** Keys by which container tokens are checked: until the ResourceManager is reached again, connections are checked by them. */
  tokenKeys: string[];
  /** The ResourceManager's expiry interval as it was last told. */
  expiryIntervalMs?: number;
}

export class NodeStore {
  private record: NodeRecord | undefined;

  constructor(private readonly path: string) {
    this.record = readJson<NodeRecord>(path);
  }

  get(): NodeRecord | undefined {
    return this.record;
  }

  update(changes: Partial<NodeRecord>): void {
    this.record = { host: '', port: 0, tokenKeys: [], ...this.record, ...changes };
    writeJsonAtomically(this.path, this.record, 0o600);
  }
}
