import { issuer } from "../../lib/adapter/certificate_issuer.ts";
import { takeStock } from "../../lib/adapter/certificate_stock.ts";
import { makeCertificates } from "../../lib/adapter/certificates.ts";
import { type Credentials, readCredentials } from "../../lib/adapter/credentials.ts";
import type { Bank } from "../../lib/format/bank_file.ts";
import type { CertificateRequest } from "../../lib/format/certificate_arguments.ts";
import { madeMs } from "../core/samples.ts";
import { bank, owner, request } from "../format/found_certificates.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

/** What a call is made with, if not as usual. */
export interface Unusual {
  readonly bank?: Bank;
  readonly nowMs?: number;
  /** After how many lines the call is interrupted. */
  readonly linesMax?: number;
}

/** A folder of certificates for a bank of two branches. */
export class CertificateFolder implements Disposable {
  readonly #folder = new TemporaryFolder();
  /** Where it is; it is not there before the first call. */
  readonly path = this.#folder.at("certs");

  /** Makes certificates, and gives what was said, without the folder's path. */
  async call(wanted: Partial<CertificateRequest> = {}, unusual: Unusual = {}): Promise<string[]> {
    const { linesMax = Infinity } = unusual;
    const lines: string[] = [];
    const tell = (line: string): void => {
      lines.push(line.replaceAll(`${this.path}/`, ""));
      if (lines.length > linesMax) throw new Error("interrupted");
    };
    const parts = { bank, nowMs: madeMs, ...unusual, takeStock, issuer, tell };
    const done = await makeCertificates({ ...request, folder: this.path, ...wanted }, parts);
    if (done.kind === "plan") return lines;
    throw new Error(done.faults.join("\n").replaceAll(this.path, "certs"));
  }

  /** Gives what is in a folder of somebody, which fits together, or throws. */
  read(name: string, nowMs = madeMs): Credentials {
    const expected = { bank: bank.name, identity: owner(name), nowMs };
    return readCredentials(`${this.path}/${name}`, expected);
  }

  /** Gives a file. */
  text(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  /** Writes a file. */
  write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.path}/${name}`, text);
  }

  /** Lets another entry be called so. */
  rename(from: string, to: string): void {
    Deno.renameSync(`${this.path}/${from}`, `${this.path}/${to}`);
  }

  /** Removes an entry. */
  remove(name: string): void {
    Deno.removeSync(`${this.path}/${name}`, { recursive: true });
  }

  /** Gives all files by their names, with their modes. */
  files(): ReadonlyMap<string, string> {
    const files = new Map<string, string>();
    const visit = (folder: string): void => {
      for (const { name, isDirectory } of Deno.readDirSync(`${this.path}/${folder}`)) {
        const path = `${folder}${name}`;
        if (isDirectory) visit(`${path}/`);
        else {files.set(
            path,
            ((Deno.statSync(`${this.path}/${path}`).mode ?? 0) & 0o777).toString(8),
          );}
      }
    };
    visit("");
    return new Map([...files].toSorted(([left], [right]) => left < right ? -1 : 1));
  }

  /** Gives all that is in the files. */
  texts(): ReadonlyMap<string, string> {
    return new Map([...this.files().keys()].map((name) => [name, this.text(name)]));
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** The permissions that it takes. */
export const certificateFiles = [{ name: "read" }, { name: "write" }] as const;
