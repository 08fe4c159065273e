/** A terminal that one text fills, drawn over and over, with keys; given back as it was. */

export interface Screen {
  size(): { rows: number; columns: number };
  show(text: string): void;
  close(): void;
}

export interface ScreenListener {
  /** A key, or `\x03` for a signal that asks for the end. */
  onKey: (key: string) => void;
  onResize: () => void;
}

const OPEN = '\x1b[?1049h\x1b[?25l';
const CLOSE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
export const INTERRUPT = '\x03';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function openScreen({ onKey, onResize }: ScreenListener): Screen {
  const { stdin, stdout } = process;
  const onData = (data: Buffer): void => {
    for (const key of data.toString()) onKey(key);
  };
  const onSignal = (): void => {
    onKey(INTERRUPT);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  stdout.on('resize', onResize);
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onData);
  stdout.write(OPEN);
  return {
    size: () => ({ rows: stdout.rows, columns: stdout.columns }),
    show(text) {
      // What was there is cleared before a line is written: behind one as wide as the screen, that would take its last character.
      const lines = text.split('\n').map((line) => `${CLEAR_LINE}${line}`);
      const last = lines.pop() ?? '';
      stdout.write(`${HOME}${lines.map((line) => `${line}\r\n`).join('')}${CLEAR_BELOW}${last}`);
    },
    close() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      stdout.off('resize', onResize);
      if (stdin.isTTY) stdin.off('data', onData).setRawMode(false).pause();
      stdout.write(CLOSE);
    },
  };
}
