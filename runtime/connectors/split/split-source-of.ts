import type { Source } from '../../functions/index.js';
import type { SourceSpec } from '../../graph/operator-spec.js';
import { TextFileSource } from '../file/text-file-source.js';

/** The split-based source that a spec stands for; undefined when it is of another kind. */
export function splitSourceOf(spec: SourceSpec): Source<unknown> | undefined {
  if (spec.kind === 'split') return spec.source;
  if (spec.kind === 'text-file') return new TextFileSource(spec);
  return undefined;
}
