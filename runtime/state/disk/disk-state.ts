/** One state of an operator as its log has it: the shapes that its values have there, of all runs that wrote to it. */
import { RecordDecoder, RecordEncoder, type Cursor, type Shape, type ShapeReader } from '../../serde/index.js';

export class DiskState {
  readonly encoder = new RecordEncoder();
  /** By their number in records less 1. */
  readonly shapes: Shape[] = [];
  private readonly readers: (ShapeReader | undefined)[] = [];
  private readonly decoder = new RecordDecoder();
  /** Of the encoder, when its shape was last looked at. */
  private version = 0;
  private current = 0;

  constructor(
    readonly name: string,
    readonly kind: string,
  ) {}

  /** The number of the shape that the encoder has now. */
  get shape(): number {
    const { encoder } = this;
    if (encoder.version !== this.version && encoder.shape !== undefined) {
      this.version = encoder.version;
      this.current = this.numberOf(encoder.shape);
    }
    return this.current;
  }

  /** A shape's number; a new one is noted. */
  numberOf(shape: Shape): number {
    const text = JSON.stringify(shape);
    const known = this.shapes.findIndex((other) => JSON.stringify(other) === text);
    return known >= 0 ? known + 1 : this.shapes.push(shape);
  }

  /** The value of that shape at the cursor. @throws SERDE_CORRUPT */
  read(shape: number, cursor: Cursor, end: number): unknown {
    let reader = this.readers[shape];
    if (reader === undefined) {
      const definition = JSON.stringify({ version: 0, shape: this.shapes[shape - 1] });
      reader = this.decoder.readerFor(Buffer.from(definition, 'utf8'));
      this.readers[shape] = reader;
    }
    return reader.readOne(cursor, end);
  }
}
