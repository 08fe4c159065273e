import test from 'ava';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { canTransition, transition } from '../../../runtime/common/state-machine.js';
import {
  APPLICATION_TRANSITIONS,
  publicState,
  type ApplicationRecord,
} from '../../../resourcemanager/apps/application.js';
import { ATTEMPT_TRANSITIONS, type AttemptEvent, type AttemptState } from '../../../resourcemanager/apps/attempt.js';
import { countFailures, countsAsFailure } from '../../../resourcemanager/apps/attempt-failures.js';
import type { AttemptRecord } from '../../../resourcemanager/apps/attempt.js';
import { CONTAINER_TRANSITIONS } from '../../../resourcemanager/apps/container.js';
import { NODE_TRANSITIONS } from '../../../resourcemanager/nodes/node.js';

test('an application that ended stays as it is', (t) => {
  for (const state of ['FINISHED', 'FAILED', 'KILLED'] as const) {
    t.deepEqual(APPLICATION_TRANSITIONS[state], {});
    const error = t.throws(() => transition('application', APPLICATION_TRANSITIONS, state, 'kill'));
    t.true(hasCode(error, 'ILLEGAL_TRANSITION'));
  }
});

test('an attempt goes from its ask to its end', (t) => {
  const path: AttemptEvent[] = ['schedule', 'allocate', 'launch', 'register', 'register', 'finish', 'end'];
  let state: AttemptState = 'NEW';
  for (const event of path) state = transition('attempt', ATTEMPT_TRANSITIONS, state, event);
  t.deepEqual(state as string, 'FINISHED');
  t.false(canTransition(ATTEMPT_TRANSITIONS, 'SCHEDULED', 'register'));
});

test('whatever happens to an AppMaster that said it is done, its attempt finished', (t) => {
  for (const event of ['end', 'fail', 'kill'] as const) {
    t.is(transition('attempt', ATTEMPT_TRANSITIONS, 'FINISHING', event), 'FINISHED');
  }
});

test('a container that runs cannot expire any more; a lost node only registers', (t) => {
  t.false(canTransition(CONTAINER_TRANSITIONS, 'RUNNING', 'expire'));
  t.true(canTransition(CONTAINER_TRANSITIONS, 'ACQUIRED', 'expire'));
  t.deepEqual(Object.keys(NODE_TRANSITIONS.LOST), ['register']);
});

test('clients see YARN’s states', (t) => {
  const seen = (state: ApplicationRecord['state'], launchedMs = 0): string =>
    publicState({ state, launchedMs } as ApplicationRecord);
  t.is(seen('FINISHING'), 'FINISHED');
  t.is(seen('KILLING'), 'ACCEPTED');
  t.is(seen('KILLING', 5), 'RUNNING');
});

test('only an AppMaster’s own failures within the validity interval count', (t) => {
  const exit = { exitStatus: 1, diagnostics: '' };
  t.true(countsAsFailure({ kind: 'exit-code', ...exit }));
  t.false(countsAsFailure({ kind: 'node-lost', ...exit }));
  const attempts = [
    { state: 'FAILED', countsAsFailure: true, finishedMs: 100 },
    { state: 'FAILED', countsAsFailure: false, finishedMs: 900 },
    { state: 'FAILED', countsAsFailure: true, finishedMs: 950 },
  ] as AttemptRecord[];
  const application = (failuresValidityMs: number) => ({ submission: { failuresValidityMs } }) as ApplicationRecord;
  t.is(countFailures(application(-1), attempts, 1000), 2);
  t.is(countFailures(application(500), attempts, 1000), 1);
});
