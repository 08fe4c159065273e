/** Against a folder that looks like cgroup v2, and against the kernel where this process may write there. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ControlGroups, cgroupMount, limitsOf } from '../../nodemanager/cgroups/control-groups.js';
import { ManualClock, systemClock } from '../../runtime/common/clock.js';
import { silentLogger } from '../../runtime/common/log/logger.js';
import { processStartTicks } from '../../runtime/common/process/process-identity.js';
import { TestNode, container, nodeProgram, until } from './harness.js';

const MOUNT_INFO = `24 30 0:22 / /proc rw,relatime - proc proc rw
35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw
`;

test('the mount of cgroup v2 is found, whatever else is mounted', (t) => {
  t.is(cgroupMount(MOUNT_INFO), '/sys/fs/cgroup');
  t.is(cgroupMount('35 24 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n'), undefined);
});

test('the kernel bounds what the memory monitor does not forgive, and shares the processor by virtual cores', (t) => {
  const resource = { memoryMb: 200, vcores: 2 };
  t.deepEqual(limitsOf(resource, new Set(['memory', 'cpu'])), [
    ['memory.max', String(300 * 1024 * 1024)],
    ['memory.oom.group', '1'],
    ['cpu.weight', '200'],
  ]);
  t.deepEqual(limitsOf({ memoryMb: 1, vcores: 1000 }, new Set(['cpu'])), [['cpu.weight', '10000']]);
  t.deepEqual(limitsOf(resource, new Set()), []);
});

test('a group’s processes and oom kills are read; an earlier NodeManager’s groups are ended', (t) => {
  const mount = mkdtempSync(join(tmpdir(), 'weft-cgroup-'));
  t.teardown(() => rmSync(mount, { recursive: true, force: true }));
  const folder = join(mount, 'weft-yarn', 'nodemanager-0');
  const groups = ControlGroups.open({ folder, mount, clock: new ManualClock(), log: silentLogger() })!;
  const group = join(folder, container(1));
  t.is(groups.create(container(1), { memoryMb: 200, vcores: 2 }), join(group, 'cgroup.procs'));
  t.deepEqual([groups.processes(container(1)), groups.hasKernelKilled(container(1))], [undefined, false]);
  writeFileSync(join(group, 'cgroup.procs'), '11\n12\n');
  writeFileSync(join(group, 'memory.events'), 'low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n');
  t.deepEqual([groups.processes(container(1)), groups.hasKernelKilled(container(1))], [[11, 12], true]);
  mkdirSync(join(folder, container(2)));
  groups.endAllBut(new Set([container(1)]));
  t.is(readFileSync(join(folder, container(2), 'cgroup.kill'), 'utf8'), '1');
  t.false(existsSync(join(group, 'cgroup.kill')));
});

test('where nothing can be written a node does without', (t) => {
  const options = { clock: systemClock, log: silentLogger(), mount: '/proc/version' };
  t.is(ControlGroups.open({ ...options, folder: '/proc/version/weft-yarn/nodemanager-0' }), undefined);
});

const isWritable = (): boolean => {
  const mount = cgroupMount(readFileSync('/proc/self/mountinfo', 'utf8'));
  if (mount === undefined) return false;
  const folder = join(mount, `weft-test-${process.pid}`);
  const groups = ControlGroups.open({ folder, mount, clock: systemClock, log: silentLogger() });
  groups?.close();
  return groups !== undefined;
};

(isWritable() ? test : test.skip)(
  'a process that left its group and its session dies with the container',
  async (t) => {
    const node = await TestNode.start();
    t.teardown(() => node.close());
    const escape = `const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore', env: {} });
    child.unref();
    console.log(child.pid);
    setInterval(() => {}, 1000)`;
    await node.startContainer(container(1), nodeProgram(escape));
    const pid = Number(
      await until('child', () => readFileSync(node.logs(container(1), 'stdout'), 'utf8').trim() || false),
    );
    process.kill(node.manager.containers.status(node.manager.containers.get(container(1))!).pid!, 'SIGKILL');
    await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'));
    await until('the child to end', () => processStartTicks(pid) === undefined);
    t.is(node.manager.containers.get(container(1))?.exit?.signal, 'SIGKILL');
  },
);
