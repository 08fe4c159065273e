import { holds } from './contract.js';
import { TWO_INPUT_CONTRACTS } from './contracts/two-inputs.js';

for (const [name, contract] of Object.entries(TWO_INPUT_CONTRACTS)) holds(name, contract);
