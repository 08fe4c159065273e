/** Told once per path when only the generic encoding can carry a value, and why. */
export type FallbackListener = (path: string, reason: string) => void;

/** A listener that hears of each path and reason once. */
export function reportOnce(listener: FallbackListener | undefined): FallbackListener {
  if (listener === undefined) return () => {};
  const seen = new Set<string>();
  return (path, reason) => {
    const key = `${path}\n${reason}`;
    if (seen.has(key)) return;
    seen.add(key);
    listener(path, reason);
  };
}
