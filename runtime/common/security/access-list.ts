/** An access control list as Hadoop writes it: `user1,user2 group1,group2`; `*` = everybody, a blank = nobody. */
export class AccessList {
  private constructor(
    private readonly everybody: boolean,
    private readonly users: ReadonlySet<string>,
    private readonly groups: ReadonlySet<string>,
  ) {}

  static readonly EVERYBODY = new AccessList(true, new Set(), new Set());
  static readonly NOBODY = new AccessList(false, new Set(), new Set());

  static parse(text: string): AccessList {
    if (text.trim() === '*') return AccessList.EVERYBODY;
    const [users, groups] = splitOnce(text);
    return new AccessList(false, namesIn(users), namesIn(groups));
  }

  allows(user: string, groups: readonly string[]): boolean {
    return this.everybody || this.users.has(user) || groups.some((group) => this.groups.has(group));
  }

  /** As Hadoop writes it. */
  toString(): string {
    return this.everybody ? '*' : `${[...this.users].join(',')} ${[...this.groups].join(',')}`;
  }
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(' ');
  if (at === -1) return [text, ''];
  return [text.slice(0, at), text.slice(at + 1)];
}

function namesIn(text: string): Set<string> {
  return new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}
