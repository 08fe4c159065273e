/** The cluster: figures, nodes, applications; its queues; one application with its containers and its ten steps. */
import { render } from 'preact';
import '../shared/style.css';
import { Header } from '../shared/parts.js';
import { usePolled, useRoute } from '../shared/poll.js';
import { Application } from './application.js';
import { Cluster } from './cluster.js';
import { Queues } from './queues.js';
import type { ClusterInfo } from './yarn-rest.js';

function Page() {
  const route = useRoute();
  const info = usePolled<ClusterInfo>('/ws/v1/cluster/info', 5000).data?.clusterInfo;
  return (
    <>
      <Header
        title="ResourceManager"
        subtitle={info === undefined ? '' : `cluster ${info.id} · version ${info.resourceManagerVersion}`}
      >
        <a href="#/">Cluster</a>
        <a href="#/queues">Queues</a>
      </Header>
      <main>{pageOf(route)}</main>
    </>
  );
}

function pageOf([first, second]: string[]) {
  if (first === 'app' && second !== undefined) return <Application id={second} />;
  return first === 'queues' ? <Queues /> : <Cluster />;
}

render(<Page />, document.body);
