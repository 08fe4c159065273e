/** Puts one subtask together: its chain from the program's functions, its input and output from the exchange. */
import type { Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import type { TaskDescriptor } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { EnumeratorLink, FeedbackQueues, ResultBuffer, SourceOutlet } from '../../connectors/index.js';
import type { ChannelSelector, RecordWriter, SlotNetwork } from '../../exchange/index.js';
import { isOvertakable, type JobEdge, type JobGraph, type JobVertex } from '../../graph/job-graph.js';
import type { OperatorSpec } from '../../graph/operator-spec.js';
import { inputOrderOf, isSorted, type InputOrder } from '../../graph/input-order.js';
import type { StreamGraph, StreamNode } from '../../graph/stream-graph.js';
import { sourcesBehind } from '../../graph/vertex-sources.js';
import { Chain, NO_TIMESTAMP, TaskContext, type HotKeys, type Next, type StackMapper } from '../../operators/index.js';
import { descriptionOf } from '../../functions/types/index.js';
import { keyGroupOf, keyGroupRange, shapeOfType } from '../../serde/index.js';
import { Findings } from './findings.js';
import { makeSink, makeSource } from './make-connectors.js';
import { operatorFigures } from './operator-figures.js';
import { operatorStatesOf } from './operator-states-of.js';
import { TaskProgress } from './task-progress.js';
import { runtimeContext } from './runtime-context.js';
import { restoreInFlight, restoreTask, TaskCheckpoints, type AlignedCheckpoint } from './checkpoint/index.js';
import type { CheckpointReport, StateChange } from './slot-messages.js';
import { RecordSorter } from './record-sorter.js';
import type { SlotMemory } from './slot-memory.js';
import { SlotTask } from './slot-task.js';
import { GateInput, type HeadInput } from './gate-input.js';
import { SortedInput } from './sorted-input.js';
import type { OperatorRestore } from '../../state/index.js';
import type { TimeTaker } from '../../time/index.js';
import { SourceInput, type TaskInput } from './task-input.js';
import { OutgoingTime, TaskOutput } from './task-output.js';

/** What all tasks of the slot have in common. */
export interface SlotProgram {
  jobGraph: JobGraph;
  /** As the program built it in this thread, with the user's functions. */
  streamGraph: StreamGraph;
  /** Where the artifact lies. */
  folder: string;
  network: SlotNetwork;
  memory: SlotMemory;
  clock: Clock;
  feedback: FeedbackQueues;
  onResults: (results: ResultBuffer) => void;
  /** The way from the source of an execution to its enumerator. */
  linkOf: (executionId: string) => EnumeratorLink;
  random: () => number;
  mapStack: StackMapper;
  report: (change: StateChange) => void;
  /** What operators begin with, by their ids, instead of what the descriptor says: for tasks without a JobManager. */
  restored?: ReadonlyMap<string, OperatorRestore>;
  /** For the TaskManager's log. */
  warn: (text: string, detail: Record<string, string>) => void;
  reportCheckpoint: (report: CheckpointReport) => void;
}

/** Of a job that was described without one. */
const DEFAULT_WATERMARK_INTERVAL_MS = 200;

/** @throws TASK_GRAPH_MISMATCH */
export function buildTask(program: SlotProgram, descriptor: TaskDescriptor): SlotTask {
  const { jobGraph, clock, network } = program;
  const vertex = jobGraph.vertices.find(({ id }) => id === descriptor.vertexId);
  if (vertex === undefined) throw mismatch(`there is no vertex ${descriptor.vertexId}`);
  const nodes = vertex.nodes.map((id) => nodeOf(program, id));
  const findings = new Findings(program.warn);
  const context = new TaskContext(clock, descriptor.subtask, {
    autoWatermarkIntervalMs: jobGraph.settings.autoWatermarkIntervalMs ?? DEFAULT_WATERMARK_INTERVAL_MS,
    parallelism: vertex.parallelism,
    warn: program.warn,
    metrics: findings.userMetrics,
  });
  const writers = new Map(
    descriptor.outputs.map(({ edgeId }) => [edgeId, writerOf(program, descriptor, edgeId, context, findings)]),
  );
  const outgoing = new OutgoingTime();
  const wake = (): void => network.doorbell.ring();
  const share = { subtask: descriptor.subtask, parallelism: vertex.parallelism };
  const task: { current?: SlotTask } = {};
  // What a first attempt finds, it did not write.
  const ownSinceMs = descriptor.attempt === 0 ? Infinity : (descriptor.submittedMs ?? Infinity);
  const chain = new Chain({
    task: context,
    nodes,
    edges: jobGraph.streamEdges.filter(({ chained, source }) => chained && vertex.nodes.includes(source)),
    objectReuse: jobGraph.settings.objectReuse,
    grouped: orderOf(program, vertex)?.groups !== undefined,
    ...outputsByNode(jobGraph, writers),
    timeOutputs: timeOutputsByNode(jobGraph, writers, outgoing),
    ingestionTime: jobGraph.settings.timeCharacteristic === 'ingestion',
    statesOf: operatorStatesOf(jobGraph, vertex, descriptor, program),
    makeSink: (spec, operator) =>
      makeSink(spec, share, { ...program, ownSinceMs }, operator, (error) => void task.current?.fail(error), wake),
    mapStack: program.mapStack,
    onFallback: (operator, path, reason) => findings.fallback(operator, path, reason),
    onSettled: wake,
  });
  const output = new TaskOutput(
    descriptor.outputs.map(({ edgeId, channels }) => ({
      writer: writers.get(edgeId) as RecordWriter,
      edgeId,
      consumers: channels.map(({ consumerSubtask }) => consumerSubtask),
      overtakable: isOvertakable(edgeOf(jobGraph, edgeId)),
    })),
    chain,
  );
  const checkpoints: TaskCheckpoints = new TaskCheckpoints(
    {
      executionId: descriptor.executionId,
      fileName: `${vertex.id.slice(0, 8)}-${descriptor.subtask}`,
      // What failed has not been written, though nobody writes any more: it must be in no snapshot.
      settled: () => context.failure === undefined && chain.complete,
      prepare: (order) => {
        input.checkpoints?.prepare(order);
        chain.prepareSnapshot(order.checkpointId, order.kind === 'drain');
      },
      snapshot: (checkpointId) => chain.snapshot(checkpointId),
      broadcast: (order) => output.broadcast(order),
      capture: (order) => input.checkpoints?.capture(order) ?? [],
      bytesRead: () => input.bytesIn,
      taken: (order) => task.current?.snapshotTaken(order),
    },
    clock,
    program.reportCheckpoint,
  );
  const onAligned = (aligned: AlignedCheckpoint): void => checkpoints.aligned(aligned);
  const input = inputOf(program, descriptor, vertex, { chain, context, output, findings, onAligned, wake });
  task.current = new SlotTask({
    executionId: descriptor.executionId,
    context,
    chain,
    input,
    checkpoints,
    progress: new TaskProgress(chain, input, outgoing, context),
    restore: async () => {
      if (program.restored !== undefined) return chain.restore(program.restored);
      await restoreTask(chain, descriptor, vertex);
      if (descriptor.restore !== undefined) input.checkpoints?.replay(await restoreInFlight(descriptor.restore));
    },
    output,
    clock,
    findings,
    operators: () => operatorFigures(jobGraph, chain, input, writers),
    finalCheckpoint: descriptor.finalCheckpoint === true,
    runtimeContextOf: (operator) => runtimeContext(program, vertex, descriptor, operator, findings),
    report: program.report,
    wake,
  });
  return task.current;
}

interface InputParts {
  chain: Chain;
  context: TaskContext;
  output: TaskOutput;
  onAligned: (aligned: AlignedCheckpoint) => void;
  findings: Findings;
  wake: () => void;
}

function inputOf(
  program: SlotProgram,
  descriptor: TaskDescriptor,
  vertex: JobVertex,
  { chain, context, output, findings, onAligned, wake }: InputParts,
): TaskInput {
  const { operator } = nodeOf(program, vertex.nodes[0] ?? -1);
  if (operator.type !== 'source') {
    const { network } = program;
    const keys = arrivesByKey(program, descriptor, operator) ? { recordKey: context.recordKey } : {};
    const gates = descriptor.inputs.map(({ edgeId, channels }) => ({
      gate: network.createGate(descriptor.executionId, edgeId, { time: context, ...keys }),
      input: edgeOf(program.jobGraph, edgeId).inputIndex,
      sample: sampleOf(program, edgeId, findings),
      producers: channels.map(({ producerSubtask }) => producerName(program, edgeId, producerSubtask)),
      edgeId,
      producerSubtasks: channels.map(({ producerSubtask }) => producerSubtask),
      overtakable: isOvertakable(edgeOf(program.jobGraph, edgeId)),
      isOwn: ownRecords(program, descriptor, vertex, edgeId),
    }));
    const fed = (inputs: readonly HeadInput[]): TaskInput =>
      new GateInput(gates, inputs, output.room, program.clock, onAligned, context);
    const inputs = chain.inputs.map((head, input) => ({ head, time: chain.inputTimes[input] }));
    const order = orderOf(program, vertex);
    if (order === undefined) return fed(inputs);
    const { name } = chain.headOperator;
    const onFallback = (path: string, reason: string): void => findings.fallback(name, path, reason);
    const sorter = sorterOf(program, descriptor, name, order, onFallback);
    const takers = SortedInput.takers({ chain, context, sorter }, (input) => isSorted(order, input));
    return new SortedInput({ unsorted: fed(takers), sorter, chain, context, room: output.room });
  }
  const holder: { input?: SourceInput } = {};
  const { head } = chain;
  const { sourceTime: time, emitted } = chain.headOperator;
  if (time === undefined) throw mismatch(`operator ${vertex.nodes[0]} is no source`);
  const outlet: SourceOutlet = {
    emit: head,
    emitted,
    emitWithTimestamp: (record, timestampMs) => {
      emitted[0]++;
      context.timestampMs = timestampMs;
      head(record);
      context.timestampMs = NO_TIMESTAMP;
    },
    output: (tag, record) => chain.headOperator.emitToSide(tag, record),
    time,
    room: output.room,
    wake: () => {
      holder.input?.woken();
      wake();
    },
    fail: (error) => {
      chain.headOperator.failed(error);
      wake();
    },
  };
  const share = { subtask: descriptor.subtask, parallelism: vertex.parallelism };
  const { states } = chain.headOperator;
  holder.input = new SourceInput(
    makeSource(operator.source, share, outlet, states, {
      ...program,
      link: program.linkOf(descriptor.executionId),
      metricGroup: findings.userMetrics.groupOf(chain.headOperator.name),
    }),
    chain.headOperator,
    program.clock,
    onAligned,
    descriptor.restore?.finished === true,
  );
  return holder.input;
}

/** The order in which the head of a vertex gets its records; undefined: as they come. */
function orderOf(program: SlotProgram, { nodes }: JobVertex): InputOrder | undefined {
  return inputOrderOf(nodeOf(program, nodes[0] ?? -1).operator, program.jobGraph.settings.runtimeMode);
}

function sorterOf(
  { memory }: SlotProgram,
  descriptor: TaskDescriptor,
  operator: string,
  order: InputOrder,
  onFallback: (path: string, reason: string) => void,
): RecordSorter {
  return new RecordSorter({
    order,
    memory: memory.managed,
    owner: `Sorting for ${operator} (subtask ${descriptor.subtask})`,
    budgetBytes: memory.sortBytes,
    folder: memory.spillFolder(descriptor.executionId),
    onFallback,
  });
}

/** Whether what a channel knows about the key of a record is about the key by which the operator groups it. */
function arrivesByKey(program: SlotProgram, { inputs }: TaskDescriptor, operator: OperatorSpec): boolean {
  return inputs.every(({ edgeId }) => {
    const selector = selectorOf(program, edgeOf(program.jobGraph, edgeId));
    return selector.kind === 'HASH' && 'key' in operator && selector.key === operator.key;
  });
}

/** Whether a record of another parallelism's channel is this subtask's: elsewhere, channels are given out as wholes. */
function ownRecords(
  program: SlotProgram,
  { subtask }: TaskDescriptor,
  { parallelism, maxParallelism }: JobVertex,
  edgeId: string,
): (record: unknown) => boolean {
  const selector = selectorOf(program, edgeOf(program.jobGraph, edgeId));
  if (selector.kind === 'HASH') {
    const { start, end } = keyGroupRange(maxParallelism, parallelism, subtask);
    return (record) => {
      const group = keyGroupOf(selector.key(record), maxParallelism);
      return group >= start && group <= end;
    };
  }
  if (selector.kind === 'CUSTOM') {
    return (record) => selector.partition(selector.key(record), parallelism) === subtask;
  }
  return () => true;
}

/** The sample of the keys of an edge that groups its records by key. */
function sampleOf(program: SlotProgram, edgeId: string, findings: Findings): HotKeys | undefined {
  const selector = selectorOf(program, edgeOf(program.jobGraph, edgeId));
  return selector.kind === 'HASH' ? findings.sampleKeys(selector.key) : undefined;
}

/** The writers of each node: those of its main output, and those of its side outputs. */
function outputsByNode(
  jobGraph: JobGraph,
  writers: ReadonlyMap<string, RecordWriter>,
): { outputs: Map<number, Next[]>; sideOutputs: Map<number, Map<string, Next[]>> } {
  const outputs = new Map<number, Next[]>();
  const sideOutputs = new Map<number, Map<string, Next[]>>();
  for (const [edgeId, writer] of writers) {
    const { sourceNode, outputTag } = edgeOf(jobGraph, edgeId);
    if (outputTag === undefined) {
      outputs.set(sourceNode, [...(outputs.get(sourceNode) ?? []), writer.emit]);
    } else {
      const byTag = sideOutputs.get(sourceNode) ?? new Map<string, Next[]>();
      sideOutputs.set(sourceNode, byTag.set(outputTag, [...(byTag.get(outputTag) ?? []), writer.emit]));
    }
  }
  return { outputs, sideOutputs };
}

/** Who takes the watermarks of each node, whatever output the edge carries. */
function timeOutputsByNode(
  jobGraph: JobGraph,
  writers: ReadonlyMap<string, RecordWriter>,
  outgoing: OutgoingTime,
): Map<number, TimeTaker[]> {
  const byNode = new Map<number, TimeTaker[]>();
  for (const [edgeId, writer] of writers) {
    const { sourceNode } = edgeOf(jobGraph, edgeId);
    byNode.set(sourceNode, [...(byNode.get(sourceNode) ?? []), outgoing.along(writer)]);
  }
  return byNode;
}

function writerOf(
  program: SlotProgram,
  { executionId }: TaskDescriptor,
  edgeId: string,
  time: TaskContext,
  findings: Findings,
): RecordWriter {
  const { jobGraph, network, random } = program;
  const edge = edgeOf(jobGraph, edgeId);
  const { name, outputType } = nodeOf(program, edge.sourceNode);
  const declared = edge.outputTag === undefined ? descriptionOf(outputType) : undefined;
  return network.createWriter(executionId, edgeId, {
    selector: selectorOf(program, edge),
    // Nobody waits for what goes into a file.
    bufferTimeoutMs: edge.exchange === 'BLOCKING' ? -1 : edge.bufferTimeoutMs,
    // A queue keeps a record after the call, so a reused object would be seen as it is later: always a copy.
    objectReuse: false,
    time,
    random,
    onFallback: (path, reason) => findings.fallback(name, path, reason),
    ...(declared === undefined ? {} : { shape: shapeOfType(declared) }),
  });
}

/** The partitioner with the user's functions, from the edge of the StreamGraph that became this one. */
function selectorOf({ streamGraph, jobGraph }: SlotProgram, edge: JobEdge): ChannelSelector {
  const parallel = streamGraph.edges.filter(
    ({ source, target }) => source === edge.sourceNode && target === edge.targetNode,
  );
  const partitioner = parallel[Number(edge.id.split('-').at(-1))]?.partitioner;
  if (partitioner === undefined || partitioner.kind !== edge.partitioner) {
    throw mismatch(`edge ${edge.id} is ${partitioner?.kind ?? 'missing'} instead of ${edge.partitioner}`);
  }
  if (partitioner.kind === 'HASH') {
    const target = jobGraph.vertices.find(({ id }) => id === edge.targetVertex);
    const { key, declaredAt } = partitioner;
    return { kind: 'HASH', key, maxParallelism: target?.maxParallelism ?? 128, declaredAt };
  }
  if (partitioner.kind === 'CUSTOM') {
    const { key, partitioner: custom, declaredAt } = partitioner;
    return { kind: 'CUSTOM', key, partition: (value, channels) => custom.partition(value, channels), declaredAt };
  }
  return { kind: partitioner.kind };
}

/** For people: `Source: orders (subtask 2)`. */
function producerName({ jobGraph }: SlotProgram, edgeId: string, subtask: number): string {
  const { sourceVertex } = edgeOf(jobGraph, edgeId);
  const name = jobGraph.vertices.find(({ id }) => id === sourceVertex)?.name ?? edgeId;
  const sources = sourcesBehind(jobGraph, sourceVertex).map((source) => source.name);
  return `${name} (subtask ${subtask})${sources.length > 0 ? `, which reads ${sources.join(', ')}` : ''}`;
}

function nodeOf({ streamGraph }: SlotProgram, id: number): StreamNode {
  const node = streamGraph.nodes.find((candidate) => candidate.id === id);
  if (node === undefined) throw mismatch(`operator ${id} is missing`);
  return node;
}

function edgeOf(jobGraph: JobGraph, edgeId: string): JobEdge {
  const edge = jobGraph.edges.find(({ id }) => id === edgeId);
  if (edge === undefined) throw mismatch(`there is no edge ${edgeId}`);
  return edge;
}

function mismatch(what: string): WeftError {
  return new WeftError('TASK_GRAPH_MISMATCH', `The program built another graph here than at the client: ${what}.`);
}
