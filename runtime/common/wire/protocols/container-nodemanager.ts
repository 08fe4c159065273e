/**
 * A process in a container (client) ↔ its NodeManager (server). The connection is the proof of life of the NodeManager:
 * when it stays broken for longer than `nodeLossTimeoutMs`, the process stops itself, because the ResourceManager gives
 * its resources to others by then.
 */
import { Type } from 'typebox';
import { defineProtocol } from '../protocol.js';
import { MemoryPartsSchema } from './exit-reason.js';
import { Empty } from './shared.js';

export const livenessProtocol = defineProtocol({
  name: 'Container-NodeManager',
  path: '/weft/v1/ws/liveness',
  client: {
    /** Announces a stop, so that the process can end its work in order before the signal. */
    stop: { params: Type.Object({ reason: Type.String() }) },
  },
  server: {
    hello: {
      params: Type.Object({
        containerId: Type.String(),
        pid: Type.Integer(),
        /** What the process plans its memory for, to be quoted if the container uses too much. */
        memoryPlan: Type.Optional(MemoryPartsSchema),
      }),
      result: Type.Object({ nodeLossTimeoutMs: Type.Number() }),
    },
    ping: { params: Empty, result: Empty },
  },
});
