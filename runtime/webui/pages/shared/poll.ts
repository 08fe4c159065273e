/** Asks a REST path again and again while the page is visible, and keeps the last good answer. */
import { useEffect, useState } from 'preact/hooks';

export interface Polled<T> {
  data: T | undefined;
  /** What the last attempt failed with; the data before it stays on show. */
  error: string | undefined;
}

export async function getJson<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Error(messageOf(body) ?? `${path} answered ${response.status}`);
  return body as T;
}

function messageOf(body: unknown): string | undefined {
  const { errors, weftError, RemoteException } = (body ?? {}) as {
    errors?: string[];
    weftError?: { message: string };
    RemoteException?: { message?: string };
  };
  return errors?.[0] ?? weftError?.message ?? RemoteException?.message;
}

/** @param path undefined: ask nothing */
export function usePolled<T>(path: string | undefined, everyMs = 1000): Polled<T> {
  const [state, setState] = useState<Polled<T>>({ data: undefined, error: undefined });
  useEffect(() => {
    if (path === undefined) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const data = await getJson<T>(path);
          if (!stopped) setState({ data, error: undefined });
        } catch (error) {
          if (!stopped) setState((before) => ({ ...before, error: (error as Error).message }));
        }
      }
      if (!stopped) timer = setTimeout(() => void ask(), everyMs);
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [path, everyMs]);
  return state;
}

/** The part of the address after `#/`, as words. */
export function useRoute(): string[] {
  const read = (): string[] =>
    location.hash
      .replace(/^#\/?/, '')
      .split('/')
      .filter((word) => word !== '');
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const update = (): void => setRoute(read());
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return route;
}
