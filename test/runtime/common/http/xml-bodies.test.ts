import test from 'ava';
import { fromXml, prefersXml, toXml } from '../../../../runtime/common/http/xml-bodies.js';

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

test('a single member is the root element, several get the one that the route names', (t) => {
  t.is(
    toXml({ clusterInfo: { id: 7, state: 'STARTED' } }),
    `${HEAD}<clusterInfo><id>7</id><state>STARTED</state></clusterInfo>`,
  );
  t.is(toXml({ state: 'KILLED' }, 'appstate'), `${HEAD}<appstate><state>KILLED</state></appstate>`);
  t.is(toXml({ apps: {} }), `${HEAD}<apps/>`);
});

test('lists are repeated elements, and what could be markup is escaped', (t) => {
  const body = { apps: { app: [{ name: 'a<b & "c"' }, { name: '' }] } };
  t.is(toXml(body), `${HEAD}<apps><app><name>a&lt;b &amp; &quot;c&quot;</name></app><app><name/></app></apps>`);
});

test('an error is YARN’s element alone', (t) => {
  t.is(
    toXml({ RemoteException: { exception: 'E' }, weftError: { code: 'X' } }, 'app'),
    `${HEAD}<RemoteException><exception>E</exception></RemoteException>`,
  );
});

test('XML is answered to who prefers it', (t) => {
  for (const accept of ['application/xml', 'text/xml, */*', 'application/json;q=0.5, application/xml']) {
    t.true(prefersXml(accept), accept);
  }
  for (const accept of [
    undefined,
    '*/*',
    'application/json',
    'application/xml, application/json',
    'application/xml;q=0',
  ]) {
    t.false(prefersXml(accept), accept);
  }
});

test('a body is read as the JSON that it stands for, without what is empty', (t) => {
  const text = `<?xml version="1.0"?><submission><name>a &amp; b</name><tags><tag>x</tag><tag>y</tag></tags><env/></submission>`;
  t.deepEqual(fromXml(text), { name: 'a & b', tags: { tag: ['x', 'y'] } });
});

test('what is not XML, declares entities or is nested without end is refused', (t) => {
  for (const text of [
    '<a><b></a>',
    '{}',
    '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;">]><a>&m;</a>',
    '<a>'.repeat(1000) + '</a>'.repeat(1000),
  ]) {
    t.throws(() => fromXml(text), { code: 'HTTP_BAD_REQUEST' }, text.slice(0, 40));
  }
});
