// Finds words that a person reads and that are not in the catalogue (src/i18n): in the markup of components, in the attributes that are
// read out or shown, and where a script hands a text on. Run by `npm run lint`; says where each is, and fails where there is one.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "svelte/compiler";
import ts from "typescript";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../src");
/** Two letters on end are a word; one alone, as in a drawing or a unit, is none. */
const WORD = /\p{L}{2,}/u;
/** A sentence, or a word that begins one: what a script hands on as a text, rather than a name of something. */
const SAID = /^\p{Lu}.*\p{Ll}|\p{L}{2,} \p{L}{2,}/u;
const READ_OUT =
  /^(aria-(label|description|placeholder|roledescription|valuetext)|title|alt|placeholder|label|text|message|hint|detail)$/;
/** What is written the same in every language. */
const NAMES = new Set(["Latchkey", "ntfy", "MB", "kB"]);
const NOT_READ = /(^|[\\/])(i18n|api[\\/]generated)[\\/]/;

const found = [];

function note(file, source, offset, text) {
  const said = text.trim().replaceAll(/\s+/g, " ");
  if (NAMES.has(said)) return;
  const line = source.slice(0, offset).split("\n").length;
  found.push(`src/${relative(SOURCE, file)}:${line}: “${said.slice(0, 80)}”`);
}

/** Walks whatever a parser made, parents first; `visit` answers false where what is within is not to be looked at. */
function walk(node, visit, parent = null) {
  if (Array.isArray(node)) {
    for (const each of node) walk(each, visit, parent);
    return;
  }
  if (!node || typeof node !== "object") return;
  if (typeof node.type === "string" && visit(node, parent) === false) return;
  for (const [key, value] of Object.entries(node)) {
    if (key !== "parent" && value && typeof value === "object")
      walk(value, visit, typeof node.type === "string" ? node : parent);
  }
}

/** The texts that an expression comes to be, as far as they are written in it: of a choice, both. */
function textsOf(expression) {
  switch (expression?.type) {
    case "Literal":
      return typeof expression.value === "string" ? [[expression.start, expression.value]] : [];
    case "TemplateLiteral":
      return expression.quasis.map(({ start, value }) => [start, value.cooked ?? ""]);
    case "ConditionalExpression":
      return [...textsOf(expression.consequent), ...textsOf(expression.alternate)];
    case "LogicalExpression":
      return [...textsOf(expression.left), ...textsOf(expression.right)];
    case "BinaryExpression":
      return expression.operator === "+" ? [...textsOf(expression.left), ...textsOf(expression.right)] : [];
    default:
      return [];
  }
}

function lookAtComponent(file) {
  const source = readFileSync(file, "utf8");
  const { fragment, instance, module } = parse(source, { modern: true });
  walk(fragment, (node) => {
    if (/^(StyleSheet|Comment|.*Directive)$/.test(node.type)) return false;
    if (node.type === "Text" && WORD.test(node.data)) note(file, source, node.start, node.data);
    if (node.type === "ExpressionTag") {
      for (const [at, text] of textsOf(node.expression)) if (WORD.test(text)) note(file, source, at, text);
    }
    if (node.type !== "Attribute") return true;
    if (READ_OUT.test(node.name)) {
      for (const part of Array.isArray(node.value) ? node.value : [node.value]) {
        const texts = part?.type === "Text" ? [[part.start, part.data]] : textsOf(part?.expression);
        for (const [at, text] of texts) if (WORD.test(text)) note(file, source, at, text);
      }
    }
    // Classes, kinds and addresses are not read.
    return false;
  });
  for (const script of [module, instance]) {
    if (script)
      lookAtScript(file, source.slice(script.content.start, script.content.end), source, script.content.start);
  }
}

/** Looks for what is handed on under a name such as `text`, or assigned to what a person is told. */
function lookAtScript(file, code, source = code, offset = 0) {
  const tree = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const nameOf = (node) => (node && (ts.isIdentifier(node) || ts.isStringLiteral(node)) ? node.text : "");
  const told = (value) => {
    for (const [at, text] of textsIn(value)) if (SAID.test(text)) note(file, source, offset + at, text);
  };
  const look = (node) => {
    const [name, value] = ts.isPropertyAssignment(node) ? [nameOf(node.name), node.initializer] : [];
    if (value && READ_OUT.test(name)) told(value);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const target = ts.isPropertyAccessExpression(node.left) ? node.left.name.text : nameOf(node.left);
      if (/(problem|failure|refused|message|news|outcome)$/i.test(target)) {
        told(node.right);
      }
    }
    ts.forEachChild(node, look);
  };
  look(tree);
}

const textsIn = (node) => {
  if (ts.isStringLiteralLike(node)) return [[node.getStart(), node.text]];
  if (ts.isTemplateExpression(node))
    return [[node.getStart(), [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(" ")]];
  if (ts.isConditionalExpression(node)) return [...textsIn(node.whenTrue), ...textsIn(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [...textsIn(node.left), ...textsIn(node.right)];
  return [];
};

for (const entry of readdirSync(SOURCE, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (!entry.isFile() || NOT_READ.test(relative(SOURCE, file))) continue;
  if (file.endsWith(".svelte")) lookAtComponent(file);
  else if (file.endsWith(".ts")) lookAtScript(file, readFileSync(file, "utf8"));
}

if (found.length > 0) {
  process.stderr.write(
    `Words that are not in the catalogue (src/i18n/en). Put them there:\n${found.sort().join("\n")}\n`,
  );
  process.exitCode = 1;
}
