/**
 * Node labels (YARN's partitions): which there are, whether they are exclusive, and which node has which. Kept in the
 * store; what nodes share by them is the Scheduler's.
 */
import { WeftError } from '../../runtime/common/errors/index.js';
import type { NodeId } from '../../runtime/common/ids.js';
import type { SchedulerEvent } from '../scheduler/index.js';
import type { StateStore } from '../store/state-store.js';
import { hostOf } from './node.js';

export interface NodeLabel {
  readonly name: string;
  /** Whether only asks for the label may use its nodes. */
  readonly exclusive: boolean;
}

export interface NodeLabelsOptions {
  /** Who says which node has which label. */
  mode: 'off' | 'centralized' | 'distributed';
  store: StateStore;
  readonly schedule: (event: SchedulerEvent) => void;
  /** Paths of the queues that have a share of the label's nodes. */
  readonly queuesWith: (label: string) => string[];
  /** Nodes may have other labels now. */
  readonly onChange: () => void;
}

interface Stored {
  labels: NodeLabel[];
  /** By `host:port`, or `host:0` for all nodes of a host. */
  nodes: [string, string][];
}

const META_KEY = 'nodeLabels';
/** Hadoop's rule. */
const NAME = /^[0-9a-zA-Z][0-9a-zA-Z_-]{0,254}$/;

export class NodeLabels {
  private readonly labels = new Map<string, NodeLabel>();
  private readonly nodes = new Map<string, string>();

  constructor(private readonly options: NodeLabelsOptions) {}

  /** Takes over what the store holds; before nodes are told of. */
  restore(): void {
    const text = this.options.store.meta(META_KEY);
    if (text === undefined || this.options.mode === 'off') return;
    const { labels, nodes } = JSON.parse(text) as Stored;
    for (const label of labels) this.define(label);
    for (const [node, label] of nodes) this.nodes.set(node, label);
  }

  /** By name. */
  all(): NodeLabel[] {
    return [...this.labels.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The label of a node; empty if it has none. */
  of(id: NodeId): string {
    return this.nodes.get(id) ?? this.nodes.get(wholeHost(hostOf(id))) ?? '';
  }

  /** Nodes, or whole hosts (`host:0`), that a label was given to. */
  assigned(): ReadonlyMap<string, string> {
    return this.nodes;
  }

  /** Why nothing can run on nodes with this label; undefined = it can. */
  refusal(label: string): string | undefined {
    if (label === '') return undefined;
    if (this.options.mode === 'off') return `The label ${label} is asked for, and yarn.node-labels.enabled is off`;
    return this.labels.has(label) ? undefined : `There is no node label ${label}; there is ${this.names()}`;
  }

  /** @throws RM_NODE_LABELS for a bad name, or a label that is known with the other exclusivity */
  add(labels: readonly NodeLabel[]): void {
    this.requireOn();
    for (const { name, exclusive } of labels) {
      if (!NAME.test(name)) {
        throw refused(`"${name}" is no label: it has letters, digits, - and _ only, and begins with one of the former`);
      }
      if ((this.labels.get(name)?.exclusive ?? exclusive) !== exclusive) {
        throw refused(`Whether the label ${name} is exclusive cannot be changed: remove it, and add it anew`);
      }
    }
    for (const label of labels) this.define(label);
    this.save();
  }

  /** Nodes that had the labels have none. @throws RM_NODE_LABELS for one that is unknown, or that queues have a share of */
  remove(names: readonly string[]): void {
    this.requireOn();
    for (const name of names) {
      if (!this.labels.has(name)) throw refused(`There is no node label ${name}; there is ${this.names()}`);
      const [queue] = this.options.queuesWith(name);
      if (queue !== undefined)
        throw refused(`The label ${name} cannot be removed: the queue ${queue} has a share of it`);
    }
    for (const name of names) this.labels.delete(name);
    for (const [node, label] of this.nodes) if (names.includes(label)) this.nodes.delete(node);
    this.save();
    this.options.onChange();
  }

  /**
   * The administrator says which labels nodes have.
   * @param wanted labels (none or one each) by `host:port`, or `host` for all nodes there
   * @throws RM_NODE_LABELS with nothing changed
   */
  replace(wanted: ReadonlyMap<string, readonly string[]>): void {
    this.requireOn();
    if (this.options.mode === 'distributed') {
      throw refused('Nodes name their labels themselves here (yarn.node-labels.configuration-type is distributed)');
    }
    for (const [node, labels] of wanted) {
      if (labels.length > 1) throw refused(`${node} can have one label only, not ${labels.join(' and ')}`);
      const reason = this.refusal(labels[0] ?? '');
      if (reason !== undefined) throw refused(reason);
    }
    for (const [node, [label = '']] of wanted) this.assign(node, label);
    this.save();
    this.options.onChange();
  }

  /** What a NodeManager says of itself when it registers. @returns why that does not hold */
  report(id: NodeId, label: string): string | undefined {
    if (this.options.mode !== 'distributed') return undefined;
    const reason = this.refusal(label);
    this.assign(id, reason === undefined ? label : '');
    this.save();
    return reason;
  }

  private assign(node: string, label: string): void {
    const host = /^(.*):\d+$/.exec(node)?.[1] ?? node;
    const id = host === node ? wholeHost(host) : node;
    if (id === wholeHost(host)) {
      for (const other of [...this.nodes.keys()]) if (hostOf(other as NodeId) === host) this.nodes.delete(other);
    }
    // One node without a label on a host that has one is worth remembering.
    if (label === '' && !this.nodes.has(wholeHost(host))) this.nodes.delete(id);
    else this.nodes.set(id, label);
  }

  private define(label: NodeLabel): void {
    const { name, exclusive } = label;
    this.labels.set(name, { name, exclusive });
    this.options.schedule({ type: 'label-defined', label: name, exclusive });
  }

  private save(): void {
    const stored: Stored = { labels: this.all(), nodes: [...this.nodes] };
    this.options.store.setMeta(META_KEY, JSON.stringify(stored));
  }

  private names(): string {
    return this.labels.size === 0
      ? 'none'
      : this.all()
          .map(({ name }) => name)
          .join(', ');
  }

  private requireOn(): void {
    if (this.options.mode === 'off') throw refused('Node labels are off (yarn.node-labels.enabled)');
  }
}

function wholeHost(host: string): string {
  return `${host}:0`;
}

function refused(reason: string): WeftError {
  return new WeftError('RM_NODE_LABELS', `${reason}.`);
}
