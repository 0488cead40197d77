import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { asConfined, confinedBranch, confinementOf } from "../../lib/format/confinement.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

/** What a test needs that runs the programs as people do. */
export const programs = [
  { name: "run", command: Deno.execPath() },
  { name: "read" },
  { name: "write" },
  { name: "env" },
] as const;

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a program runs, and what it may do. */
export interface Surroundings {
  readonly folder: TemporaryFolder;
  /** Whether it may start processes, as its task allows. */
  readonly starts?: boolean;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Tasks whose command says which permissions they have. */
type Task = "run" | "certs";

/** Starts a program with just the permissions that its task gives it, in a folder. */
export function start(
  task: Task | "branch",
  args: readonly string[],
  { folder, starts = true, env = {} }: Surroundings,
): Deno.ChildProcess {
  const home = ["DENO_DIR", "HOME", "XDG_CACHE_HOME"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const command = task === "branch"
    ? branchCommand(args, folder)
    : task === "certs"
    ? certificateCommand(args)
    : runCommand(args, { starts });
  return new Deno.Command(Deno.execPath(), {
    args: command,
    cwd: folder.path,
    clearEnv: true,
    // By this folder `processesIn` finds the processes of this run, and no others.
    env: { ...Object.fromEntries(home), NO_COLOR: "1", TMPDIR: folder.path, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A program that does not end is ended, and so fails its test.
    signal: AbortSignal.timeout(120_000),
  }).spawn();
}

function runCommand(
  args: readonly string[],
  { starts }: { readonly starts: boolean },
): string[] {
  const permissions = permissionsOf("run").filter((flag) => (
    starts || !flag.startsWith("--allow-run")
  ));
  return ["run", "--no-prompt", ...permissions, new URL("customer.ts", root).href, ...args];
}

function certificateCommand(args: readonly string[]): string[] {
  const script = new URL("branch.ts", root).href;
  return ["run", "--no-prompt", ...permissionsOf("certs"), script, "--certs", ...args];
}

/** The command that `deno task branch` works out and starts; here nobody stands in between. */
function branchCommand(args: readonly string[], folder: TemporaryFolder): string[] {
  const origin = { standalone: false, execPath: Deno.execPath(), folder: root.href };
  const confinement = confinementOf(args, (file) => folder.read(file) ?? "");
  return confinedBranch(confinement, origin).args.filter((arg) => arg !== asConfined);
}

const root = new URL("../../", import.meta.url);

/** Waits for the end of a program. */
export async function ended(child: Deno.ChildProcess): Promise<Ended> {
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  return { code, stdout, stderr };
}

/** Runs a scenario to its end. */
export async function run(
  args: readonly string[],
  folder: TemporaryFolder,
  options: Omit<Surroundings, "folder"> = {},
): Promise<Ended> {
  return await ended(start("run", args, { folder, ...options }));
}

/** Runs a scenario, given as text or as what is to be JSON, in a folder of its own. */
export async function runScenario(
  scenario: unknown,
  ...options: readonly string[]
): Promise<Ended & { readonly files: ReadonlyMap<string, string> }> {
  using folder = new TemporaryFolder();
  const text = typeof scenario === "string" ? scenario : JSON.stringify(scenario);
  folder.write("scenario.json", text);
  const end = await run(["scenario.json", ...options], folder);
  const names = folder.names().filter((name) => name !== "scenario.json");
  return { ...end, files: new Map(names.map((name) => [name, folder.read(name) ?? ""])) };
}

/** Makes a branch record. */
export function branchRecord(id: number, balance: number) {
  return { id, type: "branch", balance };
}

/** Makes an event such as `"deposit 10"` or `"query"`. */
export function event(words: string): Readonly<Record<string, unknown>> {
  const [action, money] = words.split(" ");
  return { interface: action, ...money === undefined ? {} : { money: Number(money) } };
}

/** Makes a customer record of events such as `"deposit 10"`. */
export function customerRecord(id: number, ...events: readonly string[]) {
  return { id, type: "customer", events: events.map(event) };
}

/** Makes records for ids from 1 to `count`. */
export function records<Record>(count: number, make: (id: number) => Record): readonly Record[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

/** Takes the balance that each query was answered with, record by record, from JSON output. */
export function balancesIn(text: string): readonly (readonly number[])[] {
  const written: readonly { readonly recv: readonly { balance?: number; money?: number }[] }[] =
    JSON.parse(text);
  return written.map(({ recv }) => recv.flatMap(({ balance, money }) => balance ?? money ?? []));
}

/** Asserts that a program failed as it should: with a code and whole sentences, no stack. */
export function assertFailed(end: Ended, code: number, stderr: string | RegExp): void {
  const said = end.stderr;
  const matches = typeof stderr === "string" ? said === stderr : stderr.test(said);
  assertEquals(
    { code: end.code, stdout: end.stdout, stderr: matches ? stderr : said },
    { code, stdout: "", stderr },
  );
  assertEquals(/^ {4}at |backtrace/im.test(said), false, said);
}

/** Reads the permissions off the task that people use. */
export function permissionsOf(task: Task): readonly string[] {
  const command = config.tasks[task].command.replace(/"\$\(deno eval .*?'\)"/, "DENO");
  const flags = command.split(" ").filter((word) => word.startsWith("--allow-"));
  return flags.map((flag) => flag.replace(/DENO$/, () => Deno.execPath()));
}

/** The scenario of the README. */
export const input1 = new URL("../../input1.json", import.meta.url);

/** What the README says that it answers. */
export const input1Answers = [
  "{'id': 1, 'recv': [{'interface': 'query', 'result': 'success', 'money': 500}]}",
  "{'id': 2, 'recv': [{'interface': 'deposit', 'result': 'success'}, {'interface': 'query', 'result': 'success', 'money': 500}]}",
  "{'id': 3, 'recv': [{'interface': 'withdraw', 'result': 'success'}, {'interface': 'query', 'result': 'success', 'money': 500}]}",
  "",
].join("\n");
