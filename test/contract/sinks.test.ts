import { holds } from './contract.js';
import { SINK_CONTRACTS } from './contracts/sinks.js';

for (const [name, contract] of Object.entries(SINK_CONTRACTS)) holds(name, contract);
