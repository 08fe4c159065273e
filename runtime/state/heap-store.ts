import { restoreEntries } from './disk/restore-entries.js';
import { HeapBucket } from './heap-bucket.js';
import { HeapSnapshot } from './heap-snapshot.js';
import type { KeyedContent, KeyedStore, KeyedStoreParts } from './keyed-store.js';
import { PortionWriter } from './portion-writer.js';
import type { Namespace, Section } from './section-format.js';

/** Keyed state on the heap. */
export function heapStore({ keySpace, clock, epochs }: KeyedStoreParts): KeyedStore {
  return {
    keepsCells: true,
    bucket: (section: Section, namespace: Namespace) => new HeapBucket(section, namespace, epochs),
    snapshot({ tables, additions, declared, describe }: KeyedContent) {
      const run = epochs.begin(new PortionWriter(keySpace.maxParallelism, keySpace.keyGroups, declared));
      const buckets = tables.flatMap((table) => [...table.all()]);
      return new HeapSnapshot({ buckets, additions, run, epochs, clock, describe });
    },
    restoreLogs: (logs, tables) => restoreEntries(logs, keySpace, tables),
    close: () => undefined,
  };
}
