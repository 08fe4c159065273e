/** Files on their way to the cluster: uploaded by content, named by what they become in a container. */
import { readArtifactFile } from '../../runtime/bundle/materialize.js';
import type { ArtifactSource } from '../../runtime/bundle/artifact.js';
import type { LocalResource } from '../../runtime/common/wire/protocols/index.js';
import type { ResourceManagerClient } from './resourcemanager-client.js';

/** Uploads each content once, and only what the cluster does not have. */
export async function uploadMissing(client: ResourceManagerClient, files: readonly ArtifactSource[]): Promise<void> {
  const byHash = new Map(files.map((file) => [file.sha256, file]));
  await Promise.all(
    [...byHash.values()].map(async (file) => {
      if (!(await client.hasBlob(file.sha256))) await client.putBlob(file.sha256, await readArtifactFile(file));
    }),
  );
}

export function localResource({ path, sha256, sizeBytes }: ArtifactSource): LocalResource {
  return { path, sha256, sizeBytes };
}
