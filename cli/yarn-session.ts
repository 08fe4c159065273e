#!/usr/bin/env node
import { yarnSessionCommand } from './commands/yarn-session.js';
import { endWithReaders } from './output.js';

endWithReaders();
process.exit(await yarnSessionCommand(process.argv.slice(2)));
