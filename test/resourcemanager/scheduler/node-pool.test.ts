import test from 'ava';
import { nodeId } from '../../../runtime/common/ids.js';
import { NodePool } from '../../../resourcemanager/scheduler/node-pool.js';
import type { SchedulerNode } from '../../../resourcemanager/scheduler/node.js';

function newNode(number: number, memoryMb: number, vcores = 4): SchedulerNode {
  const capacity = { memoryMb, vcores };
  const host = `host${number}`;
  return {
    ...{ nodeId: nodeId(host, 1), host, rack: '/r', label: '', capacity, free: capacity, schedulable: true },
    ...{ containers: new Set(), reservation: undefined, slot: 0, rackSlot: 0 },
  };
}

test('finds the freest node that both sizes allow', (t) => {
  const pool = new NodePool();
  const nodes = [newNode(1, 100, 8), newNode(2, 300, 1), newNode(3, 200, 8)];
  for (const node of nodes) pool.add(node);
  t.is(
    pool.find(50, 1, () => true),
    nodes[1],
  );
  t.is(
    pool.find(50, 2, () => true),
    nodes[2],
  );
  t.is(
    pool.find(50, 2, (node) => node !== nodes[2]),
    nodes[0],
  );
  t.is(
    pool.find(301, 1, () => true),
    undefined,
  );
});

test('a slot that became vacant is used again', (t) => {
  const pool = new NodePool();
  const [one, two, three] = [newNode(1, 100), newNode(2, 200), newNode(3, 300)];
  pool.add(one);
  pool.remove(pool.add(two));
  t.is(
    pool.find(1, 1, () => true),
    one,
  );
  pool.add(three);
  t.is(pool.freest(), three);
});

test('a decision looks at few of many nodes', (t) => {
  const pool = new NodePool();
  for (let i = 0; i < 4096; i++) pool.add(newNode(i, 1000 + (i % 7)));
  let looks = 0;
  pool.find(1000, 1, () => {
    looks++;
    return true;
  });
  t.is(looks, 1);
});
