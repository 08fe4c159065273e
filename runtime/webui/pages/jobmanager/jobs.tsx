import { count, duration, time } from '../shared/format.js';
import { Figure, Problem, Section, State, Table } from '../shared/parts.js';
import { usePolled } from '../shared/poll.js';
import type { JobRow, Overview } from './flink-rest.js';

export function Jobs(props: { overview: Overview | undefined; error: string | undefined }) {
  const jobs = usePolled<{ jobs: JobRow[] }>('./jobs/overview');
  const { overview } = props;
  const rows = [...(jobs.data?.jobs ?? [])].sort((a, b) => b['start-time'] - a['start-time']);
  return (
    <>
      <h1>Jobs</h1>
      <Problem error={jobs.error ?? props.error} />
      {overview && (
        <div class="figures">
          <Figure label="TaskManagers" value={count(overview.taskmanagers)} />
          <Figure label="slots free" value={`${overview['slots-available']} of ${overview['slots-total']}`} />
          <Figure label="running" value={count(overview['jobs-running'])} />
          <Figure label="finished" value={count(overview['jobs-finished'])} />
          <Figure label="cancelled" value={count(overview['jobs-cancelled'])} />
          <Figure
            label="failed"
            value={count(overview['jobs-failed'])}
            tone={overview['jobs-failed'] > 0 ? 'bad' : ''}
          />
        </div>
      )}
      <Section title="All jobs">
        <Table
          rows={rows}
          rowKey={(job) => job.jid}
          empty="No job was submitted yet."
          columns={[
            { title: 'Job', cell: (job) => <a href={`#/job/${job.jid}`}>{job.name}</a> },
            { title: 'Id', cell: (job) => <span class="id">{job.jid}</span> },
            { title: 'State', cell: (job) => <State state={job.state} /> },
            { title: 'Started', cell: (job) => time(job['start-time']) },
            { title: 'Ran for', numeric: true, cell: (job) => duration(job.duration) },
            { title: 'Tasks', cell: (job) => <TaskCounts tasks={job.tasks} /> },
          ]}
        />
      </Section>
    </>
  );
}

/** `4 running, 2 finished`: the states that occur. */
export function TaskCounts(props: { tasks: Record<string, number> }) {
  const words = Object.entries(props.tasks)
    .filter(([state, number]) => number > 0 && state !== 'total')
    .map(([state, number]) => `${number} ${state.toLowerCase()}`);
  return <span>{words.length === 0 ? '–' : words.join(', ')}</span>;
}
