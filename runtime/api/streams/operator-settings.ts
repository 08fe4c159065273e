/** What may be said about one operator, whether it has an output or is a sink; both classes of the API call these. */
import type { StandardSchemaV1 } from '../../functions/index.js';
import { apiError } from '../api-error.js';
import { checkBufferTimeout, checkMaxParallelism, checkName, checkParallelism } from '../checks.js';
import type { OperatorDraft } from '../environment/stream-graph-builder.js';

/** @throws API_BAD_ARGUMENT */
export function setOutputType(draft: OperatorDraft, type: unknown): void {
  const schema = type as Partial<StandardSchemaV1> | null | undefined;
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw apiError('API_BAD_ARGUMENT', 'returns() needs one of Types, or a Standard Schema.');
  }
  draft.outputType = schema as StandardSchemaV1;
}

export function setName(draft: OperatorDraft, name: string): void {
  draft.name = checkName('An operator’s name', name);
}

export function setUid(draft: OperatorDraft, uid: string): void {
  draft.uid = checkName('A uid', uid);
}

/** @throws API_PARALLELISM also when an operator that only runs once is asked to run more often */
export function setParallelism(draft: OperatorDraft, parallelism: number): void {
  checkParallelism(parallelism);
  if (draft.nonParallel === true && parallelism > 1) {
    throw apiError(
      'API_PARALLELISM',
      `"${draft.name}" is not a parallel source: its parallelism must be 1, not ${parallelism}.`,
    );
  }
  draft.parallelism = parallelism;
}

export function setMaxParallelism(draft: OperatorDraft, maxParallelism: number): void {
  draft.maxParallelism = checkMaxParallelism(maxParallelism);
}

export function setSlotSharingGroup(draft: OperatorDraft, group: string): void {
  draft.slotSharingGroup = checkName('A slot sharing group', group);
}

export function setBufferTimeout(draft: OperatorDraft, timeoutMs: number): void {
  draft.bufferTimeoutMs = checkBufferTimeout(timeoutMs);
}
