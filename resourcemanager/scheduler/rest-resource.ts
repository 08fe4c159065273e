/** A resource as YARN's REST API prints it. */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import { UNLIMITED } from './resources.js';

const ENDLESS = 9_223_372_036_854_775_807;

/** @param bounds smallest and largest amounts, where the resource is one that containers have */
export function restResource(
  { memoryMb, vcores, others = {} }: Resource,
  bounds?: { minimum: Resource; maximum: Resource },
): object {
  const entry = (name: string, value: number, units: string, of: (bound: Resource) => number): object => ({
    attributes: {},
    maximumAllocation: bounds === undefined ? ENDLESS : of(bounds.maximum),
    minimumAllocation: bounds === undefined ? 0 : of(bounds.minimum),
    ...{ name, resourceType: 'COUNTABLE', units, value },
  });
  return {
    memory: memoryMb,
    vCores: vcores,
    resourceInformations: {
      resourceInformation: [
        entry('memory-mb', memoryMb, 'Mi', (bound) => Math.min(bound.memoryMb, UNLIMITED.memoryMb)),
        entry('vcores', vcores, '', (bound) => Math.min(bound.vcores, UNLIMITED.vcores)),
        ...Object.entries(others).map(([name, value]) => entry(name, value, '', (bound) => bound.others?.[name] ?? 0)),
      ],
    },
  };
}
