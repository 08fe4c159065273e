/**
 * Names a side output: what a process function emits besides its main output, of a type of its own. The function and
 * `getSideOutput` use the same tag, or two with the same id.
 */
export class OutputTag<T> {
  /** Only for the compiler: keeps tags of different types apart. */
  declare protected readonly valueType: T;

  /** @throws TypeError when the id is no text or empty */
  constructor(readonly id: string) {
    if (typeof id !== 'string' || id === '') throw new TypeError('The id of an OutputTag is a text that is not empty.');
  }

  toString(): string {
    return `OutputTag(${this.id})`;
  }
}
