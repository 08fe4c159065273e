import { clock, count, day, duration, megabytes, time, timeOfDay } from '../shared/format.js';
import { Figure, Problem, Section, State, Table } from '../shared/parts.js';
import { usePolled } from '../shared/poll.js';
import {
  list,
  type AppReport,
  type ContainerReport,
  type ExplanationReport,
  type GateReport,
  type StepEvent,
} from './yarn-rest.js';

const ENDED = ['FINISHED', 'FAILED', 'KILLED'];

export function Application(props: { id: string }) {
  const base = `/ws/v1/cluster/apps/${props.id}`;
  const report = usePolled<{ app: AppReport }>(base);
  const attempts = usePolled<{ appAttempts: { appAttempt?: { appAttemptId: string }[] } }>(`${base}/appattempts`);
  const events = usePolled<{ events: StepEvent[] }>(`/ws/v1/weft/apps/${props.id}/events`);
  const app = report.data?.app;
  const isOver = app !== undefined && ENDED.includes(app.state);
  const last = list(attempts.data?.appAttempts.appAttempt).at(-1)?.appAttemptId;
  const containers = usePolled<{ container?: ContainerReport | ContainerReport[] }>(
    last === undefined || isOver ? undefined : `${base}/appattempts/${last}/containers`,
  );
  const explanation = usePolled<ExplanationReport>(isOver ? undefined : `/ws/v1/weft/apps/${props.id}/explain`);
  const waits = !isOver && (explanation.data?.pendingContainers ?? 0) > 0;
  if (app === undefined) return <Problem error={report.error} />;
  return (
    <>
      <div class="row">
        <h1>{app.name}</h1>
        <State state={app.state} />
        {app.state === 'RUNNING' && <a href={`/proxy/${props.id}/`}>open its pages</a>}
      </div>
      <Problem error={report.error} />
      <div class="figures">
        <Figure label="final status" value={<State state={app.finalStatus} />} />
        <Figure label={`started, ${day(app.startedTime)}`} value={timeOfDay(app.startedTime)} />
        <Figure label="ran for" value={duration(app.elapsedTime)} />
        <Figure label="containers" value={app.runningContainers < 0 ? '–' : count(app.runningContainers)} />
        <Figure label="memory" value={app.allocatedMB < 0 ? '–' : megabytes(app.allocatedMB)} />
        <Figure label="queue" value={app.queue} />
      </div>
      {app.diagnostics !== '' && (
        <Section title="Diagnostics">
          <pre>{app.diagnostics}</pre>
        </Section>
      )}
      {waits && (
        <Section title="Why it waits">
          <p>{explanation.data?.verdict}</p>
          <Gates gates={explanation.data?.gates ?? []} />
        </Section>
      )}
      {!isOver && (
        <Section title="Containers of the current attempt">
          <Containers containers={list(containers.data?.container)} />
        </Section>
      )}
      <Section title="The ten steps">
        <Steps events={events.data?.events ?? []} />
      </Section>
    </>
  );
}

/** In the order in which the application meets them. */
function Gates(props: { gates: GateReport[] }) {
  return (
    <Table
      rows={props.gates}
      rowKey={({ gate }) => gate}
      empty="No gate is on its way."
      columns={[
        { title: 'Gate', cell: ({ gate }) => gate },
        { title: 'Verdict', cell: ({ passed }) => <State state={passed ? 'PASSED' : 'CLOSED'} /> },
        { title: 'What it looked at', cell: ({ message }) => message },
        { title: 'What would open it', cell: ({ remedy }) => remedy ?? '' },
      ]}
    />
  );
}

function Containers(props: { containers: ContainerReport[] }) {
  return (
    <Table
      rows={props.containers}
      rowKey={(container) => container.containerId}
      empty="No container runs."
      columns={[
        { title: 'Container', cell: (container) => <span class="id">{container.containerId}</span> },
        { title: 'Node', cell: (container) => container.assignedNodeId },
        { title: 'State', cell: (container) => <State state={container.containerState} /> },
        { title: 'Memory', numeric: true, cell: (container) => megabytes(Number(container.allocatedMB)) },
        { title: 'Virtual cores', numeric: true, cell: (container) => container.allocatedVCores },
        { title: 'Started', cell: (container) => time(Number(container.startedTime)) },
      ]}
    />
  );
}

function Steps(props: { events: StepEvent[] }) {
  const events = [...props.events].sort((a, b) => a.step - b.step || a.timeMs - b.timeMs);
  const start = events[0]?.timeMs ?? 0;
  return (
    <Table
      rows={events}
      rowKey={(event) => `${event.step}-${event.timeMs}-${JSON.stringify(event.detail)}`}
      empty="Nothing has happened yet."
      columns={[
        { title: 'Step', numeric: true, cell: (event) => event.step },
        { title: 'What', cell: (event) => event.name },
        { title: 'Time (UTC)', cell: (event) => <span class="id">{clock(event.timeMs)}</span> },
        { title: 'After', numeric: true, cell: (event) => `${event.timeMs - start} ms` },
        { title: 'Seen by', cell: (event) => `${event.role} (${event.pid})` },
        {
          title: 'Ids and figures',
          cell: (event) => (
            <span class="id">
              {Object.entries(event.detail)
                .map(([key, value]) => `${key}=${value}`)
                .join(' ')}
            </span>
          ),
        },
      ]}
    />
  );
}
