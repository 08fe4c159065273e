/** The connection of a command to the ResourceManager, made when it is first needed. */
import type { Configuration } from '../../runtime/common/config/index.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { resourceManagerUrl } from '../client/resourcemanager-address.js';
import { ResourceManagerClient } from '../client/resourcemanager-client.js';

export interface LazyConnection {
  /** @throws when no ResourceManager can be found */
  resourceManager: () => Promise<ResourceManagerClient>;
  close: () => void;
}

export function connectLazily(configuration: Configuration, home: WeftHome): LazyConnection {
  let client: ResourceManagerClient | undefined;
  let connecting: Promise<ResourceManagerClient> | undefined;
  const connect = async (): Promise<ResourceManagerClient> =>
    (client = new ResourceManagerClient(await resourceManagerUrl(configuration, home)));
  return {
    resourceManager: () => (connecting ??= connect()),
    close: () => client?.close(),
  };
}
