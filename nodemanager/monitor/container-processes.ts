/** The processes of a container: found by its control group where there is one, else as descendants of its leader. */
import { ENV } from '../../runtime/common/environment.js';
import { findProcessesByEnvironment, startEnvironment } from '../../runtime/common/process/process-environment.js';
import { sendSignal } from '../../runtime/common/process/process-identity.js';
import type { ControlGroups } from '../cgroups/control-groups.js';
import { processTree } from './process-tree.js';

export class ContainerProcesses {
  constructor(private readonly groups: ControlGroups | undefined) {}

  /** All of them, the leader among them. */
  of(containerId: string, leaderPid: number): number[] {
    const inGroup = this.groups?.processes(containerId) ?? [];
    return inGroup.length > 0 ? inGroup : processTree(leaderPid);
  }

  /** Whether the kernel killed one of them for its memory; asked before `sweep`, which forgets it. */
  hasKernelKilled(containerId: string): boolean {
    return this.groups?.hasKernelKilled(containerId) ?? false;
  }

  /**
   * Kills what a container left behind when its leader had ended. By then the number of its process group may be
   * another's, so what has left the group is known by the environment that it was started with.
   */
  sweep({ containerId, livenessToken }: { containerId: string; livenessToken: string }): void {
    const left = findProcessesByEnvironment({ [ENV.containerId]: containerId, [ENV.livenessToken]: livenessToken });
    for (const pid of left) sendSignal(pid, 'SIGKILL');
    this.groups?.end(containerId);
  }

  /**
   * Kills processes of containers of this node that are not alive: what an earlier NodeManager was killed before it had
   * swept, or knew nothing of. They are this node's if they were told to log below one of `logFolders`.
   * @returns how many there were
   */
  endStrays(alive: ReadonlySet<string>, home: string, logFolders: readonly string[]): number {
    this.groups?.endAllBut(alive);
    const strays = findProcessesByEnvironment({ [ENV.home]: home }, [ENV.containerId]).filter((pid) => {
      const environment = startEnvironment(pid);
      const logDir = environment.get(ENV.logDir) ?? '';
      const isHere = logFolders.some((folder) => logDir.startsWith(`${folder}/`));
      return isHere && !alive.has(environment.get(ENV.containerId) ?? '');
    });
    return strays.filter((pid) => sendSignal(pid, 'SIGKILL')).length;
  }
}
