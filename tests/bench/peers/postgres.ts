import { type Seen, seenIn } from "../keep_calling.ts";
import { freePorts } from "../real_bank.ts";
import { exists, type Guarantees, type Pace, type Peer, type Place, type Running } from "./peer.ts";
import { outputOf, PeerProcess, type Surroundings } from "./peer_process.ts";

const oneNode = {
  durable: "synced to the disk of its one node",
  belowZero: "refused by a CHECK of the column",
  partition: "whoever cannot reach the node can do nothing",
} as const;

const bare: Guarantees = { ...oneNode, retry: "counts twice", history: "none" };

const remembered: Guarantees = {
  ...oneNode,
  retry: "the same command id counts once",
  history: "a row for each command, until it is deleted",
};

const tables = `
  CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
  CREATE TABLE command (id uuid PRIMARY KEY, amount bigint NOT NULL);
  INSERT INTO account VALUES (1, 0);
`;

const update = "UPDATE account SET balance = balance + 1 WHERE id = 1;";

/** One statement is one transaction, and one round trip: an id that is there changes nothing. */
const updateOnce = `
  WITH fresh AS (
    INSERT INTO command VALUES (gen_random_uuid(), 1) ON CONFLICT DO NOTHING RETURNING amount
  ) UPDATE account SET balance = balance + fresh.amount FROM fresh WHERE account.id = 1;
`.replaceAll("\n", " ");

/** A PostgreSQL of one node, in a new cluster with its defaults. */
export const postgres: Peer = {
  name: "PostgreSQL, one node, its defaults, asked by pgbench with prepared statements",
  debianPackage: "postgresql",
  async start({ folder, root }: Place): Promise<Running | undefined> {
    const programs = programsBelow(root);
    if (programs === undefined) return undefined;
    const surroundings = await ownFolder(folder);
    const cluster = ["--pgdata=cluster", "--username=postgres", "--auth=trust", "--locale=C"];
    await outputOf([`${programs}/initdb`, ...cluster, "--encoding=UTF8"], surroundings);
    const [port = 0] = freePorts(1);
    const listening = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="];
    const args = ["-D", "cluster", "-p", `${port}`, ...listening];
    await using stack = new AsyncDisposableStack();
    const server = stack.use(
      new PeerProcess(
        [`${programs}/postgres`, ...args],
        "ready to accept connections",
        surroundings,
      ),
    );
    await server.ready();
    const database = new Database({ programs, port, surroundings });
    await database.told(tables);
    const started = stack.move();
    const line = (name: string, script: string, guarantees: Guarantees) => ({
      ...{ name, guarantees, inFlight: [1, 64] },
      measure: (pace: Pace) => database.measure(script, pace),
    });
    return {
      lines: [
        line("UPDATE of the row", update, bare),
        line("INSERT of a command id, and UPDATE if it is new", updateOnce, remembered),
      ],
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    };
  },
};

/** Finds the programs of the newest version, where Debian puts them. */
function programsBelow(root: string): string | undefined {
  const versions = `${root}usr/lib/postgresql`;
  if (!exists(versions)) return undefined;
  return [...Deno.readDirSync(versions)].map(({ name }) => name)
    .toSorted((left, right) => Number(right) - Number(left))
    .map((version) => `${versions}/${version}/bin`)
    .find((programs) => ["initdb", "postgres"].every((name) => exists(`${programs}/${name}`)));
}

/** Gives it a folder of its own: it refuses to run as root, whose the bench's may be. */
async function ownFolder(parent: string): Promise<Surroundings> {
  const folder = `${parent}/postgres`;
  const user = Deno.statSync(parent).uid === 0 ? "postgres" : undefined;
  const owner = user === undefined ? [] : [`--owner=${user}`, `--group=${user}`];
  await outputOf(["install", "--directory", "--mode=700", ...owner, folder], { folder: parent });
  return { folder, user };
}

/** A database that serves, as its clients see it. */
class Database {
  readonly #programs: string;
  readonly #address: readonly string[];
  readonly #surroundings: Surroundings;

  constructor({ programs, port, surroundings }: {
    readonly programs: string;
    readonly port: number;
    readonly surroundings: Surroundings;
  }) {
    this.#programs = programs;
    this.#address = ["-h", "127.0.0.1", "-p", `${port}`, "-U", "postgres"];
    this.#surroundings = surroundings;
  }

  /** Carries out statements, and gives what they show. */
  told(statements: string): Promise<string> {
    const plain = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"];
    const command = [`${this.#programs}/psql`, ...this.#address, ...plain, "-c", statements];
    return outputOf(command, this.#surroundings);
  }

  /** Lets pgbench repeat a script; throws if not all counted once. */
  async measure(script: string, { warmUpMs, durationMs, ...pace }: Pace): Promise<Seen> {
    const before = await this.#balance();
    const warm = warmUpMs === 0 ? 0 : (await this.#repeat(script, warmUpMs, pace)).commands;
    const seen = await this.#repeat(script, durationMs, pace);
    if (await this.#balance() - before !== warm + seen.commands) {
      throw new Error("not all counted once");
    }
    return seen;
  }

  async #balance(): Promise<number> {
    return Number(await this.told("SELECT balance FROM account"));
  }

  async #repeat(
    script: string,
    ms: number,
    { inFlight, signal }: Pick<Pace, "inFlight" | "signal">,
  ): Promise<Seen> {
    const { folder } = this.#surroundings;
    Deno.writeTextFileSync(`${folder}/script.sql`, script);
    const clients = ["-c", `${inFlight}`, "-j", `${Math.min(inFlight, 2)}`];
    // It counts whole seconds; within less each client does its work once.
    const long = ms < 1_000 ? ["-t", "1"] : ["-T", `${Math.round(ms / 1_000)}`];
    const how = ["-n", "-M", "prepared", ...long];
    const what = ["-f", "script.sql", "-l", "--log-prefix=latencies"];
    const command = [`${this.#programs}/pgbench`, ...this.#address, ...clients, ...how, ...what];
    const report = await outputOf([...command, "postgres"], { ...this.#surroundings, signal });
    const perSecond = Number(/^tps = ([\d.]+)/m.exec(report)?.[1]);
    const latenciesMs = takeLatencies(folder);
    return seenIn({ latenciesMs, ms: 1_000 * latenciesMs.length / perSecond }, 1);
  }
}

/** Reads and removes the logs of pgbench: a line a command, its third field the microseconds. */
function takeLatencies(folder: string): readonly number[] {
  const logs = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`)
    .filter((path) => path.includes("/latencies."));
  return logs.flatMap((path) => {
    const lines = Deno.readTextFileSync(path).split("\n");
    Deno.removeSync(path);
    return lines.filter((line) => line !== "").map((line) => Number(line.split(" ")[2]) / 1_000);
  });
}
