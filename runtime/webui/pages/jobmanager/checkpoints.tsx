import { bytes, duration, time } from '../shared/format.js';
import { Problem, Section, State, Table } from '../shared/parts.js';
import { usePolled } from '../shared/poll.js';
import type { CheckpointRow, Checkpoints as Overview } from './flink-rest.js';

/** What was taken of the job's state, and what it started from; nothing for a job that takes no checkpoints. */
export function Checkpoints(props: { id: string }) {
  const { data, error } = usePolled<Overview>(`./weft/v1/jobs/${props.id}/checkpoints`);
  if (data === undefined || data.history.length === 0) return <Problem error={error} />;
  const { counts, latest } = data;
  const { restored } = latest;
  return (
    <Section title="Checkpoints">
      <Problem error={error} />
      <p class="faint">
        {counts.completed} completed, {counts.in_progress} in progress, {counts.failed} failed.
        {restored !== null && ` Restored from ${restored.external_path} at ${time(restored.restore_timestamp)}.`}
      </p>
      <Table
        rows={data.history}
        rowKey={(row) => String(row.id)}
        empty="None was taken yet."
        columns={[
          { title: 'Number', numeric: true, cell: (row) => row.id },
          { title: 'State', cell: (row) => <State state={row.status} /> },
          { title: 'Kind', cell: (row) => (row.is_savepoint ? 'savepoint' : 'checkpoint') },
          { title: 'Began', cell: (row) => time(row.trigger_timestamp) },
          { title: 'Took', numeric: true, cell: (row) => duration(row.end_to_end_duration) },
          { title: 'Size', numeric: true, cell: (row) => bytes(row.state_size) },
          { title: 'Tasks', numeric: true, cell: (row) => `${row.num_acknowledged_subtasks}/${row.num_subtasks}` },
          { title: 'Where, or why not', cell: (row) => placeOf(row) },
        ]}
      />
    </Section>
  );
}

function placeOf({ failure_message: failure, external_path: path, discarded }: CheckpointRow) {
  if (failure !== undefined) return failure;
  return discarded === true ? <span class="faint">deleted</span> : <span class="id">{path}</span>;
}
