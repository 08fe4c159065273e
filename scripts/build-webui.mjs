/** Builds the pages: runtime/webui/pages/<page> → dist/webui/<page>/{index.html,main.js,main.css}. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { build } from 'esbuild';

/** @returns esbuild's result of each page */
export async function buildPages() {
  const results = [];
  for (const page of ['resourcemanager', 'jobmanager']) {
    const out = `dist/webui/${page}`;
    mkdirSync(out, { recursive: true });
    const result = await build({
      entryPoints: [`runtime/webui/pages/${page}/main.tsx`],
      outdir: out,
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      logLevel: 'warning',
      metafile: true,
    });
    results.push(result);
    copyFileSync(`runtime/webui/pages/${page}/index.html`, `${out}/index.html`);
  }
  return results;
}
