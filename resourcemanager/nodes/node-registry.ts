/**
 * The NodeManagers: who is there, what runs on them, who is silent. Called by the nodes' endpoint and by the clock;
 * tells the ApplicationsManager (through `NodeListener`) what became of containers, and the Scheduler what there is to
 * use.
 */
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import {
  applicationOfContainer,
  parseContainerId,
  parseNodeId,
  type ApplicationId,
  type ContainerId,
  type NodeId,
} from '../../runtime/common/ids.js';
import { LivenessMonitor } from '../../runtime/common/liveness.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { ParamsOf, ResultOf } from '../../runtime/common/wire/index.js';
import type {
  ContainerStatus,
  ExitReason,
  SignalCommand,
  LeaderEpoch,
  nodeProtocol,
} from '../../runtime/common/wire/protocols/index.js';
import type { NodeCommands } from '../apps/node-commands.js';
import { livenessCheckIntervalMs, type ResourceManagerSettings } from '../config/settings.js';
import { stopped, withNode } from '../apps/exits.js';
import type { SchedulerEvent } from '../scheduler/index.js';
import type { TokenService } from '../security/token-service.js';
import type { StateStore } from '../store/state-store.js';
import type { Decommissioning, Grace, NodeVerdict } from './decommissioning.js';
import type { NodeLabels } from './node-labels.js';
import { hostOf, isGone, moveNode, type Node, type NodeEvent, type NodePeer, type NodeRecord } from './node.js';

type ServerMethods = typeof nodeProtocol.server;

/** Starting an AppMaster takes as long as fetching its files does. */
const START_TIMEOUT_MS = 120_000;
/** A NodeManager that was silent for so many heartbeats gives its name to one that asks for it. */
const MISSED_HEARTBEATS = 3;

export interface NodeListener {
  /** The node tells of a container. @returns false if nobody wants it any more: it must stop */
  containerReported(node: NodeId, status: ContainerStatus): boolean;
  /** Containers of a node that it no longer runs, although it should. */
  containersMissing(node: NodeId, reported: ReadonlySet<string>): void;
  /** The node is lost, and all that ran there. */
  nodeLost(node: NodeId, exit: ExitReason): void;
  nodeChanged(node: Node): void;
  hasEnded(application: ApplicationId): boolean;
  /** Whether no container is there, or on its way. */
  isIdle(node: NodeId): boolean;
}

export interface NodeRegistryOptions {
  clock: Clock;
  /** Which one this ResourceManager is. */
  leader: LeaderEpoch;
  log: Logger;
  settings: ResourceManagerSettings;
  store: StateStore;
  tokens: TokenService;
  labels: NodeLabels;
  decommissioning: Decommissioning;
  readonly schedule: (event: SchedulerEvent) => void;
}

export class NodeRegistry implements NodeCommands {
  private readonly nodes = new Map<NodeId, Node>();
  private readonly liveness: LivenessMonitor<NodeId>;
  private listener: NodeListener | undefined;

  constructor(private readonly options: NodeRegistryOptions) {
    this.liveness = new LivenessMonitor(
      options.settings.nodeExpiryIntervalMs,
      livenessCheckIntervalMs(options.settings),
    );
  }

  listen(listener: NodeListener): void {
    this.listener = listener;
  }

  all(): Node[] {
    return [...this.nodes.values()];
  }

  /** @throws RM_UNKNOWN_NODE */
  require(id: string): Node {
    const node = this.nodes.get(id as NodeId);
    if (node === undefined) throw new WeftError('RM_UNKNOWN_NODE', `nodeId, ${id}, is not found`, { subject: id });
    return node;
  }

  /** After a restart: the nodes of before are waited for, as long as for any silent one. */
  restore(records: readonly NodeRecord[]): void {
    const nowMs = this.options.clock.nowMs();
    for (const record of records) {
      const node: Node = {
        ...record,
        state: 'SUSPECT',
        pid: 0,
        healthReport: 'It has not registered again since the ResourceManager was restarted.',
        lastHeardMs: nowMs,
        usedMemoryMb: 0,
        peer: undefined,
      };
      this.nodes.set(node.id, node);
      this.liveness.heard(node.id, nowMs);
      this.tellScheduler(node);
    }
  }

  /** A NodeManager is there, for the first time or again. Repeating it changes nothing. */
  register(
    peer: NodePeer,
    params: ParamsOf<ServerMethods, 'register'>,
    rack: string,
  ): ResultOf<ServerMethods, 'register'> {
    const { store, clock, settings, tokens, labels, log, leader } = this.options;
    const id = parseNodeId(params.nodeId);
    if (id !== peer.identity.nodeId) {
      throw new WeftError('AUTH_BAD_TOKEN', `The token of ${peer.identity.nodeId} cannot register ${id}.`);
    }
    const excluded = this.options.decommissioning.refusal(id);
    if (excluded !== undefined) throw new WeftError('RM_NODE_EXCLUDED', `${id} may not register: ${excluded}.`);
    const nowMs = clock.nowMs();
    this.requireFree(id, peer, params.pid, nowMs);
    const containersToStop = store.transaction(() => {
      const node = this.admit(id, params, rack);
      const previous = node.peer;
      node.peer = peer;
      if (previous !== undefined && previous !== peer) previous.close();
      Object.assign(node, { lastHeardMs: nowMs, pid: params.pid, healthReport: '' });
      const refusal = labels.report(id, params.label ?? '');
      if (refusal !== undefined) log.warn({ nodeId: id, label: params.label }, `the node has no label: ${refusal}`);
      this.liveness.heard(id, nowMs);
      const toStop = this.reconcile(node, params.containers);
      this.changed(node, 'register');
      return toStop;
    });
    log.info({ nodeId: id, containers: params.containers.length, stop: containersToStop.length }, 'node registered');
    return {
      leader,
      heartbeatIntervalMs: settings.heartbeatIntervalMs,
      expiryIntervalMs: settings.nodeExpiryIntervalMs,
      tokenKeys: tokens.tokenKeys,
      containersToStop,
    };
  }

  heartbeat(peer: NodePeer, params: ParamsOf<ServerMethods, 'heartbeat'>): void {
    const node = this.nodeOf(peer);
    if (node === undefined) {
      peer.session.notify('resync', {});
      return;
    }
    const nowMs = this.options.clock.nowMs();
    node.lastHeardMs = nowMs;
    node.usedMemoryMb = params.usedMemoryMb;
    node.healthReport = params.healthReport;
    this.liveness.heard(node.id, nowMs);
    if (params.containers.length > 0) {
      this.options.store.transaction(() => {
        for (const status of params.containers) this.report(node, status);
      });
    }
    const isHealthy = node.state !== 'UNHEALTHY';
    if (params.healthy !== isHealthy) this.changed(node, params.healthy ? 'healthy' : 'unhealthy');
    this.options.schedule({ type: 'node-heartbeat', nodeId: node.id });
  }

  /** Its connection broke: nothing new is placed there until it is back, and AppMasters are warned. */
  disconnected(peer: NodePeer): void {
    const node = this.nodeOf(peer);
    if (node !== undefined) this.changed(node, 'disconnect');
  }

  resumed(peer: NodePeer): void {
    const node = this.nodeOf(peer);
    if (node === undefined) return;
    this.liveness.heard(node.id, this.options.clock.nowMs());
    this.changed(node, 'resume');
  }

  /** The session is over; the node itself is waited for until it was silent for too long. */
  closed(peer: NodePeer): void {
    const node = this.nodeOf(peer);
    if (node === undefined) return;
    if (node.state !== 'SUSPECT') this.changed(node, 'disconnect');
    node.peer = undefined;
  }

  /** It stops in order. */
  unregister(peer: NodePeer): void {
    const node = this.nodeOf(peer);
    if (node === undefined) return;
    this.options.log.info({ nodeId: node.id }, 'node unregistered');
    this.liveness.forget(node.id);
    this.remove(node, 'shutdown', 'was stopped');
  }

  /** Gives up nodes that were silent for too long. */
  tick(nowMs: number): void {
    for (const id of this.liveness.takeExpired(nowMs)) {
      const node = this.nodes.get(id);
      if (node !== undefined) this.lose(node, nowMs);
    }
    const { decommissioning } = this.options;
    for (const id of decommissioning.due(nowMs, (node) => this.listener?.isIdle(node) ?? false)) {
      const node = this.nodes.get(id);
      decommissioning.forget(id);
      if (node !== undefined && !isGone(node)) this.sendAway(node);
    }
  }

  /**
   * What the lists and the administrators say of a node becomes so.
   * @param grace how long it may take; undefined: at once, whatever runs there
   */
  applyExclusion(id: NodeId, grace: Grace | undefined): NodeVerdict {
    const { clock, decommissioning, log } = this.options;
    const node = this.nodes.get(id);
    if (node === undefined || isGone(node)) return 'stay';
    const before = decommissioning.leaveOf(id);
    const verdict = decommissioning.judge(id, grace, clock.nowMs());
    if (verdict === 'go') this.sendAway(node);
    else if (verdict === 'leave' || before !== undefined) {
      log.info({ nodeId: id, verdict, ...decommissioning.leaveOf(id) }, 'whether the node stays');
      this.tellScheduler(node);
    }
    return verdict;
  }

  httpAddressOf(id: NodeId): string {
    return this.nodes.get(id)?.httpAddress ?? '';
  }

  isConnected(id: NodeId): boolean {
    return this.nodes.get(id)?.peer?.session.connected ?? false;
  }

  async startContainer(id: NodeId, start: Parameters<NodeCommands['startContainer']>[1]): Promise<void> {
    const peer = this.nodes.get(id)?.peer;
    if (peer === undefined) throw new WeftError('WIRE_CLOSED', `${id} is not connected.`);
    await peer.session.call('startContainer', start, { timeoutMs: START_TIMEOUT_MS });
  }

  stopContainer(id: NodeId, containerId: ContainerId, exit: ExitReason): void {
    this.nodes.get(id)?.peer?.session.notify('stopContainer', { containerId, exit });
  }

  signalContainer(id: NodeId, containerId: ContainerId, command: SignalCommand): void {
    this.nodes.get(id)?.peer?.session.notify('signalContainer', { containerId, command });
  }

  applicationFinished(id: NodeId, applicationId: ApplicationId): void {
    this.nodes.get(id)?.peer?.session.notify('applicationFinished', { applicationId });
  }

  /** Nodes may have other labels now. */
  relabelled(): void {
    for (const node of this.nodes.values()) if (!isGone(node)) this.tellScheduler(node);
  }

  /** The key of container tokens has rolled. */
  announceTokenKeys(): void {
    const keys = this.options.tokens.tokenKeys;
    for (const { peer } of this.nodes.values()) peer?.session.notify('tokenKeys', { keys });
  }

  /** Of two processes with one name the first stays while it is heard. @throws RM_NODE_NAME_TAKEN */
  private requireFree(id: NodeId, peer: NodePeer, pid: number, nowMs: number): void {
    const known = this.nodes.get(id);
    if (known?.peer === undefined || known.peer === peer || known.pid === pid) return;
    const silentMs = nowMs - known.lastHeardMs;
    const patienceMs = MISSED_HEARTBEATS * this.options.settings.heartbeatIntervalMs;
    if (!known.peer.session.connected || silentMs < 0 || silentMs > patienceMs) return;
    const message = `${id} is process ${known.pid}, heard ${silentMs} ms ago; process ${pid} has the same name.`;
    throw new WeftError('RM_NODE_NAME_TAKEN', message, { subject: id });
  }

  private admit(id: NodeId, params: ParamsOf<ServerMethods, 'register'>, rack: string): Node {
    const { httpAddress, resource: capacity, version } = params;
    const record: NodeRecord = { id, httpAddress, rack, capacity, version };
    this.options.store.saveNode(record);
    const known = this.nodes.get(id);
    if (known !== undefined) return Object.assign(known, record);
    const node: Node = {
      ...record,
      state: 'RUNNING',
      pid: 0,
      healthReport: '',
      lastHeardMs: 0,
      usedMemoryMb: 0,
      peer: undefined,
    };
    this.nodes.set(id, node);
    return node;
  }

  /** Compares what the node runs with what it should run. @returns what it must stop */
  private reconcile(node: Node, reported: readonly ContainerStatus[]): string[] {
    // First the node, else the containers that it brings back could not be booked on it.
    this.tellScheduler(node);
    const toStop: string[] = [];
    const present = new Set<string>();
    for (const status of reported) {
      present.add(status.containerId);
      if (!(this.listener?.containerReported(node.id, status) ?? false) && status.state !== 'COMPLETE') {
        toStop.push(status.containerId);
      }
    }
    this.listener?.containersMissing(node.id, present);
    const applications = new Set(
      reported.map(({ containerId }) => applicationOfContainer(parseContainerId(containerId))),
    );
    for (const id of applications) {
      if (this.listener?.hasEnded(id) ?? true) {
        this.options.store.afterCommit(() => {
          this.applicationFinished(node.id, id);
        });
      }
    }
    return toStop;
  }

  private report(node: Node, status: ContainerStatus): void {
    const wanted = this.listener?.containerReported(node.id, status) ?? false;
    if (wanted || status.state === 'COMPLETE') return;
    this.options.store.afterCommit(() => {
      const exit = stopped('resourcemanager', 'The ResourceManager does not know it.');
      this.stopContainer(node.id, status.containerId as ContainerId, exit);
    });
  }

  private lose(node: Node, nowMs: number): void {
    const silentMs = nowMs - node.lastHeardMs;
    this.options.log.warn({ nodeId: node.id, silentMs }, 'node lost');
    const { peer } = node;
    this.remove(node, 'expire', `was not heard of for ${silentMs} ms`);
    // When it comes back it finds its session gone and registers anew.
    peer?.close();
  }

  private sendAway(node: Node): void {
    this.options.log.info({ nodeId: node.id }, 'node decommissioned');
    const { peer } = node;
    this.liveness.forget(node.id);
    this.remove(node, 'decommission', 'was decommissioned');
    // It stops what still runs, and asks from time to time whether it may come back.
    this.options.store.afterCommit(() => {
      peer?.session.notify('resync', {});
    });
  }

  private remove(node: Node, event: 'expire' | 'shutdown' | 'decommission', why: string): void {
    const { store, schedule } = this.options;
    node.peer = undefined;
    store.transaction(() => {
      moveNode(node, event);
      node.healthReport = `It ${why}.`;
      store.deleteNode(node.id);
      schedule({ type: 'node-removed', nodeId: node.id });
      const diagnostics = `Its node ${node.id} ${why}.`;
      this.listener?.nodeLost(node.id, withNode(diagnostics));
    });
    this.listener?.nodeChanged(node);
  }

  private changed(node: Node, event: NodeEvent): void {
    moveNode(node, event);
    this.options.log.debug({ nodeId: node.id, event, state: node.state }, 'node changed');
    this.tellScheduler(node);
    this.listener?.nodeChanged(node);
  }

  private tellScheduler({ id, rack, capacity, state }: Node): void {
    const schedulable = state === 'RUNNING' && this.options.decommissioning.leaveOf(id) === undefined;
    this.options.schedule({
      type: 'node-updated',
      node: {
        ...{ nodeId: id, host: hostOf(id), rack, capacity, schedulable },
        label: this.options.labels.of(id),
      },
    });
  }

  private nodeOf(peer: NodePeer): Node | undefined {
    const node = this.nodes.get(peer.identity.nodeId as NodeId);
    return node?.peer === peer ? node : undefined;
  }
}
