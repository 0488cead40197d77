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
    if (!isThere(`${path}/bank.json`) && hasJournals(path)) {
      throw new Error("there are journals, and no bank.json that names their bank");
    }
    return { path, bank: bankIn(`${path}/bank.json`), isTemporary: false, remove: () => undefined };
  } catch (error) {
    throw new Error(`the folder ${path} cannot be used: ${reasonOf(error)}`, { cause: error });
  }
}

function bankIn(file: string): string {
  if (!isThere(file)) write(file, `${JSON.stringify({ bank: draw() })}\n`);
  const bank = nameIn(Deno.readTextFileSync(file));
  if (bank === undefined) throw new Error("bank.json does not name a bank");
  return bank;
}

function hasJournals(path: string): boolean {
  return [...Deno.readDirSync(path)].some(({ name }) => name.endsWith(".journal"));
}

/** Writes a file whole or not at all, to the disk; only the first of two writes it. */
function write(file: string, text: string): void {
  const drawn = `${file}.${draw()}`;
  try {
    using open = Deno.openSync(drawn, { write: true, createNew: true });
    open.writeSync(new TextEncoder().encode(text));
    open.syncSync();
    Deno.linkSync(drawn, file);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    if (isThere(drawn)) Deno.removeSync(drawn);
  }
}

function nameIn(text: string): string | undefined {
  try {
    const bank = JSON.parse(text)?.bank;
    return typeof bank === "string" && /^[0-9a-f]{32}$/.test(bank) ? bank : undefined;
  } catch {
    // It is no JSON, and so names nothing.
    return undefined;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function draw(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}
