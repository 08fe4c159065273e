/** The JobManager: its jobs and TaskManagers; one job with its graph, subtasks and exceptions. */
import { render } from 'preact';
import '../shared/style.css';
import { Header } from '../shared/parts.js';
import { usePolled, useRoute } from '../shared/poll.js';
import type { Overview } from './flink-rest.js';
import { Job } from './job.js';
import { Jobs } from './jobs.js';
import { TaskManagers } from './taskmanagers.js';

function Page() {
  const route = useRoute();
  const overview = usePolled<Overview>('./overview');
  return (
    <>
      <Header
        title="JobManager"
        subtitle={overview.data === undefined ? '' : `REST as in Flink ${overview.data['flink-version']}`}
      >
        <a href="#/">Jobs</a>
        <a href="#/taskmanagers">TaskManagers</a>
      </Header>
      <main>
        {route[0] === 'job' && route[1] !== undefined ? (
          <Job id={route[1]} vertex={route[2]} />
        ) : route[0] === 'taskmanagers' ? (
          <TaskManagers />
        ) : (
          <Jobs overview={overview.data} error={overview.error} />
        )}
      </main>
    </>
  );
}

render(<Page />, document.body);
