/**
 * The reference pages that are made from the sources' own tables: error codes, configuration keys, state machines. `npm run docs` writes
 * them; a test fails when a page and its table disagree.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @param codes the registry of error codes */
export function errorsPage(codes) {
  const rows = Object.entries(codes)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([code, { domain, summary, hint, retry }]) => `### ${code}\n\n${summary} ${hint}\n\nDomain: ${domain}; retry: ${retry ?? 'no'}.\n`);
  return `# Error codes

Every error that Weft prints has a stable code. The domain says who has to act: the user (an input is wrong), something
external (a disk, a peer, a network), or Weft's developers (internal). "retry: backoff" means that the same thing may work later.

${rows.join('\n')}`;
}

/** @param options the options of config.yaml; @param yarnOptions those of yarn-site.xml */
export function configPage(options, yarnOptions) {
  const table = (rows) =>
    [
      '| key | type | default | meaning |',
      '|---|---|---|---|',
      ...[...rows]
        .sort((a, b) => a.key.localeCompare(b.key))
        .map((option) => {
          const old = option.oldKeys.length === 0 ? '' : ` Also read as ${option.oldKeys.map((key) => `\`${key}\``).join(', ')}.`;
          return `| \`${option.key}\` | ${option.type.replaceAll('|', '\\|')} | ${option.format(option.default)} | ${option.description}${old} |`;
        }),
    ].join('\n');
  return `# Configuration

\`conf/config.yaml\` holds Flink's keys, nested or flat; \`-Dkey=value\` on the command line comes over the file, and what a
program sets itself over both. Durations are written as \`10 s\`, \`500ms\`, \`1 min\` (a bare number counts milliseconds), memory as
\`1gb\`, \`512m\`, \`32 kb\` (a bare number counts bytes). An unknown key is an error that names the key that was probably meant.

${table(options)}

## conf/yarn-site.xml

The ResourceManager and the NodeManagers read YARN's keys from YARN's file. An unknown key is a warning, because a file from a
real cluster has many that mean nothing here.

${table(yarnOptions)}
`;
}

/** @param machines title and transition table of each state machine, with the function that draws one */
export function stateMachinesPage(machines, toMermaid) {
  const sections = machines.map(({ title, path, table }) => `## ${title}\n\n\`${path}\`\n\n\`\`\`mermaid\n${toMermaid(table)}\n\`\`\`\n`);
  return `# State machines

Each life cycle is one table of legal transitions, drawn here from the table itself; a transition that is not listed is an error.

${sections.join('\n')}`;
}

/** Where the tables are: title, source, name of the export. */
export const MACHINES = [
  ['Application (ResourceManager)', 'resourcemanager/apps/application.ts', 'APPLICATION_TRANSITIONS'],
  ['Application attempt (ResourceManager)', 'resourcemanager/apps/attempt.ts', 'ATTEMPT_TRANSITIONS'],
  ['Container (ResourceManager)', 'resourcemanager/apps/container.ts', 'CONTAINER_TRANSITIONS'],
  ['Node (ResourceManager)', 'resourcemanager/nodes/node.ts', 'NODE_TRANSITIONS'],
  ['Container (NodeManager)', 'nodemanager/containers/container-states.ts', 'CONTAINER_TRANSITIONS'],
  ['Worker (AppMaster)', 'appmaster/workers/worker-state.ts', 'WORKER_TRANSITIONS'],
  ['Job (JobManager)', 'runtime/jobmanager/job/states.ts', 'JOB_TRANSITIONS'],
  ['Execution (JobManager)', 'runtime/jobmanager/job/states.ts', 'EXECUTION_TRANSITIONS'],
];

/** Loads the tables from the compiled sources. @param dist URL of the folder with the compiled rooms, ending in / */
export async function loadMachines(dist) {
  const load = async ([title, path, name]) => ({ title, path, table: (await import(new URL(path.replace(/\.ts$/, '.js'), dist)))[name] });
  return Promise.all(MACHINES.map(load));
}

/** The actions of `weft`, in the order of its help. */
export const ACTIONS = ['run', 'info', 'list', 'cancel', 'app', 'logs', 'yarn-session', 'up', 'down', 'status', 'top', 'rm', 'nm', 'token'];

/** @param helpOf what `weft ACTION --help` prints */
export function commandsPage(helpOf) {
  const sections = ACTIONS.map((action) => `## weft ${action}\n\n\`\`\`text\n${helpOf(action).trim()}\n\`\`\`\n`);
  return `# Commands

\`weft ACTION [OPTIONS] [ARGUMENTS]\`; the action is always the first word. \`yarn-session\` is also a command of its own. Names may be
written with one dash or two, long ones may be shortened while they stay unambiguous. With \`run\` and \`info\` everything behind the
program belongs to the program. Exit codes: 0 success, 1 anything that went wrong.

Commands find the cluster by \`--rm URL\`, \`WEFT_RM\`, \`conf/yarn-site.xml\` or the running one in \`WEFT_HOME\`.

${sections.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { CODES } = await import('../dist/runtime/common/errors/index.js');
  const { OPTIONS } = await import('../dist/runtime/common/config/index.js');
  const { YARN_SITE_OPTIONS } = await import('../dist/runtime/common/config/options/yarn-site.js');
  mkdirSync(join(root, 'docs', 'reference'), { recursive: true });
  writeFileSync(join(root, 'docs', 'reference', 'errors.md'), errorsPage(CODES));
  const { execFileSync } = await import('node:child_process');
  const weft = join(root, 'dist', 'bin', 'weft.mjs');
  const helpOf = (action) => execFileSync(process.execPath, [weft, action, '--help'], { encoding: 'utf8' });
  writeFileSync(join(root, 'docs', 'reference', 'cli.md'), commandsPage(helpOf));
  const { toMermaid } = await import('../dist/runtime/common/state-machine.js');
  const machines = await loadMachines(new URL('../dist/', import.meta.url));
  writeFileSync(join(root, 'docs', 'reference', 'state-machines.md'), stateMachinesPage(machines, toMermaid));
  writeFileSync(join(root, 'docs', 'reference', 'config.md'), configPage(OPTIONS, YARN_SITE_OPTIONS));
}
