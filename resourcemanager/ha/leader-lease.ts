/**
 * Who may act as the one ResourceManager of a cluster. A lease is held for a term that its holder measures on its own
 * monotonic clock, and that ends before anybody else may take it; each time it changes hands its epoch grows, and what an
 * earlier holder still writes is refused by the store (fencing). So no two lead at once, whatever stops or is cut off.
 */

/** What this process leads in, from winning the lease to losing it. */
export interface Term {
  /** Grows with each holder. Undefined where there is nobody to be fenced off. */
  readonly epoch: number | undefined;
}

/** Who holds the lease now, as far as this process knows. */
export interface Leader {
  /** Id of the ResourceManager, as in `yarn.resourcemanager.ha.rm-ids`. */
  readonly id: string;
  /** `http://host:port`. */
  readonly address: string;
}

export interface LeaseListener {
  /** This process leads from now on. */
  won(term: Term): void;
  /** It leads no longer; anybody else may by now. Whatever it was about to write or say must not be. */
  lost(reason: string): void;
  /** Another process leads; undefined: none does. */
  leaderChanged(leader: Leader | undefined): void;
}

export interface LeaderLease {
  /**
   * Takes part in the election from now on. Resolves when it was tried once to win.
   * @throws what makes that impossible
   */
  start(listener: LeaseListener): Promise<void>;
  /** Whether this process leads at this moment, by its own clock: asked before anything is said to anybody. */
  isHeld(): boolean;
  /** Lets the lease go, so that another process leads at once. @param pauseMs how long this one does not try again; Infinity = until `rejoin` */
  release(pauseMs: number): Promise<void>;
  /** Takes part again, and tries once to win. */
  rejoin(): Promise<void>;
  /** Lets the lease go and leaves the election. */
  stop(): Promise<void>;
}
