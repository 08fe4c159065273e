/** A frame in a few words that are the same in each run: ids of sessions, tokens and process ids are not. */
export function frameLabel(text: string): string {
  const kind = wordAfter(text, '"t":"');
  const number = /"seq":(\d+)/.exec(text.slice(-24))?.[1] ?? '';
  const method = kind === 'request' || kind === 'notice' ? ` ${wordAfter(text, '"method":"')}` : '';
  const error = kind === 'error' ? ` ${wordAfter(text, '"code":"')}` : '';
  const containers = new Set(text.match(/container_\d+_\d+_\d+_\d+|container_e\d+_\d+_\d+_\d+_\d+/g) ?? []);
  const about = containers.size === 0 ? '' : ` [${[...containers].map(shortId).join(' ')}]`;
  return `${kind}${method}${error} #${number}${about}`;
}

/** The application's number, the attempt's and its own tell a container from all others of a run. */
function shortId(container: string): string {
  const parts = container.split('_');
  return `${parts.at(-3)}.${parts.at(-2)}.${parts.at(-1)}${parts[1]?.startsWith('e') ? parts[1] : ''}`;
}

function wordAfter(text: string, mark: string): string {
  const at = text.indexOf(mark);
  if (at < 0) return '';
  const from = at + mark.length;
  return text.slice(from, text.indexOf('"', from));
}
