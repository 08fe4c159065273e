import { WeftError } from '../common/errors/index.js';
import { mismatch, typeToJson, type TypeDescription } from '../functions/types/index.js';
import { makeTypeCheck } from '../serde/index.js';

/** What a program says of the values of a state: what is written must fit it. */
export class DeclaredType {
  /** As it goes into snapshots. */
  readonly json: unknown;
  private readonly fits: (value: unknown) => boolean;

  constructor(
    private readonly state: string,
    readonly type: TypeDescription,
  ) {
    this.json = typeToJson(type);
    this.fits = makeTypeCheck(type);
  }

  /** @throws STATE_NOT_SERIALIZABLE */
  require(value: unknown): void {
    if (this.fits(value)) return;
    const { path = 'value', problem = 'it does not fit' } = mismatch(this.type, value, 'value') ?? {};
    throw new WeftError(
      'STATE_NOT_SERIALIZABLE',
      `State "${this.state}" cannot be written: ${path} does not fit the declared type: ${problem}.`,
    );
  }
}
