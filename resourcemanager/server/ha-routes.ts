/** Whether this ResourceManager leads, and changing that by hand: what `weft rmadmin` asks each one for itself. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { WeftError } from '../../runtime/common/errors/index.js';
import { about } from '../../runtime/common/http/openapi.js';
import { requireFit } from '../../runtime/common/wire/index.js';
import type { Administrators } from '../security/administrators.js';
import { userOf, type ByUser } from './caller.js';

export interface HaView {
  /** Empty where there is one ResourceManager. */
  readonly id: string;
  readonly automaticFailover: boolean;
  readonly administrators: Administrators;
  readonly isLeading: () => boolean;
  /** Resolves when it is so. */
  readonly transition: (to: 'active' | 'standby') => Promise<void>;
}

const TransitionSchema = Type.Object({
  to: Type.Union([Type.Literal('active'), Type.Literal('standby')]),
  /** Although failover is automatic. */
  force: Type.Optional(Type.Boolean()),
});

export function haRoutes(app: FastifyInstance, view: HaView): void {
  const state = () => ({
    id: view.id,
    state: view.isLeading() ? 'active' : 'standby',
    automaticFailover: view.automaticFailover,
  });
  app.get('/weft/v1/ha', about('Whether this ResourceManager leads'), state);
  app.post<ByUser>(
    '/weft/v1/ha/transition',
    about('Has it lead, or stand by', { body: TransitionSchema }),
    async (request) => {
      await view.administrators.require(userOf(request));
      requireFit(TransitionSchema, request.body, 'HTTP_BAD_REQUEST', 'The transition');
      const { to, force = false } = request.body as Static<typeof TransitionSchema>;
      if (view.id === '') throw refused('there is one ResourceManager in this cluster, which always leads');
      if (view.automaticFailover && !force) {
        throw refused(
          `automatic failover is enabled for ${view.id}. Refusing to manually manage HA state, since it may cause a split-brain scenario or other incorrect state`,
        );
      }
      await view.transition(to);
      return state();
    },
  );
}

function refused(reason: string): WeftError {
  return new WeftError('RM_TRANSITION_REFUSED', `The HA state is not changed: ${reason}.`);
}
