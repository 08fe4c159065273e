/** What was on its way to a task, put together from the states of the subtasks that it was between. */
import { StateFileReader } from '../../../checkpoint/index.js';
import type { TaskRestore } from '../../../common/wire/protocols/checkpoints.js';
import type { InFlight, InFlightTail } from '../../../exchange/index.js';
import { IN_FLIGHT, inFlightOf, outputName, producerIn } from './in-flight-format.js';

/** One channel of then. */
export interface RestoredChannel {
  /** Of now. */
  readonly edgeId: string;
  /** The subtask that wrote it; undefined: it is no channel of now, because a parallelism has changed. */
  readonly producer: number | undefined;
  readonly head: InFlight;
  readonly tail: InFlightTail | undefined;
}

/** @throws CHECKPOINT_CORRUPT, FILE_FAILED */
export async function restoreInFlight({ folder, states, inFlight = [] }: TaskRestore): Promise<RestoredChannel[]> {
  const channels: RestoredChannel[] = [];
  const open = (index: number): Promise<StateFileReader> => StateFileReader.open(folder, states[index].state);
  for (const { edgeId, formerEdgeId, consumers, producers, rescaled } of inFlight) {
    const producing = new Map(
      await Promise.all(producers.map(async (index) => [states[index].subtask, await open(index)] as const)),
    );
    for (const index of consumers) {
      const reader = await open(index);
      for (const name of reader.listNames(IN_FLIGHT)) {
        const producer = producerIn(name, formerEdgeId);
        if (producer === undefined) continue;
        const head = inFlightOf((await reader.list(IN_FLIGHT, name)) ?? []);
        const rest = await producing.get(producer)?.list(IN_FLIGHT, outputName(formerEdgeId, states[index].subtask));
        const tail = rest === undefined ? undefined : inFlightOf(rest);
        channels.push({ edgeId, producer: rescaled ? undefined : producer, head, tail });
      }
    }
  }
  return channels;
}
