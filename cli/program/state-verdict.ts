/** What becomes of the single states of an operator: what they were declared to be, against what the program declares now. */
import { compatibilityOf, typeFromJson, type TypeDescription } from '../../runtime/functions/types/index.js';
import type { DescribedOperator } from '../../runtime/checkpoint/index.js';
import { misfitOf, TAKE_WHAT_WAS_KEPT } from '../../runtime/state/index.js';
import type { AskedState, AskedStates } from './asked-states.js';

export interface StateVerdict {
  /** unasked: no function asks for it when it opens; perhaps later. new: there was none. The others are Flink's verdicts. */
  readonly outcome: 'as is' | 'after migration' | 'incompatible' | 'unasked' | 'new';
  readonly name: string;
  readonly why: string;
  /** What to do about it. */
  readonly mend?: string;
}

/** Of entries that were written without a declared type: why one does not fit the type that there is now. */
type EntriesMisfit = (state: string) => string | undefined;

/** @param entriesMisfit asked for states that had no declared type and have one now */
export function judgeStates(
  then: DescribedOperator,
  { keyed, lists }: Pick<AskedStates, 'keyed' | 'lists'>,
  entriesMisfit: EntriesMisfit,
): StateVerdict[] {
  const names = new Set(then.keyed.filter(({ kind }) => kind !== 'timers').map(({ name }) => name));
  const ofThen = [...names].map((name): StateVerdict => {
    const asked = keyed.get(name);
    if (asked === undefined) {
      return { outcome: 'unasked', name, why: 'its function does not ask for it when it opens' };
    }
    const parts = then.keyed.filter((part) => part.name === name);
    return judgeKind(name, parts[0].kind, asked) ?? judgeKeyed(name, parts, asked.type, entriesMisfit);
  });
  const ofLists = then.lists.flatMap((list) => {
    const asked = lists.get(list.name);
    if (asked === undefined) return [];
    return [judgeKind(list.name, list.mode, asked) ?? judgeItems(list.name, list.items, asked.type)];
  });
  const begun = [...keyed.keys()].filter((name) => !names.has(name));
  return [...ofThen, ...ofLists, ...begun.map((name) => ({ outcome: 'new' as const, name, why: 'begins empty' }))];
}

function judgeKind(name: string, kind: string, asked: AskedState): StateVerdict | undefined {
  if (asked.kind === kind) return undefined;
  return {
    ...{ outcome: 'incompatible', name, why: `it was ${kind} state and is ${asked.kind} state now` },
    mend: `Give the state "${name}" another name: what it was cannot become what it is.`,
  };
}

function judgeKeyed(
  name: string,
  parts: DescribedOperator['keyed'],
  now: TypeDescription | undefined,
  entriesMisfit: EntriesMisfit,
): StateVerdict {
  if (now === undefined) return { outcome: 'as is', name, why: 'no type is declared' };
  const typed = parts.filter(({ type }) => type !== undefined);
  if (typed.length < parts.length) return judgeEntries(name, entriesMisfit(name));
  const found = typed.map(({ type }) => compatibilityOf(typeFromJson(type), now));
  const incompatible = found.find(({ verdict }) => verdict === 'incompatible');
  if (incompatible?.verdict === 'incompatible') {
    const { problem: why, mend } = incompatible;
    return { outcome: 'incompatible', name, why, mend: `State "${name}": ${mend}` };
  }
  const changes = new Set(found.flatMap((each) => (each.verdict === 'after migration' ? each.changes : [])));
  if (changes.size === 0) return { outcome: 'as is', name, why: 'its type has not changed' };
  return { outcome: 'after migration', name, why: [...changes].join('; ') };
}

/** Lists are small: each item is looked at. */
function judgeItems(name: string, items: readonly unknown[], now: TypeDescription | undefined): StateVerdict {
  if (now === undefined) return { outcome: 'as is', name, why: 'no type is declared' };
  return judgeEntries(
    name,
    items.map((item) => misfitOf(now, item)).find((each) => each !== undefined),
  );
}

function judgeEntries(name: string, misfitting: string | undefined): StateVerdict {
  if (misfitting === undefined) return { outcome: 'as is', name, why: 'what was kept fits the declared type' };
  const mend = `State "${name}": ${TAKE_WHAT_WAS_KEPT}`;
  return { outcome: 'incompatible', name, why: misfitting, mend };
}
