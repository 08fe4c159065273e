/** A NodeManager as the ResourceManager sees it. */
import type { NodeId } from '../../runtime/common/ids.js';
import { transition, type TransitionTable } from '../../runtime/common/state-machine.js';
import type { nodeProtocol, Resource } from '../../runtime/common/wire/protocols/index.js';
import type { RpcPeer } from '../../runtime/common/wire/index.js';

/** What a connection proved: the node that its token speaks for. */
export interface NodeIdentity {
  nodeId: string;
}
export type NodePeer = RpcPeer<typeof nodeProtocol.client, typeof nodeProtocol.server, NodeIdentity>;

export type NodeState =
  | 'RUNNING'
  /** Its connection broke: it gets nothing new, and keeps what it has until it was silent for too long. */
  | 'SUSPECT'
  | 'UNHEALTHY'
  | 'LOST'
  /** It said goodbye. */
  | 'SHUTDOWN'
  /** It was sent away. */
  | 'DECOMMISSIONED';

export type NodeEvent =
  'register' | 'disconnect' | 'resume' | 'healthy' | 'unhealthy' | 'expire' | 'shutdown' | 'decommission';

export const NODE_TRANSITIONS: TransitionTable<NodeState, NodeEvent> = {
  RUNNING: {
    register: 'RUNNING',
    resume: 'RUNNING',
    healthy: 'RUNNING',
    unhealthy: 'UNHEALTHY',
    disconnect: 'SUSPECT',
    expire: 'LOST',
    shutdown: 'SHUTDOWN',
    decommission: 'DECOMMISSIONED',
  },
  // Its first heartbeat after it came back tells whether it is healthy.
  SUSPECT: {
    register: 'RUNNING',
    resume: 'RUNNING',
    disconnect: 'SUSPECT',
    expire: 'LOST',
    shutdown: 'SHUTDOWN',
    decommission: 'DECOMMISSIONED',
  },
  UNHEALTHY: {
    register: 'RUNNING',
    resume: 'UNHEALTHY',
    healthy: 'RUNNING',
    unhealthy: 'UNHEALTHY',
    disconnect: 'SUSPECT',
    expire: 'LOST',
    shutdown: 'SHUTDOWN',
    decommission: 'DECOMMISSIONED',
  },
  LOST: { register: 'RUNNING' },
  SHUTDOWN: { register: 'RUNNING' },
  DECOMMISSIONED: { register: 'RUNNING' },
};

/** What the store keeps, so that a restarted ResourceManager knows whom to wait for. */
export interface NodeRecord {
  id: NodeId;
  /** `http://host:port` of the NodeManager's server. */
  httpAddress: string;
  rack: string;
  capacity: Resource;
  version: string;
}

export interface Node extends NodeRecord {
  state: NodeState;
  pid: number;
  healthReport: string;
  lastHeardMs: number;
  /** Resident memory of all its containers, as last reported. */
  usedMemoryMb: number;
  /** The session, while there is one. */
  peer: NodePeer | undefined;
}

/** Whether it has no part in the cluster any more. */
export function isGone({ state }: Node): boolean {
  return state === 'LOST' || state === 'SHUTDOWN' || state === 'DECOMMISSIONED';
}

export function hostOf(id: NodeId): string {
  return id.slice(0, id.lastIndexOf(':'));
}

/** @throws ILLEGAL_TRANSITION */
export function moveNode(node: Node, event: NodeEvent): void {
  node.state = transition(node.id, NODE_TRANSITIONS, node.state, event);
}
