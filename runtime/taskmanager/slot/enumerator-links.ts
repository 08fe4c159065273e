/** The ways between the sources of a slot and their enumerators in the JobManager. */
import type { FromReader, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { EnumeratorLink } from '../../connectors/index.js';

export class EnumeratorLinks {
  private readonly receivers = new Map<string, (message: ToReader) => void>();

  constructor(private readonly send: (executionId: string, message: FromReader) => void) {}

  of(executionId: string): EnumeratorLink {
    return {
      send: (message) => this.send(executionId, message),
      listen: (receive) => void this.receivers.set(executionId, receive),
    };
  }

  /** A message has come for the source of an execution. */
  deliver(executionId: string, message: ToReader): void {
    this.receivers.get(executionId)?.(message);
  }
}
