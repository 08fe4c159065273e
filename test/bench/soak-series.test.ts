import test from 'ava';
import { SeriesSet, judge } from '../../bench/soak/series.js';

/** 90 readings, one a second, as the function of the second says. */
function seriesOf(unit: 'MB' | 'handles', value: (second: number) => number) {
  const set = new SeriesSet();
  for (let second = 0; second < 90; second++) set.add('x', unit, second, value(second));
  const [series] = set.all();
  if (series === undefined) throw new Error('nothing was added');
  return judge(series);
}

test('what grows all the time is found, what grew at the beginning or peaks is not', (t) => {
  t.is(seriesOf('MB', (second) => 100 + second * 2).flat, false);
  t.is(seriesOf('handles', (second) => 20 + Math.floor(second / 3)).flat, false);
  t.is(seriesOf('MB', (second) => 100 + Math.min(second, 20) * 10).flat, true);
  t.is(seriesOf('MB', (second) => (second % 20 === 0 ? 1000 : 100)).flat, true);
});

test('too few readings say nothing', (t) => {
  const set = new SeriesSet();
  set.add('x', 'MB', 1, 5);
  t.deepEqual(set.all().map(judge)[0]?.flat, undefined);
});
