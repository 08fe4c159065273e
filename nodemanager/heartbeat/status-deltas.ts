import type { ContainerStatus } from '../../runtime/common/wire/protocols/shared.js';

/** Smaller changes of a container's memory are not worth a message, MB. */
const MEMORY_STEP_MB = 16;

/** What the ResourceManager has not acknowledged yet. Pure. */
export class StatusDeltas {
  private readonly acknowledged = new Map<string, string>();

  /** Those that differ from what was last acknowledged. */
  changed(statuses: readonly ContainerStatus[]): ContainerStatus[] {
    return statuses.filter((status) => this.acknowledged.get(status.containerId) !== fingerprint(status));
  }

  acknowledge(statuses: readonly ContainerStatus[]): void {
    for (const status of statuses) this.acknowledged.set(status.containerId, fingerprint(status));
  }

  /** Forgets containers that are gone, so that this does not grow. */
  retain(containerIds: ReadonlySet<string>): void {
    for (const id of this.acknowledged.keys()) if (!containerIds.has(id)) this.acknowledged.delete(id);
  }

  /** The ResourceManager knows nothing any more. */
  clear(): void {
    this.acknowledged.clear();
  }
}

function fingerprint({ state, pid, exit, residentMb }: ContainerStatus): string {
  const memory = state === 'RUNNING' ? Math.round((residentMb ?? 0) / MEMORY_STEP_MB) : 0;
  return `${state}/${pid ?? ''}/${exit?.kind ?? ''}/${memory}`;
}
