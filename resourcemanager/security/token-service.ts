/** Issues and checks the tokens of a cluster. The keys lie in the store, so that they outlive a restart. */
import type { ApplicationAttemptId } from '../../runtime/common/ids.js';
import { keyIdOf, signToken, verifyToken, type TokenClaims } from '../../runtime/common/security/token.js';
import type { ContainerRecord } from '../apps/container.js';
import type { StateStore } from '../store/state-store.js';
import { newKeyRing, rolledInTime, type KeyRing } from './key-ring.js';

/** A container token must be used within this time (as in YARN). */
const CONTAINER_TOKEN_LIFE_MS = 600_000;
/** A ResourceManager may be away for so long. AppMasters that are connected get a new token at half of it. */
const ATTEMPT_TOKEN_LIFE_MS = 7 * 86_400_000;

export interface RollIntervals {
  readonly attemptKeyMs: number;
  readonly containerKeyMs: number;
}

type KeyName = 'attemptKeys' | 'containerKeys';

export class TokenService {
  private readonly rings: Record<KeyName, KeyRing>;

  /** @param clusterKeys what NodeManagers sign their tokens with: the current key first; asked anew at each check */
  constructor(
    private readonly store: Pick<StateStore, 'meta' | 'setMeta'>,
    private readonly clusterKeys: () => readonly string[],
    private readonly intervals: RollIntervals,
    nowMs: number,
  ) {
    this.rings = {
      attemptKeys: this.storedRing('attemptKeys', nowMs),
      containerKeys: this.storedRing('containerKeys', nowMs),
    };
  }

  /** The keys by which NodeManagers check container tokens; the current one first. */
  get tokenKeys(): string[] {
    return [...this.rings.containerKeys.keys];
  }

  /** Rolls the keys whose time has come. @returns whether NodeManagers must hear of a new one */
  tick(nowMs: number): boolean {
    const { attemptKeyMs, containerKeyMs } = this.intervals;
    this.use('attemptKeys', rolledInTime(this.rings.attemptKeys, nowMs, attemptKeyMs));
    return this.use('containerKeys', rolledInTime(this.rings.containerKeys, nowMs, containerKeyMs));
  }

  containerToken(container: ContainerRecord, user: string, nowMs: number): string {
    const { id, nodeId, resource } = container;
    return signToken(this.current('containerKeys'), {
      kind: 'container',
      subject: id,
      expiresMs: nowMs + CONTAINER_TOKEN_LIFE_MS,
      container: { nodeId, user, resource },
    });
  }

  attemptToken(attempt: ApplicationAttemptId, nowMs: number): string {
    return signToken(this.current('attemptKeys'), {
      kind: 'attempt',
      subject: attempt,
      expiresMs: nowMs + ATTEMPT_TOKEN_LIFE_MS,
    });
  }

  /** @throws AUTH_BAD_TOKEN, AUTH_TOKEN_EXPIRED */
  verifyAttempt(token: string | undefined, nowMs: number): TokenClaims {
    return verifyToken(this.rings.attemptKeys.keys, 'attempt', token, nowMs);
  }

  /** Whether an AppMaster should get a new token: its key has been rolled, or half of its life is over. */
  isAgeing({ keyId, expiresMs }: TokenClaims, nowMs: number): boolean {
    return keyId !== keyIdOf(this.current('attemptKeys')) || expiresMs - nowMs < ATTEMPT_TOKEN_LIFE_MS / 2;
  }

  /** The node that the token speaks for. @throws AUTH_BAD_TOKEN, AUTH_TOKEN_EXPIRED */
  verifyNode(token: string | undefined, nowMs: number): string {
    return verifyToken(this.clusterKeys(), 'node', token, nowMs).subject;
  }

  /** The user that the token speaks for. @throws AUTH_BAD_TOKEN, AUTH_TOKEN_EXPIRED */
  verifyClient(token: string | undefined, nowMs: number): string {
    return verifyToken(this.clusterKeys(), 'client', token, nowMs).subject;
  }

  private current(name: KeyName): string {
    return this.rings[name].keys[0] ?? '';
  }

  private storedRing(name: KeyName, nowMs: number): KeyRing {
    const known = this.store.meta(name);
    if (known !== undefined) return JSON.parse(known) as KeyRing;
    const ring = newKeyRing(nowMs);
    this.store.setMeta(name, JSON.stringify(ring));
    return ring;
  }

  /** @returns whether there is a new key */
  private use(name: KeyName, ring: KeyRing): boolean {
    const before = this.rings[name];
    if (ring === before) return false;
    this.rings[name] = ring;
    this.store.setMeta(name, JSON.stringify(ring));
    return ring.keys !== before.keys;
  }
}
