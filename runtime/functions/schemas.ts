/** From bytes to records and back, for sources and sinks of bytes. */
export interface DeserializationSchema<T> {
  deserialize(message: Uint8Array): T;
}

export interface SerializationSchema<T> {
  serialize(record: T): Uint8Array;
}

/** Text in UTF-8. */
export class SimpleStringSchema implements DeserializationSchema<string>, SerializationSchema<string> {
  deserialize(message: Uint8Array): string {
    return Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('utf8');
  }

  serialize(record: string): Uint8Array {
    return Buffer.from(record, 'utf8');
  }
}

/** Plain data as JSON. */
export class JsonSchema<T> implements DeserializationSchema<T>, SerializationSchema<T> {
  /** @throws SyntaxError when the message is no JSON */
  deserialize(message: Uint8Array): T {
    return JSON.parse(new SimpleStringSchema().deserialize(message)) as T;
  }

  serialize(record: T): Uint8Array {
    return Buffer.from(JSON.stringify(record), 'utf8');
  }
}
