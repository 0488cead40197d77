import { reasonOf } from "../format/reason.ts";
import type { BankFolder } from "../host/ports.ts";

/** A folder of a run. */
export interface RunFolder extends BankFolder {
  /** Removes it, if it is temporary. */
  remove(): void;
}

/** Makes a folder for a bank that ends with the run. */
export function makeTemporaryFolder(): RunFolder {
  const path = Deno.makeTempDirSync({ prefix: "bank-" });
  const remove = () => {
    try {
      Deno.removeSync(path, { recursive: true });
    } catch {
      // A branch that ended last has removed it, or is removing it.
    }
  };
  return { path, bank: draw(), isTemporary: true, remove };
}

/**
 * Opens the folder of a bank, or founds one there.
 *
 * The name of the bank stands in `bank.json`, so that a journal that was lost is founded again
 * as one of the same bank.
 *
 * @throws {Error} when the folder cannot be used.
 */
export function openFolder(path: string): RunFolder {
  try {
    Deno.mkdirSync(path, { recursive: true });
    return { path, bank: bankIn(`${path}/bank.json`), isTemporary: false, remove: () => undefined };
  } catch (error) {
    throw new Error(`the folder ${path} cannot be used: ${reasonOf(error)}`, { cause: error });
  }
}

function bankIn(file: string): string {
  const drawn = `${file}.${draw()}`;
  try {
    // Whole or not at all, and only the first of two runs at once.
    Deno.writeTextFileSync(drawn, `${JSON.stringify({ bank: draw() })}\n`);
    Deno.linkSync(drawn, file);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    Deno.removeSync(drawn);
  }
  const { bank } = JSON.parse(Deno.readTextFileSync(file));
  if (typeof bank === "string" && /^[0-9a-f]{32}$/.test(bank)) return bank;
  throw new Error("bank.json does not name a bank");
}

function draw(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}
