/** The lines of `weft list`, which scripts read: they are Flink's to the letter. */

export interface JobRow {
  jobId: string;
  name: string;
  state: string;
  startTimeMs: number;
}

const RUNNING_TITLE = '------------------ Running/Restarting Jobs -------------------';
const SCHEDULED_TITLE = '----------------------- Scheduled Jobs -----------------------';
const TERMINATED_TITLE = '---------------------- Terminated Jobs -----------------------';
const END = '--------------------------------------------------------------';

const SCHEDULED = new Set(['CREATED', 'INITIALIZING']);
const TERMINATED = new Set(['FINISHED', 'CANCELED', 'FAILED']);

export interface JobSelection {
  running: boolean;
  scheduled: boolean;
  terminated: boolean;
}

export function renderJobList(jobs: readonly JobRow[], selection: JobSelection): string[] {
  const sorted = jobs.toSorted((a, b) => a.startTimeMs - b.startTimeMs);
  const scheduled = sorted.filter(({ state }) => SCHEDULED.has(state));
  const terminated = sorted.filter(({ state }) => TERMINATED.has(state));
  const running = sorted.filter(({ state }) => !SCHEDULED.has(state) && !TERMINATED.has(state));
  return [
    ...(selection.running ? block(RUNNING_TITLE, running, 'No running jobs.') : []),
    ...(selection.scheduled ? block(SCHEDULED_TITLE, scheduled, 'No scheduled jobs.') : []),
    ...(selection.terminated ? block(TERMINATED_TITLE, terminated, undefined) : []),
  ];
}

function block(title: string, jobs: readonly JobRow[], none: string | undefined): string[] {
  if (jobs.length === 0) return none === undefined ? [] : [none];
  return [title, ...jobs.map(row), END];
}

function row({ jobId, name, state, startTimeMs }: JobRow): string {
  return `${dateTime(startTimeMs)} : ${jobId} : ${name} (${state})`;
}

/** `dd.MM.yyyy HH:mm:ss`, local time. */
function dateTime(timeMs: number): string {
  const date = new Date(timeMs);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const day = `${pad(date.getDate())}.${pad(date.getMonth() + 1)}.${date.getFullYear()}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}
