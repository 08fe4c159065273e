import { loadConfiguration, yarnOptions } from '../../runtime/common/config/index.js';
import { WeftHome } from '../../runtime/common/home.js';
import { packageFile } from '../program/package-root.js';
import { resourceManagerAddress } from './resourcemanager-address.js';
import { ResourceManagerClient } from './resourcemanager-client.js';

/** The part of a command's options that says which ResourceManager is meant. */
interface ResourceManagerOptions {
  get(name: 'rm'): string | undefined;
  readonly properties: Readonly<Record<string, string>>;
}

/** Connects as `--rm`, the configuration or WEFT_HOME say, and closes the connection whatever happens. @throws UNREACHABLE */
export async function withResourceManager<T>(
  options: ResourceManagerOptions,
  action: (client: ResourceManagerClient) => Promise<T>,
): Promise<T> {
  const home = new WeftHome();
  const configuration = loadConfiguration(home.confDir(packageFile('conf')), options.properties);
  const named = options.get('rm') ?? configuration.get(yarnOptions.resourceManagerAddress);
  const client = new ResourceManagerClient(await resourceManagerAddress(home, named));
  try {
    return await action(client);
  } finally {
    client.close();
  }
}
