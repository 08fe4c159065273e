/** What all queues of the Capacity scheduler look at. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import type { ResourceCalculator } from '../calculator.js';
import type { SchedulerBooks } from '../policy.js';
import { NOTHING } from '../resources.js';
import type { CapacityApplication } from './application.js';
import type { CapacityConfiguration } from './config/capacity-configuration.js';
import type { QueueBase } from './queues/queue.js';

export class CapacityContext {
  constructor(
    readonly books: SchedulerBooks<CapacityApplication>,
    public configuration: CapacityConfiguration,
    readonly calculator: ResourceCalculator,
  ) {}

  get minimum(): Resource {
    return this.books.settings.minimum;
  }

  /** Largest container of a queue: as configured for it or for all, else the largest node. */
  maximumAllocationOf({ config }: Pick<QueueBase, 'config'>): Resource {
    const { maximumMemoryMb, maximumVcores } = this.books.settings;
    const largest = this.books.nodes.largest() ?? NOTHING;
    const { memoryMb, vcores } = config.maximumAllocation;
    return {
      ...largest,
      memoryMb: memoryMb ?? maximumMemoryMb ?? largest.memoryMb,
      vcores: vcores ?? maximumVcores ?? largest.vcores,
    };
  }

  /** What the nodes of the label have together. */
  totalOf(label: string): Resource {
    return this.books.nodes.capacityOf(label);
  }

  get cluster(): Resource {
    return this.books.nodes.capacity;
  }
}
