import { WeftError } from '../../runtime/common/errors/index.js';
import { AccessList } from '../../runtime/common/security/access-list.js';
import type { UserGroups } from './user-groups.js';

/** Who may administer the cluster, whether this ResourceManager leads or stands by. */
export class Administrators {
  private readonly list: AccessList;

  /** @param list as Hadoop writes access lists */
  constructor(
    private readonly groups: UserGroups,
    list: string,
  ) {
    this.list = AccessList.parse(list);
  }

  /** @throws RM_FORBIDDEN */
  async require(user: string): Promise<void> {
    if (this.list.allows(user, await this.groups.of(user))) return;
    throw new WeftError('RM_FORBIDDEN', `User ${user} may not administer the cluster (yarn.admin.acl).`, {
      subject: user,
    });
  }
}
