/** What every file system offers. Paths are as users write them: with the scheme, or without for the local one. */

export interface FileStatus {
  /** Of the same form as the path that was asked for. */
  readonly path: string;
  /** Its last part. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** Last change of the content, epoch milliseconds. */
  readonly modifiedMs: number;
}

/** Bytes of a file, counted from 0. */
export interface ByteRange {
  readonly fromBytes: number;
  /** The first byte that is not read. @default the end of the file */
  readonly toBytes?: number;
}

export interface FileReader {
  /**
   * The next bytes, at most so many and at least one; undefined at the end of the range. One call at a time.
   * @throws FILE_FAILED
   */
  read(maxBytes: number): Promise<Uint8Array | undefined>;
  /** Repeating it is harmless. */
  close(): Promise<void>;
}

export interface CreateOptions {
  /** What happens when the file is there already: it is replaced, or FILE_EXISTS is thrown. @default false */
  readonly overwrite?: boolean;
  /**
   * The file appears under its path only when it is closed, whole and safe on the disk (fsync of file and folder); before that,
   * and after an `abort` or a crash, whatever was there stays. @default false: bytes can be read as they are written
   */
  readonly atomic?: boolean;
}

export interface FileWriter {
  /** Bytes written so far. */
  readonly positionBytes: number;
  /** One call at a time; the bytes must not change before it resolves. @throws FILE_FAILED */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when what was written would survive a loss of power. @throws FILE_FAILED */
  sync(): Promise<void>;
  /** Finishes the file. @throws FILE_FAILED, FILE_EXISTS */
  close(): Promise<void>;
  /** Gives an atomic file up; another one stays as it is. Never throws. */
  abort(): Promise<void>;
}

export interface FileSystem {
  /** Without the colon, e.g. `file`. */
  readonly scheme: string;
  /** Undefined when there is nothing. @throws FILE_FAILED */
  stat(path: string): Promise<FileStatus | undefined>;
  /** What lies in the folder, in order of names; entries that vanish meanwhile are left out. @throws FILE_NOT_FOUND, FILE_FAILED */
  list(folder: string): Promise<FileStatus[]>;
  /** @throws FILE_NOT_FOUND, FILE_FAILED */
  open(path: string, range?: ByteRange): Promise<FileReader>;
  /** Makes the folders above it, too. @throws FILE_EXISTS, FILE_FAILED */
  create(path: string, options?: CreateOptions): Promise<FileWriter>;
  /**
   * Cuts a file to its first bytes, and goes on behind them.
   * @throws FILE_NOT_FOUND, FILE_FAILED also when the file is shorter
   */
  resume(path: string, atBytes: number): Promise<FileWriter>;
  /**
   * Moves a file within the file system, atomically, over what is there; the folders above the target are made.
   * @throws FILE_NOT_FOUND, FILE_FAILED
   */
  rename(from: string, to: string): Promise<void>;
  /**
   * Nothing there is no error.
   * @param options.recursive a folder with all that is in it; else only an empty one
   * @throws FILE_FAILED
   */
  delete(path: string, options?: { readonly recursive?: boolean }): Promise<void>;
  /** Makes the folder and those above it. @throws FILE_FAILED also when a file is in the way */
  mkdirs(folder: string): Promise<void>;
}
