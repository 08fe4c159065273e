/** What says in which rack a host is, as text: Hadoop's table, and what its script prints. Pure. */

/** Where every host is that nothing else is said of. */
export const DEFAULT_RACK = '/default-rack';

export interface RackTable {
  /** By host name or address. */
  readonly racks: ReadonlyMap<string, string>;
  /** One for each line that is left out. */
  readonly warnings: readonly string[];
}

/**
 * A host (name or address) and its rack on each line, between white space; `#` begins a line of comment. Of two lines for
 * one host the later one holds, as in Hadoop.
 */
export function parseRackTable(text: string, path: string): RackTable {
  const racks = new Map<string, string>();
  const warnings: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [host = '', rack = '', ...surplus] = content.split(/\s+/);
    if (isRack(rack) && surplus.length === 0) racks.set(host, rack);
    else warnings.push(`${path}:${index + 1}: "${content.slice(0, 200)}" is not a host and its /rack: left out.`);
  }
  return { racks, warnings };
}

/** What a script printed, one rack for each host that it was given. @throws Error naming what is wrong */
export function parseRackList(output: string, count: number): string[] {
  const racks = output.split(/\s+/).filter((word) => word !== '');
  if (racks.length !== count) throw new Error(`it printed ${racks.length} racks for ${count} hosts`);
  const bad = racks.find((rack) => !isRack(rack));
  if (bad !== undefined) throw new Error(`it printed ${JSON.stringify(bad.slice(0, 200))}, which is no /rack`);
  return racks;
}

/** A path below the root of the network: `/rack`, `/room/rack`. */
function isRack(text: string): boolean {
  return /^(\/[^\s/]+)+$/.test(text);
}
