/** Where records end: what lies there in the end is what has come. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { FileSink, type Committer, type DataStream, type Sink, type SinkWriter } from '../../../runtime/api/index.js';
import type { Contract, World } from '../contract.js';
import type { Item } from '../items.js';

const told = ({ told }: World): readonly string[] => told;
const text = ({ key, n }: Item): string => `${key} ${n}`;

/** Commits lines to the world. */
class LinesSink implements Sink<Item, string, string> {
  constructor(private readonly world: World) {}

  createWriter(_context: object, restored: readonly string[]): SinkWriter<Item, string, string> {
    const held = [...restored];
    let lines: string[] = [];
    return {
      // One line is held back, so that the writer has a state of its own.
      write: (item) => {
        held.push(text(item));
        if (held.length > 1) lines.push(held.shift() ?? '');
      },
      flush: (endOfInput) => {
        if (endOfInput) lines.push(...held.splice(0));
      },
      prepareCommit: () => {
        const handedOver = lines;
        lines = [];
        return handedOver;
      },
      snapshotState: () => [...held],
    };
  }

  createCommitter(): Committer<string> {
    const { told } = this.world;
    // Once more with a line that is committed already, after a failure: no two lines are the same.
    return { commit: (lines) => void told.push(...lines.filter((line) => !told.includes(line))) };
  }
}

const linesOf = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(join(folder, name)).isFile())
    .flatMap((name) => fs.readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .toSorted();

/** What is written to a descriptor of the process while an operator prints goes to its world. */
function printed(pipeline: (input: DataStream<Item>) => object): Pick<Contract, 'pipeline' | 'written'> {
  const { writeSync } = fs;
  return {
    pipeline: (input, _second, { told }) => {
      fs.writeSync = ((descriptor: number, bytes: Uint8Array, ...rest: []) => {
        if (descriptor > 2) return writeSync(descriptor, bytes, ...rest);
        told.push(Buffer.from(bytes).toString());
        return bytes.length;
      }) as typeof writeSync;
      syncBuiltinESMExports();
      return pipeline(input);
    },
    written: ({ told }) => {
      fs.writeSync = writeSync;
      syncBuiltinESMExports();
      return told.join('');
    },
  };
}

export const SINK_CONTRACTS: Readonly<Record<string, Contract>> = {
  function: { pipeline: (input, _, { told }) => input.addSink((item) => void told.push(text(item))), written: told },
  'function that answers later': {
    pipeline: (input, _, { told }) =>
      input.addSink(async (item) => {
        await Promise.resolve();
        told.push(text(item));
      }),
    written: told,
  },
  committing: { pipeline: (input, _, world) => input.sinkTo(new LinesSink(world)), written: told },
  'files of parts': {
    pipeline: (input, _, { folder }) => input.sinkTo(FileSink.forRowFormat<Item>(folder, text)),
    written: ({ folder }) => linesOf(folder),
  },
  // These keep no state: what they write before a failure stays.
  'text file': {
    pipeline: (input, _, { folder }) => input.writeAsText(join(folder, 'lines.txt'), { format: text }),
    written: ({ folder }) => linesOf(folder),
    restores: false,
  },
  print: { ...printed((input) => input.map(text).print()), restores: false },
  'print to the error output': { ...printed((input) => input.map(text).printToErr('it')), restores: false },
};
