/** From lines of the bundle back to lines of the user's own files, named as the user knows them. */
import { TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENTRY_FILE, SOURCE_MAP_FILE } from './artifact.js';

/** `    at name (file:line:column)` or `    at file:line:column`. */
const FRAME = /^\s+at (?:(.+?) \()?([^()]+?):(\d+):(\d+)\)?$/;

/** Sources of the bundle that no user wrote. */
const GENERATED = 'weft-api:';

interface Frame {
  function: string | undefined;
  /** `file:line:column` in the user's terms. */
  location: string;
  /** Whether it is the user's own code and not a package's. */
  own: boolean;
}

export class SourceMapping {
  private map: TraceMap | null | undefined;
  private readonly inFolder: string;

  /** @param folder where the artifact lies; its source map is read when first needed */
  constructor(private readonly folder: string) {
    this.inFolder = `${resolve(folder)}${sep}`;
  }

  /** The error's text with the frames of user code only, mapped. */
  stackOf(error: Error): string {
    const { head, frames } = this.split(error);
    return [head, ...frames.map(({ function: name, location }) => formatFrame(name, location))].join('\n');
  }

  /** `file:line:column` of the bundle, as V8 writes it, in the user's terms; anything else as it came. */
  location(location: string): string {
    const match = /^(?:.*\()?([^()]+?):(\d+):(\d+)\)?$/.exec(location.trim());
    if (match === null) return location;
    return this.mapPosition(match[1] ?? '', Number(match[2]), Number(match[3]))?.location ?? location;
  }

  /** The line of the user's own code that is nearest to the top of the stack, past the frames of packages. */
  firstUserLine(stack: string): string | undefined {
    return this.frames(stack.split('\n')).find(({ own }) => own)?.location;
  }

  /** The line of the user's own code, if it made the call itself rather than through a package. */
  nearestUserLine(stack: string): string | undefined {
    const top = this.frames(stack.split('\n'))[0];
    return top?.own ? top.location : undefined;
  }

  private split(error: Error): { head: string; frames: Frame[] } {
    const lines = (error.stack ?? String(error)).split('\n');
    const start = lines.findIndex((line) => /^\s+at /.test(line));
    return start < 0
      ? { head: lines.join('\n'), frames: [] }
      : { head: lines.slice(0, start).join('\n'), frames: this.frames(lines.slice(start)) };
  }

  private frames(lines: readonly string[]): Frame[] {
    const frames: Frame[] = [];
    for (const line of lines) {
      const match = FRAME.exec(line);
      if (match === null) continue;
      const mapped = this.mapPosition(match[2] ?? '', Number(match[3]), Number(match[4]));
      if (mapped !== undefined) frames.push({ function: match[1], ...mapped });
    }
    return frames;
  }

  /** Undefined for what is not of the artifact: Weft's own code and Node's. */
  private mapPosition(file: string, line: number, column: number): Omit<Frame, 'function'> | undefined {
    const path = pathOf(file);
    if (path === undefined || !path.startsWith(this.inFolder)) return undefined;
    const relative = path.slice(this.inFolder.length);
    if (relative !== ENTRY_FILE) return { location: `${relative}:${line}:${column}`, own: false };
    const map = this.load();
    if (map === undefined) return { location: `${relative}:${line}:${column}`, own: true };
    const original = originalPositionFor(map, { line, column: column - 1 });
    if (original.source === null || original.source.startsWith(GENERATED)) return undefined;
    return {
      location: `${original.source}:${original.line}:${original.column + 1}`,
      own: !original.source.includes('node_modules/'),
    };
  }

  private load(): TraceMap | undefined {
    if (this.map === undefined) {
      try {
        this.map = new TraceMap(readFileSync(join(this.folder, SOURCE_MAP_FILE), 'utf8'));
      } catch {
        this.map = null;
      }
    }
    return this.map ?? undefined;
  }
}

const mappings = new Map<string, SourceMapping>();

/** The mapping of the artifact in this folder; one per folder, as parsing a map costs some milliseconds. */
export function sourceMappingOf(folder: string): SourceMapping {
  let mapping = mappings.get(folder);
  if (mapping === undefined) mappings.set(folder, (mapping = new SourceMapping(folder)));
  return mapping;
}

/** The stack of an error of user code: its message, then the frames of user code at the lines of the user's own files. */
export function mapUserStack(error: unknown, folder: string): string {
  return error instanceof Error ? sourceMappingOf(folder).stackOf(error) : String(error);
}

function pathOf(file: string): string | undefined {
  const plain = file.replace(/^async /, '');
  if (plain.startsWith('file://')) return fileURLToPath(plain);
  return plain.startsWith(sep) ? plain : undefined;
}

function formatFrame(name: string | undefined, location: string): string {
  return name === undefined ? `    at ${location}` : `    at ${name} (${location})`;
}
