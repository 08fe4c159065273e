/** A cluster as text. */
import Table from 'cli-table3';
import type { WeftHome } from '../../runtime/common/home.js';
import type { ApplicationView, ClusterView, NodeView } from '../cluster/cluster-view.js';

/** What to know after `weft up`. */
export function renderAddresses(home: WeftHome, { resourceManager, nodeManagers }: ClusterView): string {
  const lines = [
    `ResourceManager  ${resourceManager?.url ?? '(none)'}`,
    // Others are those of a former run that nobody has given up yet.
    ...nodeManagers.filter(({ state }) => state === 'RUNNING').map((node) => `NodeManager      ${node.url}`),
    `Home             ${home.path}`,
  ];
  return lines.join('\n');
}

const OVER = new Set(['FINISHED', 'FAILED', 'KILLED']);
/** Of applications that are over, so many are worth a line. */
const LATEST_ENDED = 5;

export function renderCluster({ resourceManager, nodeManagers, applications }: ClusterView): string {
  const parts = [
    `ResourceManager  ${resourceManager?.url ?? '(none)'}`,
    nodeManagers.length === 0 ? 'No NodeManager has registered.' : nodeTable(nodeManagers),
    applications.length === 0 ? 'No applications.' : applicationTable(applications),
  ];
  return parts.join('\n\n');
}

function nodeTable(nodes: readonly NodeView[]): string {
  const rows = nodes.map((node) => [
    node.nodeId,
    node.state,
    node.url,
    String(node.containers),
    `${node.usedMb} of ${node.totalMb}`,
    `${node.usedVcores} of ${node.totalVcores}`,
  ]);
  return table(['Node', 'State', 'Address', 'Containers', 'Memory, MB', 'Vcores'], rows);
}

function applicationTable(applications: readonly ApplicationView[]): string {
  const ended = applications.filter(({ state }) => OVER.has(state));
  const hidden = new Set(ended.slice(0, -LATEST_ENDED));
  const rows = applications
    .filter((application) => !hidden.has(application))
    .map(({ id, name, queue, state, finalStatus, trackingUrl, pendingReason }) => [
      id,
      name,
      queue,
      state,
      finalStatus,
      wrap(pendingReason ?? trackingUrl),
    ]);
  const shown = table(['Application', 'Name', 'Queue', 'State', 'Final status', 'Page, or why it waits'], rows);
  if (hidden.size === 0) return shown;
  return `${shown}\nEarlier applications: ${hidden.size}. To see them: weft app -list -appStates ALL`;
}

const WRAP_AT = 60;

/** Breaks a text at blanks into lines that a terminal has room for. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= WRAP_AT) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

function table(head: string[], rows: string[][]): string {
  const columns = new Table({ head, style: { head: [], border: [], compact: true } });
  columns.push(...rows);
  return columns.toString();
}
