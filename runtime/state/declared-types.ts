/** What the program declares of the values of its states, beside what they were declared to be when they were written. */
import { WeftError } from '../common/errors/index.js';
import { compatibilityOf, migrate, mismatch, typeFromJson, type TypeDescription } from '../functions/types/index.js';
import { DeclaredType } from './declared-type.js';
import type { OperatorList } from './operator-states.js';
import type { StateTable } from './state-table.js';

/** What came back of one state. */
interface Restored {
  /** Of the subtasks of then; more than one where some of them had not asked for the state yet. */
  readonly types: DeclaredType[];
  /** Whether some of it was written without a declared type. */
  undeclared: boolean;
}

export class DeclaredTypes {
  private readonly restored = new Map<string, Restored>();
  private readonly asked = new Set<string>();

  /** A part of a state comes back. @param json its type as it was written, if there was one */
  cameBack(name: string, json: unknown): void {
    const known = this.restored.get(name) ?? { types: [], undeclared: false };
    this.restored.set(name, known);
    if (json === undefined) known.undeclared = true;
    else if (known.types.every((other) => JSON.stringify(other.json) !== JSON.stringify(json))) {
      known.types.push(new DeclaredType(name, typeFromJson(json)));
    }
  }

  /** What the values are as long as nobody has asked for the state. */
  ofThen(name: string): DeclaredType | undefined {
    const { types = [], undeclared = false } = this.restored.get(name) ?? {};
    return types.length === 1 && !undeclared ? types[0] : undefined;
  }

  /**
   * The program asks for the state: what came back is brought into the form that it declares now. The first word counts.
   * @throws STATE_TYPE_INCOMPATIBLE
   */
  declare(table: StateTable, type: TypeDescription | undefined): void {
    const { section } = table;
    const { name } = section;
    if (this.asked.has(name)) return;
    this.asked.add(name);
    const then = this.restored.get(name);
    // While values change their form they fit neither type.
    section.declared = undefined;
    if (type === undefined) return;
    if (then?.undeclared === true) rewrite(table, (value) => fitted(name, type, value));
    else if (then !== undefined && then.types.filter((each) => mustMigrate(name, each.type, type)).length > 0) {
      rewrite(table, (value) => migrate(type, value));
    }
    section.declared = new DeclaredType(name, type);
  }
}

function mustMigrate(name: string, then: TypeDescription, now: TypeDescription): boolean {
  const found = compatibilityOf(then, now);
  if (found.verdict === 'incompatible') throw incompatible(name, found.problem, found.mend);
  return found.verdict === 'after migration';
}

/**
 * A value that was written without a declared type, in the form of the one that there is now.
 * @throws STATE_TYPE_INCOMPATIBLE
 */
function fitted(state: string, type: TypeDescription, value: unknown): unknown {
  const migrated = migrate(type, value);
  const problem = misfitOf(type, migrated);
  if (problem === undefined) return migrated;
  throw incompatible(state, problem, TAKE_WHAT_WAS_KEPT);
}

/** What to do about a value that was written without a declared type and does not fit the one that there is now. */
export const TAKE_WHAT_WAS_KEPT = 'Declare a type that takes what was kept, or keep what is new under another name.';

/** Why a value that was written without a declared type cannot be brought into the form of a type; undefined: it can. */
export function misfitOf(type: TypeDescription, value: unknown): string | undefined {
  const found = mismatch(type, migrate(type, value), 'value');
  return found === undefined ? undefined : `${found.path} does not fit the declared type: ${found.problem}`;
}

/** As `DeclaredTypes.declare`, of a list that belongs to no key. @throws STATE_TYPE_INCOMPATIBLE */
export function declareItems(list: OperatorList, type: TypeDescription | undefined): void {
  list.declared = undefined;
  if (type === undefined) return;
  list.items = list.items.map((item) => fitted(list.name, type, item));
  list.declared = new DeclaredType(list.name, type);
}

/** Changes that the entries need are part of the snapshots to come; those under way have the entries as they were. */
function rewrite(table: StateTable, form: (value: unknown) => unknown): void {
  for (const bucket of table.all()) {
    for (const [id, { key, value }] of bucket.identified()) {
      const formed = form(value);
      if (formed !== value) bucket.set(id, key, formed);
    }
  }
}

function incompatible(state: string, problem: string, mend: string): WeftError {
  return new WeftError(
    'STATE_TYPE_INCOMPATIBLE',
    `State "${state}" was kept under another type, and cannot be migrated: ${problem}. ${mend}`,
    { subject: state },
  );
}
