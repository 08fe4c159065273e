/** The containers that live, by id, application and node; each change is in the store before it is told to anybody. */
import type { ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { StateStore } from '../store/state-store.js';
import { moveContainer, type ContainerEvent, type ContainerRecord } from './container.js';

export class ContainerLedger {
  private readonly byId = new Map<ContainerId, ContainerRecord>();
  private readonly byApplication = new Map<ApplicationId, Set<ContainerRecord>>();
  private readonly byNode = new Map<NodeId, Set<ContainerRecord>>();

  constructor(private readonly store: StateStore) {}

  /** Takes over what the store holds. */
  restore(containers: readonly ContainerRecord[]): void {
    for (const container of containers) this.index(container);
  }

  add(container: ContainerRecord): void {
    this.store.saveContainer(container);
    this.index(container);
  }

  get(id: ContainerId): ContainerRecord | undefined {
    return this.byId.get(id);
  }

  ofApplication(id: ApplicationId): ContainerRecord[] {
    return [...(this.byApplication.get(id) ?? [])];
  }

  ofNode(id: NodeId): ContainerRecord[] {
    return [...(this.byNode.get(id) ?? [])];
  }

  /** Moves a container on in its life. */
  move(container: ContainerRecord, event: ContainerEvent): void {
    const before = container.state;
    moveContainer(container, event);
    if (container.state !== before) this.store.saveContainer(container);
  }

  /** The container has ended: it is forgotten. */
  remove(container: ContainerRecord, event: ContainerEvent): void {
    moveContainer(container, event);
    this.store.deleteContainer(container.id);
    this.byId.delete(container.id);
    drop(this.byApplication, container.applicationId, container);
    drop(this.byNode, container.nodeId, container);
  }

  private index(container: ContainerRecord): void {
    this.byId.set(container.id, container);
    put(this.byApplication, container.applicationId, container);
    put(this.byNode, container.nodeId, container);
  }
}

function put<K>(index: Map<K, Set<ContainerRecord>>, key: K, container: ContainerRecord): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([container]));
  else set.add(container);
}

function drop<K>(index: Map<K, Set<ContainerRecord>>, key: K, container: ContainerRecord): void {
  const set = index.get(key);
  set?.delete(container);
  if (set?.size === 0) index.delete(key);
}
