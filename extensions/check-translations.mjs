// Fails when a text of the panels has no Simplified Chinese, or the catalogue has one too many.
// JupyterLab's server translates settings schemas only from JupyterLab's own language packs, so they are left out.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const CATALOGUE = 'learnspace_core/locale/zh_CN/LC_MESSAGES/learnspace.json';
/** How many leading arguments of a translation call make up its key. */
const CALLS = new Map([
  ['__', 1],
  ['_n', 2]
]);

const problems = [];
const texts = new Map();

for (const feature of readdirSync('.').filter(name => name.startsWith('learnspace_'))) {
  let files = [];
  try {
    files = readdirSync(join(feature, 'lab'), { recursive: true }).filter(name =>
      /\.tsx?$/.test(name)
    );
  } catch {
    continue;
  }
  files.forEach(name => readSource(join(feature, 'lab', name)));
}

const catalogue = JSON.parse(readFileSync(CATALOGUE, 'utf-8'));
for (const [key, { where, forms }] of texts) {
  const translated = catalogue[key]?.[0];
  if (!translated) {
    problems.push(`${where}: no translation of ${JSON.stringify(key)}`);
  } else if (catalogue[key].length !== forms) {
    // JupyterLab finds the translation of a plural only when the catalogue gives it two forms.
    problems.push(`${where}: ${JSON.stringify(key)} needs ${forms} forms`);
  } else if (numbers(key) !== numbers(translated)) {
    problems.push(`${where}: other placeholders than in ${JSON.stringify(key)}`);
  }
}
for (const key of Object.keys(catalogue)) {
  if (key !== '' && !texts.has(key)) {
    problems.push(`${CATALOGUE}: nothing says ${JSON.stringify(key)} any more`);
  }
}
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${texts.size} texts, all translated\n`);
}

/** Collect the texts of the translation calls in a TypeScript file. */
function readSource(path) {
  const source = ts.createSourceFile(
    path,
    readFileSync(path, 'utf-8'),
    ts.ScriptTarget.Latest,
    true
  );
  const visit = node => {
    const count = ts.isCallExpression(node) && CALLS.get(node.expression.name?.text);
    if (count) {
      const [singular, ...plural] = node.arguments.slice(0, count);
      const where = `${path}:${source.getLineAndCharacterOfPosition(node.pos).line + 1}`;
      if ([singular, ...plural].every(argument => argument && ts.isStringLiteral(argument))) {
        texts.set(singular.text, { where, forms: count });
      } else {
        problems.push(`${where}: a text to translate must be written out as a string`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** The placeholders of a text, sorted. */
function numbers(text) {
  return [...new Set(text.match(/%\d/g) ?? [])].sort().join();
}
