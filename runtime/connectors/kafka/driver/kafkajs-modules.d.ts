declare module 'kafkajs/src/cluster/index.js' {
  const ClusterOf: new (options: Record<string, unknown>) => import('./kafkajs-types.js').Cluster;
  export default ClusterOf;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  const RequestQueueOf: { prototype: import('./kafkajs-types.js').RequestQueue };
  export default RequestQueueOf;
}

declare module 'kafkajs/src/network/connection.js' {
  const ConnectionOf: { prototype: import('./kafkajs-types.js').Connection };
  export default ConnectionOf;
}
