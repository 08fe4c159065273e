import { bytes } from '../shared/format.js';
import { Problem, Section, Table } from '../shared/parts.js';
import { usePolled } from '../shared/poll.js';
import type { TaskManagerMemory } from './flink-rest.js';

/** The memory plan of each TaskManager of a job, and who uses the managed part. */
export function Memory(props: { jobId: string }) {
  const answer = usePolled<{ taskManagers: TaskManagerMemory[] }>(`./weft/v1/jobs/${props.jobId}/memory`);
  const taskManagers = answer.data?.taskManagers ?? [];
  const owners = taskManagers.flatMap(({ taskManager, managed }) =>
    managed.flatMap(({ slot, owners: its }) => its.map((owner) => ({ taskManager, slot, ...owner }))),
  );
  return (
    <Section title="Memory">
      <Problem error={answer.error} />
      <Table
        rows={taskManagers}
        rowKey={({ taskManager }) => taskManager}
        empty="No TaskManager runs anything of the job."
        columns={[
          { title: 'TaskManager', cell: (row) => <span class="id">{row.taskManager}</span> },
          { title: 'Process', numeric: true, cell: ({ plan }) => bytes(plan.processBytes) },
          { title: 'Network', numeric: true, cell: ({ plan }) => bytes(plan.networkBytes) },
          { title: 'Managed', numeric: true, cell: ({ plan }) => bytes(plan.managedBytes) },
          { title: 'Heap of its slots', numeric: true, cell: ({ plan }) => bytes(plan.heapBytes) },
          { title: 'Overhead', numeric: true, cell: ({ plan }) => bytes(plan.overheadBytes) },
        ]}
      />
      {owners.length > 0 && (
        <Table
          rows={owners}
          rowKey={({ taskManager, slot, owner }) => `${taskManager} ${slot} ${owner}`}
          empty=""
          columns={[
            { title: 'Managed memory of', cell: (row) => row.owner },
            { title: 'TaskManager', cell: (row) => <span class="id">{row.taskManager}</span> },
            { title: 'Slot', numeric: true, cell: (row) => row.slot },
            { title: 'In use', numeric: true, cell: (row) => bytes(row.usedBytes) },
            { title: 'Budget', numeric: true, cell: (row) => bytes(row.budgetBytes) },
            { title: 'Went to files', numeric: true, cell: (row) => bytes(row.spilledBytes) },
          ]}
        />
      )}
    </Section>
  );
}
