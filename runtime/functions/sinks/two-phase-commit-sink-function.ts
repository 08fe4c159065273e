import { AbstractRichFunction, type SinkContext } from '../functions.js';
import type { Committer, Sink, SinkWriter } from './sink.js';

/** What `addSink` knows a sink of two phases by. */
export interface TwoPhased<T> {
  /** Only for the compiler: what the sink takes. */
  readonly takes?: (value: T) => void;
  beginTransaction(): unknown;
}

/**
 * A sink for whatever has transactions, each record once: what comes between two checkpoints goes into a transaction, which is
 * pre-committed with the checkpoint and committed when that is complete. Names and meaning are Flink's. For `DataStream.addSink`.
 *
 * A job that restarts recovers before `open()`: what was pre-committed goes to `recoverAndCommit`, and what was begun and not
 * pre-committed to `recoverAndAbort`.
 * @template T the records
 * @template X the transactions: plain data, which is kept in checkpoints
 */
export abstract class TwoPhaseCommitSinkFunction<T, X> extends AbstractRichFunction implements TwoPhased<T> {
  declare readonly takes?: (value: T) => void;

  /** A new transaction. */
  abstract beginTransaction(): X | Promise<X>;
  /** Writes a record into the transaction. */
  abstract invoke(transaction: X, value: T, context: SinkContext): void | Promise<void>;
  /** Nothing more is written into it. It must be possible to commit it from now on, also after a failure. */
  abstract preCommit(transaction: X): void | Promise<void>;
  /** One that throws fails the job, which calls `recoverAndCommit` when it restarts. */
  abstract commit(transaction: X): void | Promise<void>;
  abstract abort(transaction: X): void | Promise<void>;

  /** Commits what may be committed already. @default `commit` */
  recoverAndCommit(transaction: X): void | Promise<void> {
    return this.commit(transaction);
  }

  /** Aborts what may be aborted already. @default `abort` */
  recoverAndAbort(transaction: X): void | Promise<void> {
    return this.abort(transaction);
  }
}

/** The same as a sink of writer and committer, one for each subtask. */
export class TwoPhaseCommitSink<T, X> implements Sink<T, X, X> {
  /** Whether what a restarted job has left is dealt with. */
  private recovered = false;

  constructor(private readonly fn: TwoPhaseCommitSinkFunction<T, X>) {}

  createCommitter(): Committer<X> {
    this.recovered = false;
    return {
      commit: async (transactions) => {
        const commit = (transaction: X): void | Promise<void> =>
          this.recovered ? this.fn.commit(transaction) : this.fn.recoverAndCommit(transaction);
        for (const transaction of transactions) await commit(transaction);
      },
    };
  }

  async createWriter(_context: unknown, restored: readonly X[]): Promise<SinkWriter<T, X, X>> {
    for (const transaction of restored) await this.fn.recoverAndAbort(transaction);
    this.recovered = true;
    return new TransactionWriter(this.fn);
  }
}

class TransactionWriter<T, X> implements SinkWriter<T, X, X> {
  private current: { readonly transaction: X } | undefined;

  constructor(private readonly fn: TwoPhaseCommitSinkFunction<T, X>) {}

  write(record: T, context: SinkContext): void | Promise<void> {
    if (this.current !== undefined) return this.fn.invoke(this.current.transaction, record, context);
    return this.begin().then((transaction) => this.fn.invoke(transaction, record, context));
  }

  /** The next one is begun at once, so that the checkpoint knows it, and a restarted job can abort it. */
  async prepareCommit(): Promise<X[]> {
    if (this.current === undefined) return [];
    const { transaction } = this.current;
    await this.fn.preCommit(transaction);
    await this.begin();
    return [transaction];
  }

  snapshotState(): X[] {
    return this.current === undefined ? [] : [this.current.transaction];
  }

  /** The function is closed last: it may need what it has opened to abort. */
  async close(): Promise<void> {
    if (this.current !== undefined) await this.fn.abort(this.current.transaction);
    await this.fn.close?.();
  }

  private async begin(): Promise<X> {
    const transaction = await this.fn.beginTransaction();
    this.current = { transaction };
    return transaction;
  }
}
