import { Teller } from "../../lib/adapter/teller.ts";
import type { Command } from "../../lib/core/command.ts";
import { type Credentials, type Identity, identityName } from "../../lib/format/identity.ts";
import { carry } from "../adapter/carry.ts";
import { type Authority, foundAuthority } from "../adapter/identities.ts";
import { branch, customer } from "../core/samples.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { branchRecord } from "./bank.ts";
import { ByHand, freeAddresses } from "./by_hand.ts";

const ids = [1, 2, 3] as const;

/** A bank of three branches with certificates, each a process of its own. */
export class SecuredBank implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  /** Where each branch listens. */
  readonly addresses: readonly string[];
  readonly #branches = new Map<number, ByHand>();
  /** What each customer shows. */
  readonly shown = new Map<number, Credentials>();

  private constructor(addresses: readonly string[]) {
    this.addresses = addresses;
  }

  /** Founds one whose branches open with 400 and listen at these hosts. */
  static async found(hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]): Promise<SecuredBank> {
    const addresses = freeAddresses(3).map((address, index) => (
      address.replace("127.0.0.1", hosts[index] ?? "")
    ));
    const bank = new SecuredBank(addresses);
    await bank.issue(await foundAuthority());
    bank.folder.write("bank.json", JSON.stringify(bank.records()));
    return bank;
  }

  /** The records of its branches, with these addresses or their own. */
  records(addresses = this.addresses): readonly object[] {
    return addresses.map((address, index) => (
      { ...branchRecord(index + 1, 400), bank: "first-bank", address }
    ));
  }

  /** Gives all branches and customers certificates of an authority. */
  async issue(authority: Authority, trusted: readonly Authority[] = [authority]): Promise<void> {
    const pem = trusted.map(({ own }) => own.certificate).join("");
    await this.issueBranches(authority, trusted);
    for (const id of ids) {
      const shown = await authority.issue({ kind: "customer", id: customer(id) });
      this.shown.set(id, { ...shown, authority: pem });
      this.#write({ kind: "customer", id: customer(id) }, pem, shown);
    }
  }

  /** Gives branches certificates of an authority, and lets them trust some. */
  async issueBranches(authority: Authority, trusted: readonly Authority[]): Promise<void> {
    const pem = trusted.map(({ own }) => own.certificate).join("");
    for (const id of ids) {
      const identity = { kind: "branch", id: branch(id) } as const;
      this.#write(identity, pem, await authority.issue(identity));
    }
  }

  /** A customer who calls branches itself. */
  teller(id: number) {
    const credentials = this.shown.get(id);
    if (credentials === undefined) throw new Error(`customer ${id} has no certificate`);
    const teller = new Teller({ credentials });
    return (at: number, command: Command) => (
      carry(teller, { branch: branch(at), address: this.addresses[at - 1] ?? "", command })
    );
  }

  #write(identity: Identity, authority: string, { certificate, key }: Credentials): void {
    const name = `certs/${identityName(identity)}`;
    Deno.mkdirSync(this.folder.at(name), { recursive: true });
    this.folder.write(`${name}/authority.pem`, authority);
    this.folder.write(`${name}/certificate.pem`, certificate);
    this.folder.write(`${name}/key.pem`, key);
  }

  /** Starts a branch, and resolves when it listens. */
  async start(id: number, file = "bank.json"): Promise<void> {
    const args = ["--bank", file, "--tls", "certs", "--data", `${id}.db`, "--log-level", "info"];
    const started = new ByHand(this.folder, [id], ...args);
    this.#branches.set(id, started);
    const line = await started.line();
    if (line?.startsWith(`branch ${id} listens on `) === true) return;
    throw new Error(`${line}: ${await started.complaint()}`);
  }

  /** Starts all of them. */
  async startAll(fileOf: (id: number) => string = () => "bank.json"): Promise<void> {
    await Promise.all(ids.map((id) => this.start(id, fileOf(id))));
  }

  /** A branch that was started. */
  branch(id: number): ByHand {
    const started = this.#branches.get(id);
    if (started === undefined) throw new Error(`branch ${id} was not started`);
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const started of this.#branches.values()) await started[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}
