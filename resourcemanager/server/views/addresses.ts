/** Addresses as YARN's REST API prints them. */

/** `http://host:port` as `host:port`. */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '');
}

/** Where a container's logs are shown. */
export function logsUrl(nodeHttpAddress: string, containerId: string, user: string): string {
  return `${nodeHttpAddress}/node/containerlogs/${containerId}/${user}`;
}
