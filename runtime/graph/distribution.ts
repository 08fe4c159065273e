/** Which producer subtasks feed which consumer subtasks of an edge: Flink's two distribution patterns. Pure arithmetic. */
import type { JobEdge } from './job-graph.js';

/** One channel of an edge. */
export interface Connection {
  readonly producerSubtask: number;
  readonly consumerSubtask: number;
}

/**
 * The channels between the subtasks of an edge, each once, ordered by producer and then by consumer.
 * Flink: `VertexInputInfoComputationUtils` for POINTWISE; ALL_TO_ALL is every pair.
 */
export function connectionsOf(
  pattern: JobEdge['pattern'],
  producerParallelism: number,
  consumerParallelism: number,
): Connection[] {
  const connections: Connection[] = [];
  for (let producerSubtask = 0; producerSubtask < producerParallelism; producerSubtask++) {
    const [from, to] =
      pattern === 'ALL_TO_ALL'
        ? [0, consumerParallelism]
        : pointwiseConsumers(producerSubtask, producerParallelism, consumerParallelism);
    for (let consumerSubtask = from; consumerSubtask < to; consumerSubtask++) {
      connections.push({ producerSubtask, consumerSubtask });
    }
  }
  return connections;
}

/** The consumers of one producer of a POINTWISE edge, as [from, to). */
function pointwiseConsumers(producer: number, producers: number, consumers: number): [number, number] {
  if (producers < consumers) {
    // Each producer feeds a contiguous share of the consumers; shares start at the rounded-up quotient.
    return [
      Math.floor((producer * consumers + producers - 1) / producers),
      Math.floor(((producer + 1) * consumers + producers - 1) / producers),
    ];
  }
  // Consumer c reads the producers [⌊c·P/C⌋, ⌊(c+1)·P/C⌋), so a producer has exactly one consumer.
  const consumer = Math.floor(((producer + 1) * consumers - 1) / producers);
  return [consumer, consumer + 1];
}
