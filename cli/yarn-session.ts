#!/usr/bin/env node
import { yarnSession } from './commands/yarn-session.js';

process.exitCode = await yarnSession(process.argv.slice(2));
