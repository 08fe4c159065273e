/** From what a source or a sink is (its spec) to the connector that runs it. */
import type { Clock } from '../../common/clock.js';
import {
  CoordinatedSource,
  elementsSource,
  FeedbackSource,
  FunctionSource,
  PrintSink,
  sequenceSource,
  SocketTextSource,
  TextFileSink,
  ResultBuffer,
  type ConnectorStates,
  splitSourceOf,
  type EnumeratorLink,
  type FeedbackQueues,
  type Share,
  type SourceOutlet,
  type SourceReader,
} from '../../connectors/index.js';
import type { MetricGroup } from '../../functions/index.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { SinkSpec, SourceSpec } from '../../graph/operator-spec.js';
import type { OperatorContext, RecordSink } from '../../operators/index.js';
import { makeCopier } from '../../serde/index.js';

/** What connectors of one slot have in common. */
export interface ConnectorSurroundings {
  clock: Clock;
  feedback: FeedbackQueues;
  /** Told of the sink that keeps results for the client. */
  onResults: (results: ResultBuffer) => void;
}

export function makeSource(
  spec: SourceSpec,
  share: Share,
  outlet: SourceOutlet,
  states: ConnectorStates,
  {
    clock,
    feedback,
    link,
    metricGroup,
    jobGraph,
  }: ConnectorSurroundings & { link: EnumeratorLink; metricGroup: MetricGroup; jobGraph: JobGraph },
): SourceReader {
  const source = splitSourceOf(spec);
  if (source !== undefined) {
    const { allowUnalignedSplits = false } = jobGraph.settings;
    return new CoordinatedSource({ source, share, outlet, clock, link, states, metricGroup, allowUnalignedSplits });
  }
  switch (spec.kind) {
    case 'elements':
      return elementsSource(spec.elements, outlet, states);
    case 'sequence':
      return sequenceSource(spec, share, outlet, states);
    case 'socket-text':
      return new SocketTextSource(spec, outlet, clock);
    case 'function':
      return new FunctionSource(spec.fn, outlet, clock, makeCopier(), states);
    case 'feedback':
      return new FeedbackSource(feedback.of(spec.iteration, share.subtask), spec.maxWaitMs, outlet, clock);
    default:
      throw new Error(`A ${spec.kind} source has splits.`);
  }
}

/** @param onFailure a failure outside of any call by the chain */
export function makeSink(
  spec: SinkSpec,
  share: Share,
  { clock, feedback, onResults, ownSinceMs }: ConnectorSurroundings & { ownSinceMs: number },
  operator: OperatorContext,
  onFailure: (error: Error) => void,
  wake: () => void,
): RecordSink {
  switch (spec.kind) {
    case 'print':
      return new PrintSink(spec, share);
    case 'text-file':
      return new TextFileSink(spec, share, {
        ...{ clock, wake, states: operator.states, ownSinceMs },
        onFailure: (error) => onFailure(operator.failed(error)),
      });
    case 'collect': {
      const results = new ResultBuffer(clock, wake);
      onResults(results);
      return { write: (record) => results.write(record), flush: () => results.flush(), backlog: results };
    }
    case 'feedback': {
      // The queue keeps records after the call, so a reused object would be seen as it is later.
      const [queue, copy] = [feedback.of(spec.iteration, share.subtask), makeCopier()];
      return { write: (record) => queue.push(typeof record === 'object' && record !== null ? copy(record) : record) };
    }
    case 'function':
    case 'committing':
      throw new Error(`A ${spec.kind} sink is run by its operator.`);
  }
}
