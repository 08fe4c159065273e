#!/usr/bin/env node
import { yarnSessionCommand } from './commands/yarn-session.js';

process.exit(await yarnSessionCommand(process.argv.slice(2)));
