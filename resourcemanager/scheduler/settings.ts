/** What holds for every scheduler. */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';

export interface SchedulerSettings {
  /** Asks are rounded up to whole multiples of it. */
  minimum: Resource;
  /** Largest container, where configured. */
  maximumMemoryMb: number | undefined;
  maximumVcores: number | undefined;
  /** How often the ResourceManager was restarted: part of container ids, so that they never repeat. */
  epoch: number;
  /**
   * `immediate`: containers are placed as soon as an event makes it possible, on the freest node, and at heartbeats.
   * `heartbeat`: only a node's heartbeat places containers there, as in Hadoop; for replays.
   * @default immediate
   */
  placement?: 'immediate' | 'heartbeat';
}
