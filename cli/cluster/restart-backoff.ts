/** How long to wait before a role that died is started again. Pure. */

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A role that ran this long is taken to be sound again. */
const SOUND_AFTER_MS = 30_000;

export class RestartBackoff {
  private deathsInRow = 0;

  /** The first death costs no time; each further one in a row doubles the pause. @param livedMs how long the role ran */
  pauseAfterDeath(livedMs: number): number {
    if (livedMs >= SOUND_AFTER_MS) this.deathsInRow = 0;
    const deaths = this.deathsInRow++;
    return deaths === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (deaths - 1), LONGEST_PAUSE_MS);
  }
}
