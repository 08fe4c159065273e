/** `weft savepoint inspect PATH`: what a savepoint or checkpoint holds; with --key what it holds of a key. Needs no cluster. */
import { inspect } from 'node:util';
import {
  operatorContents,
  readMetadata,
  type KeyedEntry,
  type OperatorContents,
} from '../../runtime/checkpoint/index.js';
import { formatBytes } from '../../runtime/common/units.js';
import { alignColumns } from '../../runtime/graph/describe/columns.js';
import { INSPECT_SPEC } from '../program/action-options.js';
import { badArguments, parseOptions } from '../program/option-parser.js';
import { absolutePath } from '../program/with-job-operations.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

export const inspectCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, INSPECT_SPEC);
    if (options.has('help')) {
      print(actionHelp('weft savepoint inspect [OPTIONS] PATH', 'Shows what a savepoint holds.', INSPECT_SPEC));
      return 0;
    }
    json = options.has('json');
    const [path] = options.words;
    if (path === undefined) throw badArguments('The savepoint to look at must be named: its folder.');
    const { folder, metadata } = await readMetadata(absolutePath(path));
    const key = options.get('key');
    const wanted = key === undefined ? undefined : { key, state: options.get('state') };
    const found: FoundEntry[] = [];
    const operators = await operatorContents(folder, metadata, (operatorId, entry) => {
      if (wanted !== undefined && isWanted(entry, wanted)) found.push({ operatorId, entry });
    });
    const stateful = operators.filter(({ keyed, lists }) => keyed.length + lists.length > 0);
    if (json) {
      const { checkpointId, savepoint, jobId, jobName, triggeredMs, writtenBy } = metadata;
      const entries = found.map(({ operatorId, entry }) => ({ operatorId, ...entry, value: inspect(entry.value) }));
      print(
        JSON.stringify({
          ...{ folder, checkpointId, savepoint, jobId, jobName, triggeredMs, writtenBy, operators: stateful },
          ...(wanted === undefined ? {} : { entries }),
        }),
      );
      return 0;
    }
    if (wanted === undefined) print([...titleOf(folder, metadata), ...stateful.flatMap(linesOf)].join('\n'));
    else print(entryLines(found, stateful));
    return wanted !== undefined && found.length === 0 ? 1 : 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};

interface FoundEntry {
  readonly operatorId: string;
  readonly entry: KeyedEntry;
}

function isWanted({ state, key }: KeyedEntry, wanted: { key: string; state: string | undefined }): boolean {
  if (wanted.state !== undefined && wanted.state !== state) return false;
  return String(key) === wanted.key || (typeof key === 'object' && JSON.stringify(key) === wanted.key);
}

function titleOf(
  folder: string,
  metadata: { checkpointId: number; savepoint: boolean; jobId: string; jobName: string; triggeredMs: number },
): string[] {
  const { checkpointId, savepoint, jobId, jobName, triggeredMs } = metadata;
  const kind = savepoint ? 'Savepoint' : 'Checkpoint';
  return [
    `${kind} ${checkpointId} of job "${jobName}" (${jobId})`,
    `taken ${new Date(triggeredMs).toISOString()}, in ${folder}`,
  ];
}

function linesOf({ name, uid, operatorId, parallelism, maxParallelism, keyed, lists }: OperatorContents): string[] {
  const states = [
    ...keyed.map((state) => [state.name, state.kind, `${state.entries} entries`, formatBytes(state.bytes)]),
    ...lists.map((list) => [list.name, `list, ${list.mode}`, `${list.items} items`, formatBytes(list.bytes)]),
  ];
  return [
    '',
    `${name}: ${uid === undefined ? 'no uid' : `uid ${uid}`}, id ${operatorId}`,
    `  parallelism ${parallelism}, maximum ${maxParallelism}`,
    ...alignColumns(states, '    '),
  ];
}

function entryLines(found: readonly FoundEntry[], operators: readonly OperatorContents[]): string {
  if (found.length === 0) return 'Nothing is kept of this key.';
  const rows = found.map(({ operatorId, entry: { state, namespace, value } }) => [
    operators.find((operator) => operator.operatorId === operatorId)?.name ?? operatorId,
    state,
    namespace === '' ? '' : `window ${namespace}`,
    inspect(value, { depth: null, breakLength: Infinity }),
  ]);
  return alignColumns(rows, '').join('\n');
}
