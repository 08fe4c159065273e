/** YARN's two ways to print resources. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';

function information(name: string, units: string, value: number): object {
  return {
    attributes: {},
    maximumAllocation: Number.MAX_SAFE_INTEGER,
    minimumAllocation: 0,
    name,
    resourceType: 'COUNTABLE',
    units,
    value,
  };
}

export function resourceView({ memoryMb, vcores }: Resource): object {
  return {
    memory: memoryMb,
    vCores: vcores,
    resourceInformations: {
      resourceInformation: [information('memory-mb', 'Mi', memoryMb), information('vcores', '', vcores)],
    },
  };
}

/** `http://host:port` as `host:port`. */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '');
}

/** Where a container's logs are shown. */
export function logsUrl(nodeHttpAddress: string, containerId: string, user: string): string {
  return `${nodeHttpAddress}/node/containerlogs/${containerId}/${user}`;
}
