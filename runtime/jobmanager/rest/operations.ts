/**
 * What takes longer than a request: it is begun, gets an id, and is asked for until it is done. How it ended is kept for a
 * while, as Flink keeps it (`rest.async.store-duration`).
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../common/clock.js';
import { asWeftError, toWireError, type WeftError } from '../../common/errors/index.js';

const KEPT_MS = 300_000;

type Outcome = { readonly result: object } | { readonly failure: WeftError };

interface Operation {
  outcome: Outcome | undefined;
}

export class Operations {
  /** By what it is about and its id. */
  private readonly operations = new Map<string, Operation>();

  constructor(private readonly clock: Clock) {}

  /**
   * Begins an operation, unless one with the wanted id is known.
   * @param subject what it is about, e.g. `savepoint/<job>`
   * @returns its id
   */
  begin(subject: string, wanted: string | undefined, action: () => Promise<object>): string {
    const id = wanted ?? randomBytes(16).toString('hex');
    const key = `${subject}/${id}`;
    if (this.operations.has(key)) return id;
    const operation: Operation = { outcome: undefined };
    this.operations.set(key, operation);
    void action()
      .then(
        (result): Outcome => ({ result }),
        (error: unknown): Outcome => ({ failure: asWeftError(error) }),
      )
      .then((outcome) => {
        operation.outcome = outcome;
        this.clock.after(KEPT_MS, () => this.operations.delete(key));
      });
    return id;
  }

  /** Flink's answer about an operation; undefined when it is not known. */
  describe(subject: string, id: string): object | undefined {
    const operation = this.operations.get(`${subject}/${id}`);
    if (operation === undefined) return undefined;
    const { outcome } = operation;
    if (outcome === undefined) return { status: { id: 'IN_PROGRESS' }, operation: null };
    const told = 'result' in outcome ? outcome.result : { 'failure-cause': causeOf(outcome.failure) };
    return { status: { id: 'COMPLETED' }, operation: told };
  }
}

function causeOf(failure: WeftError): object {
  return {
    class: failure.code,
    'stack-trace': `${failure.code}: ${failure.message}\n`,
    error: toWireError(failure),
  };
}
