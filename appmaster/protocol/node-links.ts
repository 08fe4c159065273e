/** Connections to the NodeManagers on which this application has containers: one a node, opened when first needed. */
import type { Clock } from '../../runtime/common/clock.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { RpcClient } from '../../runtime/common/wire/client.js';
import type { Dial } from '../../runtime/common/wire/connection.js';
import {
  containerProtocol,
  type AllocatedContainer,
  type ContainerStatus,
  type LaunchContext,
} from '../../runtime/common/wire/protocols/index.js';

/** A TaskManager brings no files, so that its process runs soon after it was asked for, or not at all. */
const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5000;

export interface NodeLinksOptions {
  dial: Dial;
  clock: Clock;
  log: Logger;
  onContainerStatus(status: ContainerStatus): void;
  /** The connection to a NodeManager broke (`true`), or is back. */
  onNodeSuspect(nodeId: string, suspect: boolean): void;
}

interface NodeLink {
  readonly client: RpcClient<typeof containerProtocol.client, typeof containerProtocol.server>;
  /** Of the container that was allocated there last: proof that we have business with this node. */
  token: string;
}

export class NodeLinks {
  private readonly links = new Map<string, NodeLink>();

  constructor(private readonly options: NodeLinksOptions) {}

  /** Opens the connection to a container's node, so that its end is heard from there. */
  watch(container: AllocatedContainer): void {
    this.linkTo(container);
  }

  /** Resolves when the process runs. @throws what the NodeManager answered, or WIRE_TIMEOUT */
  async start(container: AllocatedContainer, context: LaunchContext): Promise<void> {
    const link = this.linkTo(container);
    link.token = container.token;
    const { client } = link;
    await client.session.call('startContainer', { token: container.token, context }, { timeoutMs: START_TIMEOUT_MS });
  }

  /** Asks the NodeManager to stop a container. If it cannot be reached, the ResourceManager will do it. */
  async stop(container: AllocatedContainer, reason: string): Promise<void> {
    const { client } = this.linkTo(container);
    const params = { containerId: container.containerId, reason };
    try {
      await client.session.call('stopContainer', params, { timeoutMs: STOP_TIMEOUT_MS });
    } catch (error) {
      this.options.log.warn({ err: error, containerId: container.containerId }, 'could not stop a container');
    }
  }

  /** The ResourceManager gave up a node: nothing there can be reached any more. */
  drop(nodeId: string): void {
    this.links.get(nodeId)?.client.close();
    this.links.delete(nodeId);
  }

  close(): void {
    for (const { client } of this.links.values()) client.close();
    this.links.clear();
  }

  private linkTo({ nodeId, nodeHttpAddress, token }: AllocatedContainer): NodeLink {
    const known = this.links.get(nodeId);
    if (known !== undefined) return known;
    const { clock, dial, log } = this.options;
    const link: NodeLink = {
      token,
      client: new RpcClient({
        protocol: containerProtocol,
        address: () => nodeHttpAddress,
        token: () => link.token,
        dial,
        clock,
        log,
        handlers: {
          containerStatus: (status) => {
            this.options.onContainerStatus(status);
          },
        },
        onConnected: () => {
          this.options.onNodeSuspect(nodeId, false);
        },
        onDisconnected: () => {
          this.options.onNodeSuspect(nodeId, true);
        },
        onRefused: (error) => {
          // A token that expired meanwhile: the next container on this node brings a new one.
          log.warn({ err: error, nodeId }, 'a NodeManager refused the connection');
          this.links.delete(nodeId);
        },
      }),
    };
    this.links.set(nodeId, link);
    link.client.start();
    return link;
  }
}
