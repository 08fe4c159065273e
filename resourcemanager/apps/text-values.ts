/** YARN takes numbers and truth values as text too, which is all that XML has. */
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** The body with text read as what the schema wants; whatever does not fit stays as it is, for the check to tell. */
export function readText(schema: TSchema, body: unknown): unknown {
  return keepWhatDiffers(body, Value.Convert(schema, structuredClone(body)));
}

/** The conversion would cut fractions off. */
function keepWhatDiffers(before: unknown, after: unknown): unknown {
  if (typeof after === 'number') return Number(before) === after ? after : before;
  if (Array.isArray(after) && Array.isArray(before)) return after.map((each, at) => keepWhatDiffers(before[at], each));
  if (!isObject(before) || !isObject(after)) return after;
  return Object.fromEntries(Object.entries(after).map(([name, each]) => [name, keepWhatDiffers(before[name], each)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
