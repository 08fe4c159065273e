/** Runs a scenario on the real Scheduler and finds the first difference from what it expects. */
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { joined, type Scenario, type ScenarioAsk, type ScenarioNode, type ScenarioStep } from './scenario.js';
import { applicationFacts, clusterFacts, firstDifference, nodeFacts, queueFacts } from './scenario-facts.js';
import { SimulatedCluster, policyFilesOf, type SimulatedApplication } from './simulated-cluster.js';

/** @returns the first difference; undefined if all is as expected */
export function runScenario(scenario: Scenario): string | undefined {
  return new ScenarioRun(scenario).run();
}

class ScenarioRun {
  private readonly cluster: SimulatedCluster;
  private conf: Record<string, string>;
  private allocations: string | undefined;
  private readonly rejected = new Set<string>();

  constructor(private readonly scenario: Scenario) {
    this.conf = { ...scenario.conf };
    this.allocations = joined(scenario.allocationFile);
    this.cluster = new SimulatedCluster(scenario.scheduler, this.files());
  }

  run(): string | undefined {
    for (const { name, exclusive = true } of this.scenario.clusterNodeLabels ?? []) {
      this.cluster.apply({ type: 'label-defined', label: name, exclusive });
    }
    for (const node of this.scenario.nodes ?? []) this.addNode(node);
    this.update();
    for (const [index, step] of this.scenario.steps.entries()) {
      const difference = this.step(step);
      if (difference !== undefined) return `step ${index} (${step.op}): ${difference}`;
    }
    return undefined;
  }

  private step(step: ScenarioStep): string | undefined {
    // Who was not let in can do nothing.
    if (step.app !== undefined && step.op !== 'submit' && this.rejected.has(step.app)) return undefined;
    switch (step.op) {
      case 'heartbeat':
        this.heartbeat(step);
        return undefined;
      case 'expect':
        return this.expect(step);
      case 'place':
        return this.place(step);
      case 'access':
        return this.access(step);
      case 'normalize':
        return this.normalize(step);
      default: {
        const difference = this.change(step);
        this.update();
        return difference;
      }
    }
  }

  private change(step: ScenarioStep): string | undefined {
    switch (step.op) {
      case 'submit':
        this.submit(step);
        return undefined;
      case 'ask':
        this.cluster.ask(
          this.application(step),
          (step.requests ?? [step]).map((line) => requestOf(line, step)),
        );
        return undefined;
      case 'complete':
        this.complete(step);
        return undefined;
      case 'release':
        this.complete(step);
        // An application gives back in a call, and hears in its answer what it could get.
        this.cluster.ask(this.application(step), []);
        return undefined;
      case 'finish':
      case 'kill':
        this.cluster.finish(this.application(step));
        return undefined;
      case 'move':
        return this.move(step);
      case 'priority':
        this.cluster.apply({
          ...{ type: 'priority-changed', applicationId: this.application(step).id, priority: step.priority ?? 0 },
        });
        return undefined;
      case 'addNode':
        this.addNode(step as ScenarioNode);
        return undefined;
      case 'removeNode':
        this.cluster.removeNode(joined(step.node) ?? '');
        return undefined;
      case 'refresh':
        return this.refresh(step);
      case 'update':
        for (let i = 1; i < (step.times ?? 1); i++) this.update();
        return undefined;
      case 'tick':
        this.cluster.nowMs += step.ms ?? 0;
        return undefined;
      case 'preempt':
        this.cluster.nowMs += step.ms ?? 0;
        this.cluster.apply({ type: 'tick' });
        this.cluster.acquireAll();
        return undefined;
      default:
        return `there is no such step`;
    }
  }

  private files() {
    return policyFilesOf(this.conf, this.allocations, this.scenario.id);
  }

  /** Fair works its shares out anew after each step, as Hadoop's update thread would. */
  private update(): void {
    if (this.cluster.scheduler.name === 'fair') this.cluster.apply({ type: 'tick' });
  }

  private addNode({ id, memory, vcores = 16, rack, label }: ScenarioNode): void {
    this.cluster.addNode(
      id,
      { memoryMb: memory, vcores },
      { ...(rack === undefined ? {} : { rack }), ...(label === undefined ? {} : { label }) },
    );
  }

  private submit({ app = '', queue = '', user = 'user', priority = 0, am, askAm = true, amLabel }: ScenarioStep): void {
    const amResource = am && { memoryMb: am.memory, vcores: am.vcores ?? 1 };
    const application = this.cluster.submit(app, { queue, user, priority, amResource });
    if (application === undefined) this.rejected.add(app);
    else if (amResource !== undefined && askAm) {
      const line = {
        priority: 0,
        memory: amResource.memoryMb,
        vcores: amResource.vcores,
        count: 1,
        ...(amLabel === undefined ? {} : { label: amLabel }),
      };
      this.cluster.ask(application, [requestOf(line, line)]);
    }
  }

  private heartbeat({ node, times = 1, updateEach = false, updateAfter = false }: ScenarioStep): void {
    for (let i = 0; i < times; i++) {
      for (const name of this.nodeNames(node)) {
        this.cluster.heartbeat(name);
        this.cluster.acquireAll();
      }
      if (updateEach) this.update();
    }
    if (updateAfter) this.update();
  }

  private nodeNames(node: ScenarioStep['node']): readonly string[] {
    if (node === undefined || node === '*') return [...this.cluster.nodes.keys()];
    return typeof node === 'string' ? [node] : node;
  }

  private complete(step: ScenarioStep): void {
    const application = this.application(step);
    const node = this.cluster.nodes.get(joined(step.node) ?? '');
    const containers = [...application.containers.values()].filter(
      ({ nodeId, resource }) =>
        (step.node === undefined || nodeId === node) &&
        (step.memory === undefined || resource.memoryMb === step.memory),
    );
    if ((step.order ?? 'newest') === 'newest') containers.reverse();
    for (const { containerId } of containers.slice(0, step.count ?? containers.length)) {
      this.cluster.end(application, containerId);
    }
  }

  private move(step: ScenarioStep): string | undefined {
    const { id } = this.application(step);
    const refusal = this.cluster.scheduler.checkMove(id, step.queue ?? '');
    if (refusal === undefined)
      this.cluster.apply({ type: 'application-moved', applicationId: id, queue: step.queue ?? '' });
    return expectError(step, refusal?.message);
  }

  private refresh(step: ScenarioStep): string | undefined {
    const before = { conf: this.conf, allocations: this.allocations };
    this.conf = { ...this.conf, ...step.conf };
    this.allocations = joined(step.allocationFile) ?? this.allocations;
    try {
      this.cluster.scheduler.refresh(this.files());
      return expectError(step, undefined);
    } catch (error) {
      if (!(error instanceof WeftError)) throw error;
      Object.assign(this, before);
      return expectError(step, error.message);
    }
  }

  private place({ user = '', queue = 'default', name = 'n', expectQueue = null }: ScenarioStep): string | undefined {
    const groups = groupsOf(this.conf, user);
    const placed = this.cluster.scheduler.place({ user, groups, queue, applicationName: name });
    const got = placed === undefined ? 'null' : 'queue' in placed ? placed.queue : 'rejected';
    const wanted = expectQueue ?? 'null';
    // A rejection is no queue either.
    return got === wanted || (wanted === 'null' && got === 'rejected') ? undefined : `expected ${wanted}, got ${got}`;
  }

  private access({ user = '', acl = '', queue = '', expect }: ScenarioStep): string | undefined {
    const action = acl.startsWith('ADMINISTER') ? 'administer' : 'submit';
    const got = this.cluster.scheduler.mayAccess(user, groupsOf(this.conf, user), queue, action);
    return got === expect ? undefined : `expected ${expect === true}, got ${got}`;
  }

  private normalize({ memory = 0, vcores = 0, expect }: ScenarioStep): string | undefined {
    const got = this.cluster.scheduler.normalize({ memoryMb: memory, vcores });
    if (typeof expect !== 'object') return 'it says nothing to expect';
    return firstDifference('', expect, { memory: got.memoryMb, vcores: got.vcores });
  }

  private expect(step: ScenarioStep): string | undefined {
    const { cluster, rejected } = this;
    return (
      compareAll('apps', step.apps, (name) =>
        rejected.has(name) ? { state: 'rejected' } : applicationFacts(cluster, name),
      ) ??
      compareAll('queues', step.queues, (name) => queueFacts(cluster, name)) ??
      compareAll('nodes', step.nodes, (name) => nodeFacts(cluster, name)) ??
      (step.cluster === undefined ? undefined : firstDifference('cluster', step.cluster, clusterFacts(cluster)))
    );
  }

  private application({ app = '' }: ScenarioStep): SimulatedApplication {
    const application = this.cluster.applications.get(app);
    if (application === undefined) throw new TypeError(`no application ${app} was submitted`);
    return application;
  }
}

function compareAll(
  kind: string,
  wanted: Readonly<Record<string, unknown>> | undefined,
  factsOf: (name: string) => unknown,
): string | undefined {
  for (const [name, value] of Object.entries(wanted ?? {})) {
    const difference = firstDifference(`${kind}/${name}`, value, factsOf(name));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function expectError({ expectError: isExpected = false }: ScenarioStep, error: string | undefined): string | undefined {
  if (isExpected === (error !== undefined)) return undefined;
  return isExpected ? 'expected a refusal, and it went through' : `refused: ${error ?? ''}`;
}

function requestOf(line: ScenarioAsk, step: ScenarioAsk): ResourceRequest {
  const size: Resource = { memoryMb: line.memory ?? step.memory ?? 0, vcores: line.vcores ?? step.vcores ?? 1 };
  return {
    priority: line.priority ?? step.priority ?? 1,
    resourceName: line.resource ?? '*',
    resource: size,
    numContainers: line.count ?? 0,
    relaxLocality: line.relaxLocality ?? true,
    // The default of a queue is filled in before asks reach a scheduler, so it is none of a scenario's.
    label: line.label ?? '',
  };
}

/** Hadoop's static mapping of users to groups, which tests use. */
function groupsOf(conf: Readonly<Record<string, string>>, user: string): string[] {
  const mapping = conf['hadoop.user.group.static.mapping.overrides'] ?? '';
  const entry = mapping.split(';').find((each) => each.trim().startsWith(`${user}=`));
  return entry === undefined
    ? [user]
    : entry
        .trim()
        .slice(user.length + 1)
        .split(',');
}
