/** What an application is told that it could still get. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, floored, lower, subtract } from '../resources.js';
import type { CapacityApplication } from './application.js';

/** What user and queue may still have, and not more than is free; in all partitions that it asks for. */
export function headroomOf(application: CapacityApplication): Resource {
  if (application.state !== 'active') return NOTHING;
  const labels = new Set(application.asks.groups.filter(({ pending }) => pending > 0).map(({ label }) => label));
  if (labels.size === 0) labels.add('');
  let headroom = NOTHING;
  for (const label of labels) headroom = add(headroom, headroomIn(application, label));
  return floored(headroom);
}

function headroomIn(application: CapacityApplication, label: string): Resource {
  const { leaf } = application;
  const { calculator, minimum, books } = leaf.context;
  const user = leaf.userOf(application);
  const { used, maximum } = leaf.partition(label);
  const limit = label === '' ? leaf.currentLimit : maximum;
  const ofUser = floored(subtract(leaf.users.limitOf(user, label, 'respected'), user.usedOf(label)));
  const ofQueue = floored(subtract(limit, used));
  const headroom = calculator.roundDown(lower(ofUser, ofQueue), minimum);
  const total = leaf.context.totalOf(label);
  const free = subtract(total, books.usedOf(label));
  return calculator.compare(total, free, headroom) < 0 ? free : headroom;
}
