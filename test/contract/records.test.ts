import { holds } from './contract.js';
import { RECORD_CONTRACTS } from './contracts/records.js';

for (const [name, contract] of Object.entries(RECORD_CONTRACTS)) holds(name, contract);
