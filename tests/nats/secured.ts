import { assertEquals } from "@std/assert";
import { readAllCredentials } from "../../lib/adapter/credentials.ts";
import { Teller } from "../../lib/adapter/teller.ts";
import type { Command } from "../../lib/core/command.ts";
import { money } from "../../lib/core/money.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import type { Credentials, Identity } from "../../lib/format/identity.ts";
import { carry } from "../adapter/carry.ts";
import { branch, customer, deposit, query } from "../core/samples.ts";
import { ended, start } from "../end_to_end/bank.ts";
import { ByHand, freeAddresses, freshId, writeBank } from "../end_to_end/by_hand.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { type ClusterPlace, NatsCluster } from "./cluster.ts";
import { certificateCommands, documentedConfigs } from "./documented.ts";

const ids = [1, 2, 3] as const;

/** A bank of three branches with certificates, over a cluster as the documentation describes it. */
export class SecuredNats implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly #addresses = freeAddresses(3);
  readonly #running: ByHand[] = [];
  #cluster: NatsCluster | undefined;
  #session: VersionVector = nothingKnown;
  #commands = 0;

  private constructor() {
    writeBank(this.folder, this.#addresses, { bank: "first-bank" });
  }

  /** Makes all certificates, and starts servers and branches. */
  static async found(): Promise<SecuredNats> {
    const bank = new SecuredNats();
    const args = ["certs", "--bank", "bank.json", "--customer", "1"];
    const made = await ended(start("certs", args, bank));
    assertEquals(made.code, 0, made.stderr);
    bank.#cluster = await NatsCluster.start({
      hasStreams: false,
      configure: (place) => bank.#configure(place),
    });
    await Promise.all(ids.map((id) => bank.#start(id)));
    return bank;
  }

  /** The servers. */
  get cluster(): NatsCluster {
    if (this.#cluster === undefined) throw new Error("there are no servers");
    return this.#cluster;
  }

  /** What somebody shows. */
  shownBy(identity: Identity): Credentials {
    const founding = { bank: "first-bank", members: ids.map(branch), opening: money(400) };
    const [shown] = readAllCredentials(this.folder.at("certs"), [identity], founding).values();
    if (shown === undefined) throw new Error("there are no certificates");
    return shown;
  }

  /** Carries a command of customer 1 to a branch. */
  async carry(id: number, command: Command) {
    const teller = new Teller({ credentials: this.shownBy({ kind: "customer", id: customer(1) }) });
    const address = this.#addresses[id - 1] ?? "";
    const call = { branch: branch(id), address, command, session: this.#session } as const;
    const { result, session } = await carry(teller, call);
    this.#session = session;
    return result;
  }

  /** Deposits so much at a branch. */
  async deposit(id: number, amount: number): Promise<void> {
    const result = await this.carry(id, deposit(freshId(`run/1/${++this.#commands}`), amount));
    assertEquals(result.kind, "written");
  }

  /** Tells what each branch shows. */
  async balances(): Promise<readonly unknown[]> {
    const shown: unknown[] = [];
    for (const id of ids) {
      const result = await this.carry(id, query);
      shown.push(result.kind === "balance" ? result.balance : result.kind);
    }
    return shown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) await running[Symbol.asyncDispose]();
    await this.#cluster?.[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }

  async #start(id: number): Promise<void> {
    const servers = this.cluster.nodes.map(({ address }) => address).join(",");
    const args = ["--tls", "certs", "--data", `${id}.db`, "--propagation", `tls://${servers}`];
    const running = new ByHand(this.folder, [id], ...args);
    this.#running.push(running);
    if (await running.line() === undefined) throw new Error(await running.complaint());
  }

  #configure(place: ClusterPlace): readonly string[] {
    for (const id of ids) {
      const { success, stderr } = new Deno.Command("sh", {
        args: ["-ec", certificateCommands(id)],
        cwd: this.folder.path,
      }).outputSync();
      assertEquals(success, true, new TextDecoder().decode(stderr));
      for (const name of [`nats-${id}.pem`, `nats-${id}.key`]) {
        place.folder.write(name, this.folder.read(name) ?? "");
      }
    }
    const authority = Deno.readTextFileSync(this.folder.at("certs/authority/certificate.pem"));
    place.folder.write("authority.pem", authority);
    return documentedConfigs(place);
  }
}
