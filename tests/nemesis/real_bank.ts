import type { BranchId } from "../../lib/core/ids.ts";
import { asConfined, confinedBranch, confinementOf } from "../../lib/format/confinement.ts";
import { Random } from "../simulation/random.ts";
import { branch } from "../core/samples.ts";
import type { NatsCluster } from "../nats/cluster.ts";
import { BranchProcess } from "./branch_process.ts";
import type { Diary } from "./diary.ts";
import { freePorts } from "./free_ports.ts";
import { Guard } from "./guard.ts";
import { customers, Links } from "./links.ts";

/** How a bank is founded. */
export interface BankPlan {
  readonly folder: string;
  /** Its name, and part of every command id. */
  readonly run: string;
  readonly branches: number;
  readonly seed: number;
  readonly opening: number;
}

/** The bank of a nemesis: real processes, started by hand, which call each other through proxies. */
export class RealBank {
  /** Its branches. */
  readonly branches: readonly BranchProcess[];
  /** How they call each other, and how customers call them. */
  readonly links: Links;
  /** What every caller shows. */
  readonly secret = crypto.randomUUID();
  readonly #guard = new Guard();

  /** Writes all files, and starts nothing yet; a cluster of NATS may carry its messages. */
  constructor(plan: BankPlan, diary: Diary, cluster?: Pick<NatsCluster, "nodes">) {
    const { folder, branches: count } = plan;
    const ids = Array.from({ length: count }, (_, index) => branch(index + 1));
    const addresses = freeAddresses(ids, new Random(plan.seed, "ports"));
    const nodes = cluster?.nodes.map(({ name, address }) => [name, address] as const);
    this.links = new Links(addresses, nodes && new Map(nodes));
    this.branches = ids.map((id) => {
      const own = `${folder}/branch-${id}`;
      Deno.mkdirSync(own);
      Deno.writeTextFileSync(`${own}/secret.txt`, `${this.secret}\n`);
      const seen = new Map([...addresses, ...this.links.addressesFor(id)]);
      Deno.writeTextFileSync(`${own}/bank.json`, bankFile(plan, seen));
      const args = commandLine(id, own, this.links.serversFor(id));
      return new BranchProcess({ id, args, folder: own, guard: this.#guard, diary });
    });
  }

  /** Where customers reach each branch. */
  get addresses(): ReadonlyMap<BranchId, string> {
    return this.links.addressesFor(customers);
  }

  /** How branches have ended that nobody told to: after that, nothing can be healed. */
  get ownEnds(): readonly string[] {
    return this.branches.flatMap(({ id, ownEnd }) =>
      ownEnd === undefined ? [] : [`branch ${id} ended by itself ${ownEnd}`]
    );
  }

  /** Starts all branches that are down; resolves when all listen. */
  async start(): Promise<void> {
    for (const process of this.branches) process.start();
    for (const process of this.branches) await process.listens();
  }

  /** Kills all branches in one go. */
  async kill(): Promise<void> {
    await Promise.all(this.branches.map((process) => process.kill()));
  }

  /** Lets everything go on that was held up, and starts what is down. */
  async heal(): Promise<void> {
    this.links.heal();
    await this.start();
  }

  /** Ends all that belongs to it, at once. */
  async close(): Promise<void> {
    await this.kill();
    this.links.close();
    await this.#guard.close();
  }
}

/** Where a branch has its journal. */
export function journalOf({ id, folder }: BranchProcess): string {
  return journalIn(folder, id);
}

function journalIn(folder: string, id: BranchId): string {
  return `${folder}/branch-${id}.journal`;
}

/** A branch as its task starts it, but that nobody stands between: a kill is to be the branch's. */
function commandLine(
  id: BranchId,
  folder: string,
  servers: readonly string[],
): readonly string[] {
  const args = [
    ...servers.length === 0 ? [] : ["--propagation", `nats://${servers.join(",")}`],
    ...["--bank", "bank.json", "--secret", "secret.txt", "--id", `${id}`],
    ...["--data", journalIn(folder, id), "--log-level", "error"],
  ];
  const confinement = confinementOf(args, (file) => Deno.readTextFileSync(`${folder}/${file}`));
  const root = new URL("../../", import.meta.url).href;
  const origin = { standalone: false, execPath: Deno.execPath(), folder: root };
  return confinedBranch(confinement, origin).args.filter((arg) => arg !== asConfined);
}

function bankFile({ opening, run }: BankPlan, addresses: ReadonlyMap<BranchId, string>): string {
  const records = [...addresses].map(([id, address]) => (
    { id, type: "branch", balance: opening, address, bank: run }
  ));
  return JSON.stringify(records.toSorted((left, right) => left.id - right.id));
}

function freeAddresses(ids: readonly BranchId[], random: Random): ReadonlyMap<BranchId, string> {
  const ports = freePorts(ids.length, random);
  return new Map(ids.map((id, index) => [id, `127.0.0.1:${ports[index]}`]));
}
