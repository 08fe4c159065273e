import { useState } from 'preact/hooks';
import { bytes, count, duration, time } from '../shared/format.js';
import { Figure, Problem, Section, State, Table } from '../shared/parts.js';
import { getJson, usePolled } from '../shared/poll.js';
import type { ExceptionEntry, JobDetail, SubtaskFindings, SubtaskRow, VertexRow, Watermarks } from './flink-rest.js';
import { Checkpoints } from './checkpoints.js';
import { JobGraph } from './graph.js';
import { TaskCounts } from './jobs.js';
import { Memory } from './memory.js';

/** A watermark that moves at least this often holds nobody back. */
const STANDING_MS = 10_000;
const ENDED = ['FINISHED', 'CANCELED', 'FAILED'];

export function Job(props: { id: string; vertex: string | undefined }) {
  const { data: job, error } = usePolled<JobDetail>(`./jobs/${props.id}`);
  if (job === undefined) return <Problem error={error} />;
  return (
    <>
      <div class="row">
        <h1>{job.name}</h1>
        <State state={job.state} />
        {!ENDED.includes(job.state) && <CancelButton id={props.id} />}
      </div>
      <Problem error={error} />
      <WatermarkHolder id={props.id} now={job.now} />
      {job['status-message'] !== undefined && <p class="notice">The job is {job['status-message']}.</p>}
      <div class="figures">
        <Figure label="job id" value={<span class="id">{job.jid}</span>} />
        <Figure label="started" value={time(job['start-time'])} />
        <Figure label="ran for" value={duration(job.duration)} />
        <Figure label="records read by all vertices" value={count(totalRead(job.vertices))} />
      </div>
      <Section title="Graph">
        <JobGraph job={job} chosen={props.vertex} />
      </Section>
      <Section title="Vertices">
        <Vertices job={job} />
      </Section>
      {props.vertex !== undefined && <Subtasks job={job} vertex={props.vertex} />}
      <Checkpoints id={props.id} />
      <Memory jobId={props.id} />
      <Exceptions id={props.id} />
    </>
  );
}

/** The source subtask that the others wait for in event time, once it has stood for a while. */
function WatermarkHolder(props: { id: string; now: number }) {
  const { data } = usePolled<Watermarks>(`./weft/v1/jobs/${props.id}/watermarks`);
  const holder = data?.heldBackBy;
  if (holder === null || holder === undefined || props.now - holder.sinceMs < STANDING_MS) return null;
  const at = holder.watermarkMs === null ? 'it has none yet' : `it stands at ${time(holder.watermarkMs)}`;
  const reads = holder.sources.length > 0 && `, which reads ${holder.sources.join(', ')}`;
  return (
    <p class="notice">
      The watermark is held back by subtask {holder.subtask} of {holder.vertexName}
      {reads}: {at}, since {time(holder.sinceMs)}.
    </p>
  );
}

function totalRead(vertices: VertexRow[]): number {
  return vertices.reduce((sum, vertex) => sum + vertex.metrics['read-records'], 0);
}

function CancelButton(props: { id: string }) {
  const [problem, setProblem] = useState<string>();
  const cancel = (): void => {
    if (!confirm('Cancel this job?')) return;
    // Flink's page uses the GET alias as well, because a YARN proxy forwards nothing else.
    getJson(`./jobs/${props.id}/yarn-cancel`).catch((error: unknown) => setProblem((error as Error).message));
  };
  return (
    <>
      <button onClick={cancel}>Cancel job</button>
      <Problem error={problem} />
    </>
  );
}

function Vertices(props: { job: JobDetail }) {
  return (
    <Table
      rows={props.job.vertices}
      rowKey={(vertex) => vertex.id}
      empty="The job has no vertices."
      columns={[
        { title: 'Vertex', cell: (vertex) => <a href={`#/job/${props.job.jid}/${vertex.id}`}>{vertex.name}</a> },
        { title: 'State', cell: (vertex) => <State state={vertex.status} /> },
        { title: 'Parallelism', numeric: true, cell: (vertex) => vertex.parallelism },
        { title: 'Records in', numeric: true, cell: (vertex) => count(vertex.metrics['read-records']) },
        { title: 'Records out', numeric: true, cell: (vertex) => count(vertex.metrics['write-records']) },
        { title: 'Bytes in', numeric: true, cell: (vertex) => bytes(vertex.metrics['read-bytes']) },
        { title: 'Bytes out', numeric: true, cell: (vertex) => bytes(vertex.metrics['write-bytes']) },
        { title: 'Ran for', numeric: true, cell: (vertex) => duration(vertex.duration) },
        { title: 'Subtasks', cell: (vertex) => <TaskCounts tasks={vertex.tasks} /> },
      ]}
    />
  );
}

function Subtasks(props: { job: JobDetail; vertex: string }) {
  const answer = usePolled<{ name: string; subtasks: SubtaskRow[] }>(
    `./jobs/${props.job.jid}/vertices/${props.vertex}`,
  );
  const findings = usePolled<{ subtasks: SubtaskFindings[] }>(
    `./weft/v1/jobs/${props.job.jid}/vertices/${props.vertex}/findings`,
  ).data?.subtasks;
  return (
    <Section title={`Subtasks of ${answer.data?.name ?? props.vertex}`}>
      <Problem error={answer.error} />
      <Table
        rows={answer.data?.subtasks ?? []}
        rowKey={(subtask) => String(subtask.subtask)}
        empty="No subtask was deployed yet."
        columns={[
          { title: 'Subtask', numeric: true, cell: (subtask) => subtask.subtask },
          { title: 'State', cell: (subtask) => <State state={subtask.status} /> },
          { title: 'Attempt', numeric: true, cell: (subtask) => subtask.attempt },
          { title: 'TaskManager', cell: (subtask) => <span class="id">{subtask['taskmanager-id']}</span> },
          { title: 'Endpoint', cell: (subtask) => subtask.endpoint },
          { title: 'Records in', numeric: true, cell: (subtask) => count(subtask.metrics['read-records']) },
          { title: 'Records out', numeric: true, cell: (subtask) => count(subtask.metrics['write-records']) },
          { title: 'Ran for', numeric: true, cell: (subtask) => duration(subtask.duration) },
          { title: 'Hot keys', cell: (subtask) => hotKeys(findings?.find((it) => it.subtask === subtask.subtask)) },
        ]}
      />
      <SlowFields findings={findings ?? []} />
      <Operators findings={findings ?? []} />
    </Section>
  );
}

/** Of the records that a subtask got, from a sample. */
function hotKeys(findings: SubtaskFindings | undefined): string {
  return (findings?.['hot-keys'] ?? []).map(({ key, share }) => `${key} ${Math.round(share * 100)} %`).join(', ');
}

/** Sums over the subtasks, in the order of the chain: where records become fewer or more. */
function Operators(props: { findings: SubtaskFindings[] }) {
  const names = props.findings.find(({ operators }) => operators.length > 0)?.operators ?? [];
  if (names.length < 2) return null;
  const rows = names.map(({ operatorId, name }, index) => {
    const each = props.findings.flatMap(({ operators }) => operators[index] ?? []);
    const sum = (of: 'recordsIn' | 'recordsOut'): number => each.reduce((total, it) => total + it[of], 0);
    return { operatorId, name, recordsIn: sum('recordsIn'), recordsOut: sum('recordsOut') };
  });
  return (
    <Table
      rows={rows}
      rowKey={(operator) => operator.operatorId}
      empty="No operator has told anything yet."
      columns={[
        { title: 'Operator', cell: (operator) => operator.name },
        { title: 'Records in', numeric: true, cell: (operator) => count(operator.recordsIn) },
        { title: 'Records out', numeric: true, cell: (operator) => count(operator.recordsOut) },
      ]}
    />
  );
}

/** Each field once, whichever subtasks met it. */
function SlowFields(props: { findings: SubtaskFindings[] }) {
  const lines = props.findings.flatMap((it) =>
    it.fallbacks.map(({ operator, path, reason }) => `${operator}: ${path}, because ${reason}`),
  );
  if (lines.length === 0) return null;
  return (
    <div class="notice">
      <p>Fields that only the slow, generic encoding can carry:</p>
      <ul>
        {[...new Set(lines)].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

function Exceptions(props: { id: string }) {
  const answer = usePolled<{ exceptionHistory: { entries: ExceptionEntry[] } }>(
    `./jobs/${props.id}/exceptions?maxExceptions=10`,
  );
  const entries = answer.data?.exceptionHistory.entries ?? [];
  return (
    <Section title="Exceptions">
      <Problem error={answer.error} />
      {entries.length === 0 && <p class="empty">None.</p>}
      {entries.map((entry) => (
        <article key={`${entry.timestamp}-${entry.taskName ?? ''}`}>
          <p>
            <strong class="bad">{entry.exceptionName}</strong> <span class="faint">{time(entry.timestamp)}</span>
            {entry.taskName !== undefined && <span> in {entry.taskName}</span>}
            {entry.taskManagerId !== undefined && <span class="faint"> on {entry.taskManagerId}</span>}
          </p>
          <pre>{entry.stacktrace}</pre>
        </article>
      ))}
    </Section>
  );
}
