import { count, duration, megabytes, time } from '../shared/format.js';
import { Figure, Meter, Problem, Section, State, Table } from '../shared/parts.js';
import { usePolled } from '../shared/poll.js';
import { list, type AppReport, type ClusterMetrics, type NodeReport } from './yarn-rest.js';

export function Cluster() {
  const metrics = usePolled<ClusterMetrics>('/ws/v1/cluster/metrics');
  const nodes = usePolled<{ nodes: { node?: NodeReport[] } }>('/ws/v1/cluster/nodes');
  const apps = usePolled<{ apps: { app?: AppReport[] } }>('/ws/v1/cluster/apps');
  const figures = metrics.data?.clusterMetrics;
  return (
    <>
      <h1>Cluster</h1>
      <Problem error={metrics.error ?? nodes.error ?? apps.error} />
      {figures && (
        <div class="figures">
          <Figure label="nodes active" value={count(figures.activeNodes)} />
          <Figure label="nodes lost" value={count(figures.lostNodes)} tone={figures.lostNodes > 0 ? 'bad' : ''} />
          <Figure label="applications running" value={count(figures.appsRunning)} />
          <Figure label="pending" value={count(figures.appsPending)} />
          <Figure label="failed or killed" value={count(figures.appsFailed + figures.appsKilled)} />
          <Figure label="containers" value={count(figures.containersAllocated)} />
          <Figure label={`of ${megabytes(figures.totalMB)} allocated`} value={megabytes(figures.allocatedMB)} />
        </div>
      )}
      <Section title="Nodes">
        <Nodes nodes={list(nodes.data?.nodes.node)} />
      </Section>
      <Section title="Applications">
        <Applications apps={list(apps.data?.apps.app)} />
      </Section>
    </>
  );
}

function Nodes(props: { nodes: NodeReport[] }) {
  return (
    <Table
      rows={props.nodes}
      rowKey={(node) => node.id}
      empty="No node has registered yet."
      columns={[
        { title: 'Node', cell: (node) => <a href={`http://${node.nodeHTTPAddress}/ws/v1/node/info`}>{node.id}</a> },
        { title: 'State', cell: (node) => <State state={node.state} /> },
        { title: 'Rack', cell: (node) => node.rack },
        { title: 'Containers', numeric: true, cell: (node) => count(node.numContainers) },
        {
          title: 'Memory',
          cell: (node) => {
            const total = node.usedMemoryMB + node.availMemoryMB;
            return (
              <Meter
                used={node.usedMemoryMB}
                total={total}
                label={`${megabytes(node.usedMemoryMB)} of ${megabytes(total)}`}
              />
            );
          },
        },
        {
          title: 'Virtual cores',
          cell: (node) => {
            const total = node.usedVirtualCores + node.availableVirtualCores;
            return <Meter used={node.usedVirtualCores} total={total} label={`${node.usedVirtualCores} of ${total}`} />;
          },
        },
        { title: 'Last heard', cell: (node) => time(node.lastHealthUpdate) },
      ]}
    />
  );
}

function Applications(props: { apps: AppReport[] }) {
  const rows = [...props.apps].sort((a, b) => b.startedTime - a.startedTime);
  return (
    <Table
      rows={rows}
      rowKey={(app) => app.id}
      empty="No application was submitted yet."
      columns={[
        {
          title: 'Application',
          cell: (app) => (
            <a class="id" href={`#/app/${app.id}`}>
              {app.id}
            </a>
          ),
        },
        { title: 'Name', cell: (app) => app.name },
        { title: 'User', cell: (app) => app.user },
        { title: 'Queue', cell: (app) => app.queue },
        { title: 'State', cell: (app) => <State state={app.state} /> },
        { title: 'Final status', cell: (app) => <State state={app.finalStatus} /> },
        { title: 'Started', cell: (app) => time(app.startedTime) },
        { title: 'Ran for', numeric: true, cell: (app) => duration(app.elapsedTime) },
        {
          title: 'Containers',
          numeric: true,
          cell: (app) => (app.runningContainers < 0 ? '–' : count(app.runningContainers)),
        },
        { title: 'Pages', cell: (app) => (app.state === 'RUNNING' ? <a href={`/proxy/${app.id}/`}>jobs</a> : '') },
      ]}
    />
  );
}
