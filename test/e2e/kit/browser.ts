/** A real browser: Debian's Chromium, headless, with a profile of its own. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { chromium, type Page } from 'playwright-core';

const CANDIDATES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** A page; what it logs as an error is collected, because a page that works logs none. */
export async function openBrowser(t: ExecutionContext): Promise<{ page: Page; problems: string[] }> {
  const executablePath = CANDIDATES.find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined)
    throw new Error('No Chromium is installed: apt-get install chromium, or set CHROMIUM.');
  const profile = mkdtempSync(join(tmpdir(), 'weft-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1280, height: 900 },
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
  t.teardown(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  return { page, problems };
}
