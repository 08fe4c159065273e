/** One kind of entries in a snapshot (a state, the timers): its name, and the shapes that its keys and values have. */
import { RecordEncoder, type Shape } from '../serde/index.js';

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
  private readonly keyShapes: Shape[] = [];
  private readonly valueShapes: Shape[] = [];

  /** @param index the number by which portions name the section */
  constructor(
    readonly index: number,
    readonly name: string,
    readonly kind: string,
  ) {}

  describe(): SectionDescription {
    this.noteShapes();
    return { name: this.name, kind: this.kind, keyShapes: this.keyShapes, valueShapes: this.valueShapes };
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
