import type { OperatorDraft } from '../environment/stream-graph-builder.js';
import * as settings from './operator-settings.js';

/** The end of a pipeline. The setters mean what they mean on `SingleOutputStreamOperator`. */
export class DataStreamSink<T> {
  declare protected readonly recordType: T;

  /** Made by the sink methods of a stream. */
  constructor(private readonly draft: OperatorDraft) {}

  name(name: string): this {
    settings.setName(this.draft, name);
    return this;
  }

  uid(uid: string): this {
    settings.setUid(this.draft, uid);
    return this;
  }

  setParallelism(parallelism: number): this {
    settings.setParallelism(this.draft, parallelism);
    return this;
  }

  setMaxParallelism(maxParallelism: number): this {
    settings.setMaxParallelism(this.draft, maxParallelism);
    return this;
  }

  slotSharingGroup(group: string): this {
    settings.setSlotSharingGroup(this.draft, group);
    return this;
  }

  disableChaining(): this {
    this.draft.chainingStrategy = 'NEVER';
    return this;
  }

  startNewChain(): this {
    this.draft.chainingStrategy = 'HEAD';
    return this;
  }
}
