/** AppMaster (client) ↔ NodeManager (server): start and stop the containers that the ResourceManager allocated. */
import { Type } from 'typebox';
import { defineProtocol } from '../protocol.js';
import { ContainerStatusSchema, Empty, LaunchContextSchema } from './shared.js';

export const containerProtocol = defineProtocol({
  name: 'AppMaster-NodeManager',
  path: '/weft/v1/ws/containers',
  client: {
    /** A container of this application changed its state. */
    containerStatus: { params: ContainerStatusSchema },
  },
  server: {
    /** Answered when the process runs. Starting one that runs already is answered alike (a repeated message). */
    startContainer: {
      params: Type.Object({ token: Type.String(), context: LaunchContextSchema }),
      result: Empty,
    },
    stopContainer: { params: Type.Object({ containerId: Type.String(), reason: Type.String() }), result: Empty },
  },
});
