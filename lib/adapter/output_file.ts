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
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  attempt(path, () => {
    if (isFolder(path)) throw new Error("it is a folder");
    Deno.writeTextFileSync(temporary, "", { createNew: true });
    Deno.removeSync(temporary);
  });
  return {
    write(text) {
      attempt(path, () => {
        try {
          Deno.writeTextFileSync(temporary, text, { createNew: true });
          Deno.renameSync(temporary, path);
        } catch (error) {
          removeIfThere(temporary);
          throw error;
        }
      });
    },
  };
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new Error(`the output ${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
