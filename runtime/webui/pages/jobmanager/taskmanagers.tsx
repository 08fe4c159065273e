import { bytes, time } from '../shared/format.js';
import { Problem, Section, Table } from '../shared/parts.js';
import { usePolled } from '../shared/poll.js';
import type { TaskManagerRow } from './flink-rest.js';

export function TaskManagers() {
  const answer = usePolled<{ taskmanagers: TaskManagerRow[] }>('./taskmanagers');
  return (
    <>
      <h1>TaskManagers</h1>
      <Problem error={answer.error} />
      <Section title="Registered">
        <Table
          rows={answer.data?.taskmanagers ?? []}
          rowKey={(taskManager) => taskManager.id}
          empty="None is running; they start when a job needs slots."
          columns={[
            { title: 'TaskManager', cell: (row) => <span class="id">{row.id}</span> },
            { title: 'Address', cell: (row) => row.path },
            { title: 'Data port', numeric: true, cell: (row) => row.dataPort },
            { title: 'Slots free', numeric: true, cell: (row) => `${row.freeSlots} of ${row.slotsNumber}` },
            { title: 'Cores', numeric: true, cell: (row) => row.hardware.cpuCores },
            { title: 'Machine memory', numeric: true, cell: (row) => bytes(row.hardware.physicalMemory) },
            { title: 'Last heartbeat', cell: (row) => time(row.timeSinceLastHeartbeat) },
          ]}
        />
      </Section>
    </>
  );
}
