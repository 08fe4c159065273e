import { count, megabytes } from '../shared/format.js';
import { Meter, Problem, Section, State, Table } from '../shared/parts.js';
import { usePolled } from '../shared/poll.js';
import type { QueueReport, QueuesReport } from './yarn-rest.js';

/** The queues of whichever scheduler is in force: what each is promised, may have at most, and has. */
export function Queues() {
  const queues = usePolled<QueuesReport>('/weft/v1/queues');
  return (
    <>
      <h1>Queues</h1>
      <Problem error={queues.error} />
      {queues.data && (
        <Section title={`${queues.data.scheduler[0]?.toUpperCase()}${queues.data.scheduler.slice(1)} scheduler`}>
          <QueueTree root={queues.data.tree} />
        </Section>
      )}
    </>
  );
}

function QueueTree({ root }: { root: QueueReport }) {
  return (
    <Table
      rows={rowsOf(root)}
      rowKey={({ queue }) => queue.path}
      empty="There is no queue."
      columns={[
        {
          title: 'Queue',
          cell: ({ queue, depth }) => (
            <span title={queue.path} style={{ paddingLeft: `${depth * 20}px` }}>
              {queue.name}
            </span>
          ),
        },
        { title: 'State', cell: ({ queue }) => <State state={queue.state} /> },
        {
          title: 'Memory of what it may have',
          cell: ({ queue: { used, guaranteed, maximum } }) => (
            <Meter
              used={used.memoryMb}
              mark={guaranteed.memoryMb}
              total={maximum.memoryMb}
              label={`${megabytes(used.memoryMb)} of ${megabytes(maximum.memoryMb)}`}
            />
          ),
        },
        { title: 'Guaranteed', numeric: true, cell: ({ queue }) => megabytes(queue.guaranteed.memoryMb) },
        { title: 'Virtual cores', numeric: true, cell: ({ queue }) => count(queue.used.vcores) },
        { title: 'Reserved', numeric: true, cell: ({ queue }) => megabytes(queue.reserved.memoryMb) },
        { title: 'Containers', numeric: true, cell: ({ queue }) => count(queue.containers) },
        { title: 'Asked for', numeric: true, cell: ({ queue }) => count(queue.pendingContainers) },
        { title: 'Applications', numeric: true, cell: ({ queue }) => count(queue.activeApplications) },
        { title: 'Waiting', numeric: true, cell: ({ queue }) => count(queue.pendingApplications) },
      ]}
    />
  );
}

/** The tree from its root down, each queue with how deep it lies. */
function rowsOf(queue: QueueReport, depth = 0): { queue: QueueReport; depth: number }[] {
  return [{ queue, depth }, ...queue.children.flatMap((child) => rowsOf(child, depth + 1))];
}
