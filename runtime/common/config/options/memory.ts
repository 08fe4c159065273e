/** How the memory of JobManagers and TaskManagers is divided: Flink's keys. */
import { integerOption, memoryOption, numberOption } from '../option.js';

const MB = 1024 * 1024;

export const memoryOptions = {
  jobManagerProcess: memoryOption({
    key: 'jobmanager.memory.process.size',
    default: 512 * MB,
    min: 128 * MB,
    description: 'Memory of the container of AppMaster and JobManager.',
  }),
  taskManagerProcess: memoryOption({
    key: 'taskmanager.memory.process.size',
    default: 1024 * MB,
    min: 192 * MB,
    description: 'Memory of one TaskManager’s container.',
  }),
  segmentSize: memoryOption({
    key: 'taskmanager.memory.segment-size',
    default: 32 * 1024,
    min: 4096,
    max: 16 * MB,
    oldKeys: ['taskmanager.network.memory.segment-size'],
    description: 'Size of one network buffer.',
  }),
  recordMaxSize: memoryOption({
    key: 'taskmanager.record.max-size',
    default: 64 * MB,
    min: 64 * 1024,
    description: 'Most bytes that one record may take on its way between threads.',
  }),
  networkFraction: numberOption({
    key: 'taskmanager.memory.network.fraction',
    default: 0.1,
    min: 0,
    max: 1,
    oldKeys: ['taskmanager.network.memory.fraction'],
    description: 'Share of the process for network buffers, between min and max.',
  }),
  networkMin: memoryOption({
    key: 'taskmanager.memory.network.min',
    default: 16 * MB,
    oldKeys: ['taskmanager.network.memory.min'],
    description: 'Lower bound of the network memory.',
  }),
  networkMax: memoryOption({
    key: 'taskmanager.memory.network.max',
    default: 1024 * MB,
    oldKeys: ['taskmanager.network.memory.max'],
    description: 'Upper bound of the network memory.',
  }),
  managedSize: memoryOption({
    key: 'taskmanager.memory.managed.size',
    default: undefined,
    oldKeys: ['taskmanager.memory.size'],
    description: 'Managed memory (sorting, caches of strings), divided among the slots. Default: by the fraction.',
  }),
  managedFraction: numberOption({
    key: 'taskmanager.memory.managed.fraction',
    default: 0.4,
    min: 0,
    max: 1,
    description:
      'Share of the process, without its overhead, for managed memory; less where the heaps of the slots need it.',
  }),
  buffersPerChannel: integerOption({
    key: 'taskmanager.network.memory.buffers-per-channel',
    default: 2,
    min: 1,
    max: 1024,
    description: 'Exclusive buffers (= initial credit) of an input channel.',
  }),
  floatingBuffersPerGate: integerOption({
    key: 'taskmanager.network.memory.floating-buffers-per-gate',
    default: 8,
    min: 0,
    description: 'Further buffers that the channels of an input gate share by backlog.',
  }),
  maxOverdraftBuffersPerGate: integerOption({
    key: 'taskmanager.network.memory.max-overdraft-buffers-per-gate',
    default: 5,
    min: 0,
    description: 'Output buffers beyond the pool, so that a record that has been begun can be finished.',
  }),
} as const;
