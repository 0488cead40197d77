import { reasonOf } from "../format/reason.ts";

/** A place for a file that can be written, as was tried out. */
export interface OutputFile {
  /** Puts the whole file there in one piece: readers see the old one or the new one. */
  write(text: string): void;
}

/**
 * Makes sure, before any work is done, that a file can be written at `path`.
 *
 * @throws {Error} naming the path when it cannot.
 */
export function claimOutput(path: string): OutputFile {
  const target = attempt(path, () => targetOf(path));
  const temporary = target.replace(/[^/\\]*$/, `.${crypto.randomUUID()}.tmp`);
  attempt(path, () => {
    writeNew(temporary, "");
    Deno.removeSync(temporary);
  });
  return {
    write(text) {
      attempt(path, () => {
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

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new Error(`the output ${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
