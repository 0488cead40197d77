/** The text files of the project by path, such as `lib/core/ids.ts`. */
export type SourceTree = ReadonlyMap<string, string>;

const passedOver = new Set([".git", "node_modules", "bin", "coverage"]);
const textual = /(?:\.(?:ts|js|json|jsonl|md|proto|yaml|yml|txt|sh)|\/run|^[A-Z]+|^\.gitignore)$/;

/** Reads the text files below `root`, a `file:` URL that ends with a slash. */
export function readTree(root: URL): SourceTree {
  const tree = new Map<string, string>();
  for (const path of pathsIn(root, "")) tree.set(path, Deno.readTextFileSync(new URL(path, root)));
  return tree;
}

function* pathsIn(root: URL, folder: string): Generator<string> {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(new URL(`./${folder}`, root))) {
    const path = folder + name;
    if (isDirectory && !passedOver.has(name)) yield* pathsIn(root, `${path}/`);
    if (isFile && textual.test(path)) yield path;
  }
}

/** Gives a TypeScript text without its comments. */
export function withoutComments(text: string): string {
  return text.replace(commentOrString, (found) => found.startsWith("/") ? " " : found);
}

/** Gives a TypeScript text without its comments, and with every string empty. */
export function withoutStrings(text: string): string {
  return text.replace(commentOrString, (found) => found.startsWith("/") ? " " : '""');
}

// A string ends with its line at the latest, so that a quote in a regular expression, which is
// not told from a string here, hides no more than the rest of its line.
const commentOrString = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/**
 * Tells what a module imports, types and re-exports included: paths in the tree for relative
 * specifiers, others as they are. An `import()` of no literal is given as `?`.
 */
export function importsOf(path: string, text: string): readonly string[] {
  const code = withoutComments(text);
  const specifiers = [...code.matchAll(specifier)].map((match) => match[1] ?? match[2] ?? "?");
  return specifiers.map((found) =>
    found.startsWith(".") ? new URL(found, `file:///${path}`).pathname.slice(1) : found
  );
}

const specifier =
  /\b(?:import|export)\b(?:[^;"'()]*?\bfrom\b)?\s*["']([^"'\n]+)["']|\bimport\s*\(\s*(?:["']([^"'\n]+)["'])?/g;
