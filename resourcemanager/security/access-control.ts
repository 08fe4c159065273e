/** Who may see and change what: owners their applications, administrators of queues what is in them, administrators the cluster. */
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ApplicationRecord } from '../apps/application.js';
import { AccessList } from '../../runtime/common/security/access-list.js';
import type { Scheduler } from '../scheduler/index.js';
import type { Administrators } from './administrators.js';
import type { UserGroups } from './user-groups.js';

export class AccessControl {
  constructor(
    readonly groups: UserGroups,
    private readonly scheduler: Scheduler,
    private readonly administrators: Administrators,
  ) {}

  /** @throws RM_FORBIDDEN */
  requireAdministrator(user: string): Promise<void> {
    return this.administrators.require(user);
  }

  /** @throws RM_FORBIDDEN where access lists are heeded and name the user neither as the owner nor as an administrator */
  async requireMayModify(user: string, record: ApplicationRecord): Promise<void> {
    if (await this.may('modify', user, record)) return;
    const { id, user: owner, submission } = record;
    const message = `User ${user} may not change ${id} of ${owner} in ${submission.queue}.`;
    throw new WeftError('RM_FORBIDDEN', message, { subject: id });
  }

  /** @throws RM_FORBIDDEN likewise, for who may not even look at it */
  async requireMayView(user: string, record: ApplicationRecord): Promise<void> {
    if (await this.may('view', user, record)) return;
    const { id, user: owner, submission } = record;
    const message = `User ${user} may not view ${id} of ${owner} in ${submission.queue}.`;
    throw new WeftError('RM_FORBIDDEN', message, { subject: id });
  }

  /** Owners and administrators may everything; others what the application's own list says. */
  async may(
    action: 'view' | 'modify',
    user: string,
    { user: owner, submission }: Pick<ApplicationRecord, 'user' | 'submission'>,
  ): Promise<boolean> {
    if (user === owner) return true;
    const groups = await this.groups.of(user);
    const list = submission.access?.[action];
    if (list !== undefined && AccessList.parse(list).allows(user, groups)) return true;
    // A queue that is gone has no administrators but those of all.
    const queue = this.scheduler.resolveQueue(submission.queue) === undefined ? 'root' : submission.queue;
    return this.scheduler.mayAccess(user, groups, queue, 'administer');
  }

  /** @throws RM_FORBIDDEN unless the user may submit to, or administer, the queue (if there is one) */
  async requireMaySubmit(user: string, queue: string): Promise<void> {
    // Who names a queue that is not there is told that.
    if (this.scheduler.resolveQueue(queue) === undefined) return;
    const groups = await this.groups.of(user);
    if (this.scheduler.mayAccess(user, groups, queue, 'submit')) return;
    if (this.scheduler.mayAccess(user, groups, queue, 'administer')) return;
    throw new WeftError('RM_FORBIDDEN', `User ${user} may not submit to the queue ${queue}.`, { subject: queue });
  }
}
