import { holds } from './contract.js';
import { WINDOW_CONTRACTS } from './contracts/windows.js';

for (const [name, contract] of Object.entries(WINDOW_CONTRACTS)) holds(name, contract);
