/** What all queues of the Fair scheduler look at. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import type { SchedulerBooks } from '../policy.js';
import type { FairApplication } from './application.js';
import type { FairSettings } from './config/fair-settings.js';

export class FairContext {
  constructor(
    readonly books: SchedulerBooks<FairApplication>,
    public settings: FairSettings,
  ) {}

  get cluster(): Resource {
    return this.books.nodes.capacity;
  }
}
