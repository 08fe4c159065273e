/** The results of the two example jobs worked out in a few lines of plain JavaScript, without any engine: key → last line. */
import { readFileSync } from 'node:fs';

export function expectedWords(path) {
  const counts = new Map();
  for (const [word] of readFileSync(path, 'utf8').toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return new Map([...counts].map(([word, count]) => [word, `${word}\t${count}`]));
}

export function expectedEarthquakes(path) {
  const events = readFileSync(path, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line));
  return new Map(
    [...new Set(events.map(({ network }) => network))].map((network) => {
      const own = events.filter((event) => event.network === network);
      const magnitudes = own.map(({ mag }) => mag).filter((mag) => mag !== null && mag !== undefined);
      const strongest = magnitudes.length === 0 ? '-' : Math.max(...magnitudes);
      const mean = magnitudes.length === 0 ? '-' : (magnitudes.reduce((sum, mag) => sum + mag, 0) / magnitudes.length).toFixed(2);
      return [network, `${network}\t${own.length}\t${strongest}\t${mean}`];
    }),
  );
}
