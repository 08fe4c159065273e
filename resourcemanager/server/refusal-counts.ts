/** How often requests were refused since this process started, by the code of the refusal. */
import { asWeftError } from '../../runtime/common/errors/index.js';

export class RefusalCounts {
  private readonly counts = new Map<string, number>();

  /** Codes are ours and few, so what strangers send cannot make this grow. */
  readonly count = (error: unknown): void => {
    const { code } = asWeftError(error);
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
  };

  /** By code. */
  get entries(): ReadonlyMap<string, number> {
    return this.counts;
  }
}
