import test from 'ava';
import { renderAddresses, renderCluster } from '../../../cli/render/cluster.js';
import type { ApplicationView, NodeView } from '../../../cli/cluster/cluster-view.js';
import { WeftHome } from '../../../runtime/common/home.js';

function node(name: string, state: string): NodeView {
  const figures = { usedMb: 512, totalMb: 4096, usedVcores: 1, totalVcores: 8, containers: 1 };
  return { nodeId: name, url: `http://${name}`, state, ...figures };
}

function application(number: number, state: string): ApplicationView {
  const page = state === 'RUNNING' ? `http://page-${number}` : '';
  return { id: `app_${number}`, name: 'x', queue: 'default', state, finalStatus: '?', trackingUrl: page };
}

test('the addresses after the start are those of what runs', (t) => {
  const nodeManagers = [node('a:1', 'RUNNING'), node('b:2', 'SUSPECT')];
  const text = renderAddresses(new WeftHome('/somewhere'), {
    resourceManager: { url: 'http://rm' },
    nodeManagers,
    applications: [],
  });
  t.is(text, 'ResourceManager  http://rm\nNodeManager      http://a:1\nHome             /somewhere');
});

test('everything that runs is shown, and of what is over the latest', (t) => {
  const ended = Array.from({ length: 7 }, (_, i) => application(i + 1, 'FINISHED'));
  const applications = [application(0, 'RUNNING'), ...ended, application(8, 'ACCEPTED')];
  const text = renderCluster({
    resourceManager: { url: 'http://rm' },
    nodeManagers: [node('a:1', 'RUNNING')],
    applications,
  });
  t.deepEqual(text.match(/app_\d/g), ['app_0', 'app_3', 'app_4', 'app_5', 'app_6', 'app_7', 'app_8']);
  t.regex(text, /Earlier applications: 2\. To see them: weft app -list -appStates ALL$/);
  const waiting = { ...application(9, 'ACCEPTED'), pendingReason: 'the cluster is full '.repeat(20).trim() };
  const wrapped = renderCluster({ resourceManager: null, nodeManagers: [], applications: [waiting] });
  t.true(wrapped.split('\n').every((line) => line.length < 130));
  t.regex(text, /a:1 .* 512 of 4096 .* 1 of 8/);
});
