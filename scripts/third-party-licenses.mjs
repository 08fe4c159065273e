/**
 * What the bundles contain of other people's packages is passed on with their licences: one text, each package once.
 * `inputs` are the source files of the bundles, as esbuild names them.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE_FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//;
const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;

export function writeThirdPartyLicenses(inputs, path) {
  const folders = new Set(inputs.map((input) => PACKAGE_FOLDER.exec(input)?.[0]).filter((folder) => folder !== undefined));
  const sections = new Set([...folders].map(sectionOf).toSorted());
  const title = 'The bundles beside this file hold parts of the following packages, under their own licences.';
  writeFileSync(path, `${[title, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

function sectionOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
