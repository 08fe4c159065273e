/**
 * The package `weft-stream/appmaster`: what a program needs to be the AppMaster of an application of its own kind. It
 * speaks for the program with the ResourceManager and the NodeManagers; what runs in the containers is the program's.
 */
export {
  AppMasterClient,
  type AppMasterHandlers,
  type ContainerCommand,
  type ContainerRequest,
} from './app-master-client.js';
export type {
  AllocatedContainer,
  CompletedContainer,
  FinalStatus,
  LocalResource,
  Resource,
} from '../../runtime/common/wire/protocols/index.js';
