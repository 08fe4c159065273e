/** Reads typed values out of elements of `fair-scheduler.xml`; what does not fit is refused with file and line. */
import { nearest } from '../../../../runtime/common/config/configuration.js';
import type { XmlElement } from '../../../../runtime/common/config/xml-tree.js';
import { WeftError } from '../../../../runtime/common/errors/index.js';
import { parseResourceValue, type ResourceValue } from './resource-value.js';

export class ElementReader {
  readonly warnings: string[] = [];

  constructor(private readonly path: string) {}

  number(element: XmlElement, minimum = Number.NEGATIVE_INFINITY): number {
    const text = element.text.trim();
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) throw this.error(element, `"${text}" is not a number.`);
    if (value < minimum) throw this.error(element, `${text} is less than ${minimum}.`);
    return value;
  }

  integer(element: XmlElement, minimum = 0): number {
    const value = this.number(element, minimum);
    if (!Number.isInteger(value)) throw this.error(element, `${value} is not a whole number.`);
    return value;
  }

  flag(element: XmlElement): boolean {
    const text = element.text.trim().toLowerCase();
    if (text !== 'true' && text !== 'false') throw this.error(element, `"${text}" is neither true nor false.`);
    return text === 'true';
  }

  /** Milliseconds of a time that the file gives in seconds. */
  seconds(element: XmlElement): number {
    return this.integer(element) * 1000;
  }

  resource(element: XmlElement): ResourceValue {
    const value = parseResourceValue(element.text);
    if (typeof value === 'string') throw this.error(element, value);
    return value;
  }

  warn(element: XmlElement, message: string): void {
    this.warnings.push(`${this.path}:${element.line}: ${message}`);
  }

  /** An element that nothing reads. */
  unknown(element: XmlElement, known: readonly string[]): void {
    const near = nearest(element.name, known);
    const hint = near === undefined ? '' : ` Did you mean <${near}>?`;
    this.warn(element, `<${element.name}> has no effect.${hint}`);
  }

  error(element: XmlElement, reason: string): WeftError {
    const message = `${this.path}:${element.line}: <${element.name}>: ${reason}`;
    return new WeftError('RM_BAD_QUEUES', message, { subject: element.name });
  }
}
