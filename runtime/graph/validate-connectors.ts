import type { StreamGraph } from './stream-graph.js';

/** Lets sources and sinks of the program look at what they will need, before the job is handed over. @throws what they throw */
export async function validateConnectors({ nodes }: StreamGraph): Promise<void> {
  await Promise.all(
    nodes.map(async ({ operator }) => {
      if (operator.type === 'source' && operator.source.kind === 'split') await operator.source.source.validate?.();
      if (operator.type === 'sink' && operator.sink.kind === 'committing') await operator.sink.sink.validate?.();
    }),
  );
}
