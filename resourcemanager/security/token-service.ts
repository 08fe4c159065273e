/** Issues and checks the tokens of a cluster. The keys lie in the store, so that they outlive a restart. */
import type { ApplicationAttemptId } from '../../runtime/common/ids.js';
import { newTokenKey, signToken, verifyToken } from '../../runtime/common/security/token.js';
import type { ContainerRecord } from '../apps/container.js';
import type { StateStore } from '../store/state-store.js';

/** A container token must be used within this time (as in YARN). */
const CONTAINER_TOKEN_LIFE_MS = 600_000;
/** An attempt ends by its own state, not by its token's age: a streaming job runs for months. */
const ATTEMPT_TOKEN_LIFE_MS = 10 * 365 * 86_400_000;

export class TokenService {
  private readonly attemptKey: string;
  /** The current key, and the one before while tokens signed with it may be under way. */
  private containerKeys: readonly string[];

  /** @param clusterKey what NodeManagers sign their tokens with */
  constructor(
    private readonly store: StateStore,
    private readonly clusterKey: string,
  ) {
    this.attemptKey = this.storedKey('attemptKey');
    this.containerKeys = this.storedKey('containerKeys').split(',');
  }

  /** The keys by which NodeManagers check container tokens; the current one first. */
  get tokenKeys(): string[] {
    return [...this.containerKeys];
  }

  /** A new key for container tokens; those of the one before stay good. */
  roll(): void {
    this.containerKeys = [newTokenKey(), ...this.containerKeys.slice(0, 1)];
    this.store.setMeta('containerKeys', this.containerKeys.join(','));
  }

  containerToken(container: ContainerRecord, user: string, nowMs: number): string {
    const { id, nodeId, resource } = container;
    return signToken(this.containerKeys[0] ?? '', {
      kind: 'container',
      subject: id,
      expiresMs: nowMs + CONTAINER_TOKEN_LIFE_MS,
      detail: { nodeId, memoryMb: resource.memoryMb, vcores: resource.vcores, user },
    });
  }

  attemptToken(attempt: ApplicationAttemptId, nowMs: number): string {
    return signToken(this.attemptKey, { kind: 'attempt', subject: attempt, expiresMs: nowMs + ATTEMPT_TOKEN_LIFE_MS });
  }

  /** The attempt that the token speaks for. @throws AUTH_BAD_TOKEN */
  verifyAttempt(token: string | undefined, nowMs: number): ApplicationAttemptId {
    return verifyToken([this.attemptKey], 'attempt', token, nowMs).subject as ApplicationAttemptId;
  }

  /** The node that the token speaks for. @throws AUTH_BAD_TOKEN */
  verifyNode(token: string | undefined, nowMs: number): string {
    return verifyToken([this.clusterKey], 'node', token, nowMs).subject;
  }

  private storedKey(name: string): string {
    const known = this.store.meta(name);
    if (known !== undefined) return known;
    const key = newTokenKey();
    this.store.setMeta(name, key);
    return key;
  }
}
