export * from './protocol.js';
export { RpcServer, type EndpointOptions, type RpcPeer } from './server.js';
export { RpcClient, type ClientOptions } from './client.js';
export { Session, type CallOptions } from './session.js';
export { WireErrorSchema } from './frames.js';
export { describeMismatch, requireFit } from './validators.js';
export { connectInMemory, type InMemoryOptions } from './in-memory.js';
