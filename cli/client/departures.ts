/** Nodes that are sent away: what to say of it, and waiting until they have gone. */
import { sleep, systemClock } from '../../runtime/common/clock.js';
import type { Outcome } from './client-command.js';
import type { Departures, ResourceManagerClient } from './resourcemanager-client.js';

const POLL_MS = 500;

/** @param wait until those that leave gracefully have gone, or may stay after all */
export async function departed(
  client: ResourceManagerClient,
  { leaving, gone }: Departures,
  wait: boolean,
): Promise<Outcome> {
  if (wait && leaving.length > 0) await awaitDeparture(client, leaving);
  const after = wait ? { leaving: [], gone: [...gone, ...(await areGone(client, leaving))] } : { leaving, gone };
  const lines = [
    ...after.gone.map((id) => `${id} is decommissioned`),
    ...after.leaving.map((id) => `${id} leaves when what runs there has ended, or its time is up`),
  ];
  return { text: lines.length === 0 ? 'No node has to leave.' : lines.join('\n'), result: after };
}

async function awaitDeparture(client: ResourceManagerClient, ids: readonly string[]): Promise<void> {
  for (;;) {
    const leaving = (await client.nodes('DECOMMISSIONING')).map(({ id }) => id);
    if (!ids.some((id) => leaving.includes(id))) return;
    await sleep(systemClock, POLL_MS);
  }
}

async function areGone(client: ResourceManagerClient, ids: readonly string[]): Promise<string[]> {
  const gone = (await client.nodes('DECOMMISSIONED')).map(({ id }) => id);
  return ids.filter((id) => gone.includes(id));
}
