/** One kind of entries in a snapshot (a state, the timers): its name, and the shapes that its keys and values have. */
import { RecordEncoder, type Shape } from '../serde/index.js';
import type { DeclaredType } from './declared-type.js';

/** What an entry belongs to besides its key: a window, or nothing. */
export type Namespace = number | string;
export const VOID_NAMESPACE = '';

/** Counts up when the layout of portions or of the description changes. */
export const KEYED_FORMAT_VERSION = 1;

export interface SectionDescription {
  name: string;
  /** `value`, `list`, `map` …: what the values are. */
  kind: string;
  /** Shapes of the keys, by their version less 1. */
  keyShapes: Shape[];
  valueShapes: Shape[];
  /** What the program declared of the values, as `typeToJson` writes it. */
  type?: unknown;
}

export interface KeyedDescription {
  formatVersion: number;
  /** `KEY_HASH_VERSION` of the one who wrote. */
  keyHashVersion: number;
  maxParallelism: number;
  sections: SectionDescription[];
}

/** The writing side: learns shapes, and remembers those it wrote with. */
export class Section {
  readonly keyEncoder = new RecordEncoder();
  readonly valueEncoder = new RecordEncoder();
  /** What the values are by the program's word; undefined: what they happen to be. */
  declared: DeclaredType | undefined;
  private readonly keyShapes: Shape[] = [];
  private readonly valueShapes: Shape[] = [];

  /** @param index the number by which portions name the section */
  constructor(
    readonly index: number,
    readonly name: string,
    readonly kind: string,
  ) {}

  /** @param type of the values when the snapshot was taken, as JSON */
  describe(type: unknown): SectionDescription {
    this.noteShapes();
    const { name, kind, keyShapes, valueShapes } = this;
    return { name, kind, keyShapes, valueShapes, ...(type === undefined ? {} : { type }) };
  }

  /** To be called whenever an encoder may have widened its shape. */
  noteShapes(): void {
    note(this.keyEncoder, this.keyShapes);
    note(this.valueEncoder, this.valueShapes);
  }
}

function note(encoder: RecordEncoder, shapes: Shape[]): void {
  if (encoder.shape !== undefined && encoder.version !== shapes.length) shapes[encoder.version - 1] = encoder.shape;
}
