/** What examples/distributed-shell runs in each container. */
import { hostname } from 'node:os';

console.log(`Hello from ${process.env.WEFT_CONTAINER_ID} on ${hostname()}`);
