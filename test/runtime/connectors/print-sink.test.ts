import test from 'ava';
import { PrintSink } from '../../../runtime/connectors/index.js';

test('print has the subtask in front only with a parallelism above 1', (t) => {
  const printed = (prefix: string, subtask: number, parallelism: number): string => {
    let text = '';
    const sink = new PrintSink({ prefix, stderr: false }, { subtask, parallelism }, (_, piece) => (text += piece));
    sink.write('r');
    sink.flush();
    return text;
  };
  t.deepEqual(
    [printed('', 0, 1), printed('', 0, 2), printed('id', 0, 1), printed('id', 1, 2)],
    ['r\n', '1> r\n', 'id> r\n', 'id:2> r\n'],
  );
});

test('print gathers lines until it is flushed', (t) => {
  const writes: string[] = [];
  const sink = new PrintSink({ prefix: '', stderr: true }, { subtask: 0, parallelism: 1 }, (descriptor, text) => {
    writes.push(`${descriptor}:${text}`);
  });
  sink.write({ a: 1 });
  sink.write([1, 'b']);
  t.deepEqual(writes, []);
  sink.flush();
  sink.flush();
  t.deepEqual(writes, ['2:{"a":1}\n[1,"b"]\n']);
});
