/**
 * Sources and sinks. A source is pulled: the slot thread asks for a batch, the reader emits while there is room, and
 * says whether there is more now, later, or never. A sink takes a record at a time. Made and driven by the slot
 * thread; nothing here knows of tasks, channels or other operators.
 */
export { ResultBuffer, type CollectedRecords } from './collect/result-buffer.js';
export type { ConnectorStates } from './connector-states.js';
export { elementsSource } from './collection/elements-source.js';
export { FeedbackQueues } from './feedback/feedback-queues.js';
export { FeedbackSource } from './feedback/feedback-source.js';
export { TextFileSink } from './file/text-file-sink.js';
export { TextFileSource } from './file/text-file-source.js';
export { FunctionSource } from './function/function-source.js';
export { PrintSink } from './print/print-sink.js';
export { writeDescriptor } from './print/write-descriptor.js';
export { sequenceSource } from './sequence/sequence-source.js';
export { CoordinatedSource, type EnumeratorLink } from './split/coordinated-source.js';
export { Enumerators } from './split/enumerators.js';
export type { SerializedState } from './split/serialized.js';
export { splitSourceOf } from './split/split-source-of.js';
export { SocketTextSource } from './socket/socket-text-source.js';
export {
  NO_EVENT_TIME,
  type BatchResult,
  type Room,
  type Share,
  type SourceOutlet,
  type SourceTimeOutlet,
  type SourceReader,
} from './source-reader.js';
