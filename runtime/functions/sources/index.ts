/** Split-based sources: what users implement, and the parts that most of them can be made of. */
export { DataGeneratorSource, RateLimiterStrategy, type NumberRange, type RateLimit } from './data-generator-source.js';
export { IteratingReader } from './iterating-reader.js';
export { plainDataSerializer } from './plain-data-serializer.js';
export type { InputStatus, ReaderOutput, SourceOutput, SourceReader, SourceReaderContext } from './source-reader.js';
export type { Boundedness, SimpleVersionedSerializer, Source, SourceSplit } from './source.js';
export type { AsyncSchedule, SplitEnumerator, SplitEnumeratorContext } from './split-enumerator.js';
export { splitSource, type NumberedSplit, type SplitReading } from './split-source.js';
export { StaticSplitEnumerator } from './static-split-enumerator.js';
