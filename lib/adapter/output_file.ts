import { reasonOf } from "../format/reason.ts";

/** A place for a file that can be written, as was tried out. */
export interface OutputFile {
  /** Puts the whole file there in one piece: readers see the old one or the new one. */
  write(text: string): void;
}

/** Places for files that belong together and can be written, as was tried out. */
export interface OutputFiles {
  /**
   * Puts all of them there, each in one piece, once all are on the disk: if one cannot be
   * written, the old ones stay.
   */
  write(texts: readonly string[]): void;
}

/**
 * Makes sure, before any work is done, that a file can be written at `path`.
 *
 * @throws {Error} naming the path, and what the file is for, when it cannot.
 */
export function claimOutput(path: string, what = "output"): OutputFile {
  const files = claimOutputs([path], what);
  return { write: (text) => files.write([text]) };
}

/**
 * Makes sure of files beside each other, as {@linkcode claimOutput} does of one. Where their
 * folder is not there, it makes sure that it can be, and makes it when they are written.
 *
 * @throws {Error} naming the first path that cannot be written.
 */
export function claimOutputs(paths: readonly string[], what = "output"): OutputFiles {
  const places = paths.map((path) => placeOf(path, what));
  const folder = absentFolderOf(paths);
  for (const place of folder === undefined ? places : [placeOf(folder, what)]) {
    stage(place, "");
    removeIfThere(place.temporary);
  }
  return {
    write(texts) {
      if (folder !== undefined) {
        attempt(`the ${what} ${folder}`, () => Deno.mkdirSync(folder, { recursive: true }));
      }
      try {
        places.forEach((place, index) => stage(place, texts[index] ?? ""));
        for (const { named, path } of places) attempt(named, () => targetOf(path));
        for (const { named, temporary, target } of places) {
          attempt(named, () => Deno.renameSync(temporary, target));
        }
      } catch (error) {
        for (const { temporary } of places) removeIfThere(temporary);
        throw error;
      }
    },
  };
}

/** Where a file goes, and where it waits until then. */
interface Place {
  /** How complaints name it. */
  readonly named: string;
  readonly path: string;
  readonly target: string;
  readonly temporary: string;
}

function placeOf(path: string, what: string): Place {
  const named = `the ${what} ${path}`;
  const target = attempt(named, () => targetOf(path));
  const temporary = target.replace(/[^/\\]*$/, `.${crypto.randomUUID()}.tmp`);
  return { named, path, target, temporary };
}

function stage({ named, temporary }: Place, text: string): void {
  attempt(named, () => writeNew(temporary, text));
}

/** Names the folder of several files, if that is not there; one file makes no folder. */
function absentFolderOf([path = "", ...others]: readonly string[]): string | undefined {
  const folder = path.replace(/(^|[/\\])[^/\\]*$/, "");
  if (others.length === 0 || folder === "") return undefined;
  try {
    Deno.statSync(folder);
    return undefined;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? folder : undefined;
  }
}

/** Tells whether two paths are of one file, whether it is there or not. */
export function isSameFile(left: string, right: string): boolean {
  return left === right || realPathOf(left) === realPathOf(right);
}

function realPathOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    // It is not there; then neither is a link.
    return folderOf(path) + path.replace(/^.*[/\\]/, "");
  }
}

function folderOf(path: string): string {
  const folder = path.replace(/[^/\\]*$/, "");
  try {
    return `${Deno.realPathSync(folder === "" ? "." : folder)}/`;
  } catch {
    // What is not to be reached is said by whoever opens it.
    return folder;
  }
}

/** Follows a link to a file that is there: the file is replaced, and the link stays. */
function targetOf(path: string): string {
  try {
    if (Deno.statSync(path).isDirectory) throw new Error("it is a folder");
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

/** Writes a file that was not there, and has it on the disk when it returns. */
function writeNew(path: string, text: string): void {
  using file = Deno.openSync(path, { write: true, createNew: true });
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
  file.syncSync();
}

function attempt<Result>(named: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new Error(`${named} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
