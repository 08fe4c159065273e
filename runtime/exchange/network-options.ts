import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/log/logger.js';

/** Proof that a peer belongs to the application. */
export interface DataPlaneAuth {
  /** Sent when this TaskManager connects to another. */
  token: string;
  /** @throws AUTH_BAD_TOKEN */
  check(token: string): void;
}

export interface TaskManagerNetworkOptions {
  resourceId: string;
  slots: number;
  /** `taskmanager.memory.segment-size`. */
  segmentBytes: number;
  /** Most bytes of one record between threads. @default 64 MiB */
  maxRecordBytes?: number;
  /** The network share of the memory plan. */
  networkBytes: number;
  /** `taskmanager.network.memory.buffers-per-channel`. @default 2 */
  buffersPerChannel?: number;
  /** `taskmanager.network.memory.floating-buffers-per-gate`. @default 8 */
  floatingBuffersPerGate?: number;
  /** @default 127.0.0.1 */
  host?: string;
  /** 0 = any free port. @default 0 */
  port?: number;
  /** For what blocking edges leave. @default none: there can be no such edges */
  partitionFolder?: string;
  auth: DataPlaneAuth;
  clock: Clock;
  log: Logger;
}
