import { reasonOf } from "../format/reason.ts";

/** A place for a file that can be written, as was tried out. */
export interface OutputFile {
  /** Puts the whole file there in one piece: readers see the old one or the new one. */
  write(text: string): void;
}

/**
 * Makes sure, before any work is done, that a file can be written at `path`.
 *
 * @throws {Error} naming the path, and what the file is for, when it cannot.
 */
export function claimOutput(path: string, what = "output"): OutputFile {
  const named = `the ${what} ${path}`;
  const target = attempt(named, () => targetOf(path));
  const temporary = target.replace(/[^/\\]*$/, `.${crypto.randomUUID()}.tmp`);
  attempt(named, () => {
    writeNew(temporary, "");
    Deno.removeSync(temporary);
  });
  return {
    write(text) {
      attempt(named, () => {
        try {
          writeNew(temporary, text);
          Deno.renameSync(temporary, target);
        } catch (error) {
          removeIfThere(temporary);
          throw error;
        }
      });
    },
  };
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
