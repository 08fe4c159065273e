/** Which groups a user is in: as the configuration says, else as the operating system of this machine does. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';

/** The names of a user's groups, the primary one first; rejects for a user that the system does not know. */
export type GroupLookup = (user: string) => Promise<string[]>;

const LOOKUP_TIMEOUT_MS = 5000;
const run = promisify(execFile);

/** What `id -Gn` says. */
export const groupsOfSystem: GroupLookup = async (user) => {
  const { stdout } = await run('id', ['-Gn', '--', user], { timeout: LOOKUP_TIMEOUT_MS });
  return stdout.split(/\s+/).filter((name) => name !== '');
};

export class UserGroups {
  private readonly configured: ReadonlyMap<string, readonly string[]>;
  private readonly looked = new Map<string, { groups: Promise<readonly string[]>; untilMs: number }>();

  /**
   * @param overrides `user1=group1,group2;user2=`, as Hadoop writes it
   * @throws CONFIG_BAD_VALUE
   */
  constructor(
    private readonly clock: Clock,
    overrides: string,
    private readonly cacheMs: number,
    private readonly lookup: GroupLookup = groupsOfSystem,
  ) {
    this.configured = parseOverrides(overrides);
  }

  /** Nobody's groups are none; so are those of a user whom the system does not know. */
  of(user: string): Promise<readonly string[]> {
    const configured = this.configured.get(user);
    if (configured !== undefined) return Promise.resolve(configured);
    const nowMs = this.clock.nowMs();
    const known = this.looked.get(user);
    if (known !== undefined && nowMs < known.untilMs) return known.groups;
    this.forgetStale(nowMs);
    const groups = this.lookup(user).catch((): string[] => []);
    this.looked.set(user, { groups, untilMs: nowMs + this.cacheMs });
    return groups;
  }

  /** Names come from outside: what is not believed any more is not kept either. */
  private forgetStale(nowMs: number): void {
    for (const [user, { untilMs }] of this.looked) if (untilMs <= nowMs) this.looked.delete(user);
  }
}

function parseOverrides(text: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const entry of text.split(';')) {
    if (entry.trim() === '') continue;
    const [user = '', names = '', ...surplus] = entry.split('=').map((part) => part.trim());
    if (user === '' || surplus.length > 0 || groups.has(user)) {
      throw new WeftError(
        'CONFIG_BAD_VALUE',
        `hadoop.user.group.static.mapping.overrides: "${entry.trim()}" is not of the form user=group1,group2, or repeats a user.`,
        { subject: 'hadoop.user.group.static.mapping.overrides' },
      );
    }
    groups.set(
      user,
      names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    );
  }
  return groups;
}
