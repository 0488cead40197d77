import { importsOf, type SourceTree, withoutStrings } from "./source_tree.ts";

/** Finds what breaks a rule, a sentence each. */
export type Rule = (tree: SourceTree) => readonly string[];

const floors = ["core", "host", "format", "adapter", "wiring"];
const formatPackages = /^(?:@grpc\/proto-loader|@bufbuild\/protobuf|@std\/cli)(?:\/|$)/;
const linesMax = { lib: 320, tests: 400 };

/** A file imports from a lower floor or its own folder; generated types stay in two floors. */
export const importsPointDown: Rule = (tree) =>
  everyImport(tree, (path, target) => {
    const folder = folderOf(path);
    const floor = floors.indexOf(folder);
    if (!path.startsWith("lib/") || !isPath(target)) return undefined;
    if (folder === "gen" || folder === "std") {
      return folderOf(target) === folder ? undefined : "imports from outside of its folder";
    }
    if (target.startsWith("lib/gen/")) {
      return floor >= floors.indexOf("format") ? undefined : "imports a generated file";
    }
    const targetFloor = target.startsWith("lib/") ? floors.indexOf(folderOf(target)) : -1;
    if (targetFloor === -1) return "imports what is on no floor";
    return targetFloor <= floor ? undefined : "imports upwards";
  });

/** What programs are put together of is put together for them: nothing of lib but itself knows it. */
export const wiringIsForPrograms: Rule = (tree) =>
  everyImport(tree, (path, target) => {
    const mayKnow = !path.includes("/") || path.startsWith("lib/wiring/");
    const isWiring = target.startsWith("lib/wiring/");
    return isWiring && !mayKnow ? "is no program and imports what puts one together" : undefined;
  });

/** Adapters do not import each other. */
export const adaptersStandAlone: Rule = (tree) =>
  everyImport(tree, (path, target) => {
    const both = [path, target].every((one) => one.startsWith("lib/adapter/"));
    return both ? "is an adapter and imports another" : undefined;
  });

/** The stand-ins for `@std` are imported by the names that the import map gives them. */
export const standInsGoByName: Rule = (tree) =>
  everyImport(tree, (path, target) => {
    const outside = target.startsWith("lib/std/") && !path.startsWith("lib/std/");
    return outside ? "imports a stand-in by its path" : undefined;
  });

/** Only adapters and programs name a technology, and everyone by the import map. */
export const technologyStaysOutside: Rule = (tree) => {
  const map: unknown = JSON.parse(tree.get("deno.json") ?? "{}").imports ?? {};
  const mapped = Object.keys(map as object);
  return everyImport(tree, (path, target) => {
    if (target === "?") return "imports what only a run can tell";
    if (isPath(target)) return undefined;
    const folder = folderOf(path);
    const generated = path.startsWith("lib/gen/") && target === "@grpc/proto-loader";
    if (path.startsWith("lib/") && folder === "format" && !formatPackages.test(target)) {
      return "imports a technology";
    }
    if (path.startsWith("lib/") && ["core", "host", "wiring"].includes(folder)) {
      return "imports a technology";
    }
    if (target.startsWith("node:") || generated) return undefined;
    const isMapped = mapped.some((name) => target === name || target.startsWith(`${name}/`));
    return isMapped ? undefined : "imports what the import map does not name";
  });
};

/** `tests/simulation` is a false world: it imports no adapter. */
export const simulationIsFalse: Rule = (tree) =>
  everyImport(tree, (path, target) => {
    const real = path.startsWith("tests/simulation/") && target.startsWith("lib/adapter/");
    return real ? "is a simulation and imports an adapter" : undefined;
  });

/** No module imports itself, on whatever way. */
export const importsMakeNoCircle: Rule = (tree) => {
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) faults.push(`${[...way.slice(start), path].join(" -> ")} is a circle`);
    if (start !== -1 || done.has(path)) return;
    const text = tree.get(path);
    if (text === undefined || !path.endsWith(".ts")) return;
    for (const target of importsOf(path, text)) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of tree.keys()) visit(path, []);
  return faults;
};

const world = new RegExp(
  [
    ...["Deno", "process", "Buffer", "console", "performance", "crypto", "fetch", "navigator"],
    ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "Temporal"],
    ...["new Date\\b", "Date\\.now", "Math\\.random", "globalThis"],
  ].map((word) => `\\b${word}`).join("\\b|") + "\\b",
);

/** Floors 0 to 2 touch nothing: no platform, clock or randomness. */
export const pureFloorsTouchNothing: Rule = (tree) =>
  everyFile(tree, /^lib\/(?:core|host|format)\//, (code) => {
    const [touched] = world.exec(code) ?? [];
    return touched === undefined ? undefined : `uses ${touched}`;
  });

/** The core waits for nothing. */
export const coreIsSynchronous: Rule = (tree) =>
  everyFile(tree, /^lib\/core\//, (code) => {
    const [waiting] = /\b(?:async|await|Promise|then)\b/.exec(code) ?? [];
    return waiting === undefined ? undefined : `uses ${waiting}`;
  });

/** Each file of lib has a test of its name, or a reason why not; and each such test a file. */
export function testsMirrorLib(unmirrored: ReadonlyMap<string, string>): Rule {
  return (tree) => {
    const faults: string[] = [];
    const mirrors = new Set<string>();
    for (const path of tree.keys()) {
      const [, folder = "", name] = /^lib\/(\w+)\/(\w+)\.ts$/.exec(path) ?? [];
      if (name === undefined || folder === "gen") continue;
      const tests = [...tree.keys()].filter((test) => isTestOf(test, `tests/${folder}/${name}`));
      for (const test of tests) mirrors.add(test);
      const mirrored = tests.includes(`tests/${folder}/${name}_test.ts`);
      if (!mirrored && !unmirrored.has(path)) faults.push(`${path} has no test of its name`);
      if (mirrored && unmirrored.has(path)) {
        faults.push(`${path} has a test, and a reason for none`);
      }
    }
    for (const path of unmirrored.keys()) {
      if (!tree.has(path)) faults.push(`${path} has a reason for no test, and is not there`);
    }
    for (const path of tree.keys()) {
      const isMirror = /^tests\/(?:core|host|format|adapter|std)\/\w+_test\.ts$/.test(path);
      if (isMirror && !mirrors.has(path)) faults.push(`${path} tests no file of lib`);
    }
    return faults;
  };
}

function isTestOf(test: string, stem: string): boolean {
  return test.startsWith(`${stem}_`) && test.endsWith("_test.ts");
}

/** Each export of lib says what it is, directly above; of overloads, the first does. */
export const exportsAreDocumented: Rule = (tree) =>
  [...tree].filter(([path]) => /^lib\/(?!gen\/).*\.ts$/.test(path)).flatMap(([path, text]) => {
    const overloaded = new Set<string>();
    return [...text.matchAll(ownExport)].flatMap(([, comment, line = ""]) => {
      const [, name] = /^export (?:default )?(?:async )?function\*? (\w+)/.exec(line) ?? [];
      const isTold = comment !== undefined || overloaded.has(name ?? "");
      if (isTold && name !== undefined) overloaded.add(name);
      return isTold ? [] : [`${path} exports what it does not explain: ${line}`];
    });
  });

// The JSDoc, if there is one, and the line; what is handed on is explained where it is from.
const ownExport =
  /(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?^(export\b(?!\s*(?:\*|(?:type\s*)?\{[^}]*\}\s*from\b)).*)$/gm;

/** A file holds one idea. */
export const filesAreShort: Rule = (tree) =>
  [...tree].flatMap(([path, text]) => {
    const lines = text.split("\n").length - 1;
    const max = path.startsWith("tests/") ? linesMax.tests : linesMax.lib;
    const judged = path.endsWith(".ts") && !path.startsWith("lib/gen/");
    return judged && lines > max ? [`${path} has ${lines} lines; at most ${max}`] : [];
  });

/** No task, script or test asks for all permissions. */
export const permissionsAreNamed: Rule = (tree) =>
  [...tree].flatMap(([path, text]) => {
    const [found] = /(?<![\w-])(?:-A|--allow-all)(?![\w-])/.exec(text) ?? [];
    const judged = /^(?:deno\.json|\.ci\/|lib\/|tests\/|proto\/|docs\/|README)/.test(path);
    const isRule = path === "tests/tidy_rules.ts";
    return judged && !isRule && found !== undefined ? [`${path} asks for ${found}`] : [];
  });

/** The project stands alone: it names no folder beside it. */
export const nothingRefersOutside: Rule = (tree) => {
  const outside = new RegExp(["\\bshar", "ed\\/"].join(""));
  return [...tree].filter(([, text]) => outside.test(text))
    .map(([path]) => `${path} refers to a folder beside the project`);
};

/** A test is left out by the helper for permissions only. */
export const noTestIsSkipped: Rule = (tree) =>
  everyFile(tree, /^tests\/(?!permitted\.ts)/, (code) => {
    const [skipped] = /\.(?:only|skip|ignore)\(|\b(?:only|skip|ignore):/.exec(code) ?? [];
    return skipped === undefined ? undefined : `leaves tests out with ${skipped}`;
  });

/** A rule of the linter, formatter or type checker is silenced with its reason beside it. */
export const silenceHasReason: Rule = (tree) =>
  [...tree].flatMap(([path, text]) => {
    const judged = path.endsWith(".ts") && !/^lib\/gen\/|^tests\/tidy_rules/.test(path);
    const silenced = judged ? text.match(/^.*(?:deno-\w+-ignore|@ts-\w+).*$/gm) ?? [] : [];
    return silenced.filter((line) => !/ -- \S/.test(line))
      .map((line) => `${path} silences a rule without a reason: ${line.trim()}`);
  });

/** Finds what stands at the top level and should not. */
export function unknownEntries(names: Iterable<string>, known: Iterable<string>): string[] {
  const all = new Set(known);
  return [...names].filter((name) => !all.has(name) && !name.endsWith(".log"));
}

function everyImport(
  tree: SourceTree,
  judge: (path: string, target: string) => string | undefined,
): readonly string[] {
  return [...tree].filter(([path]) => path.endsWith(".ts")).flatMap(([path, text]) =>
    importsOf(path, text).flatMap((target) => {
      const fault = judge(path, target);
      return fault === undefined ? [] : [`${path} ${fault}: ${target}`];
    })
  );
}

function everyFile(
  tree: SourceTree,
  which: RegExp,
  judge: (code: string) => string | undefined,
): readonly string[] {
  const files = [...tree].filter(([path]) => which.test(path) && path.endsWith(".ts"));
  return files.flatMap(([path, text]) => {
    const fault = judge(withoutStrings(text));
    return fault === undefined ? [] : [`${path} ${fault}`];
  });
}

function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function isPath(target: string): boolean {
  return /\.(?:ts|js|json)$/.test(target) && !/^(?:node|npm|jsr|https?):/.test(target);
}
