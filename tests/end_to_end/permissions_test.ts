import { assertEquals } from "@std/assert";
import { confinedBranch } from "../../lib/format/confinement.ts";
import { launch } from "../../lib/format/launch.ts";
import type { ProcessRequest } from "../../lib/host/ports.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { branchRecord, customerRecord, ended, programs, records, start } from "./bank.ts";
import { eventually, noneLeft, processesIn } from "./processes.ts";

const needs = [...programs, { name: "net", host: "127.0.0.1" }] as const;

const nothing = {
  "reach its own branch": "done",
  "reach another port": "NotCapable",
  "reach another machine": "NotCapable",
  "ask for a name": "NotCapable",
  "listen": "NotCapable",
  "read a file": "NotCapable",
  "write a file": "NotCapable",
  "run a program": "NotCapable",
  "read the environment": "NotCapable",
  "read the settings of gRPC": "NotCapable",
  "ask about the system": "NotCapable",
  "call the system": "NotCapable",
};

/** Runs confined.ts as a process of a run, which may reach the one of two open ports. */
async function confined(
  program: "branch" | "customer",
  hostsOf: (port: number) => string,
  folders: Pick<ProcessRequest, "folder" | "traceFolder"> = {},
): Promise<unknown> {
  using own = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ports = [own.addr.port, other.addr.port];
  const origin = { standalone: false, execPath: Deno.execPath(), folder: "file:///nowhere/" };
  const hosts = [hostsOf(own.addr.port)];
  const { command, args } = launch({ name: "it", program, hosts, ...folders }, origin);
  const script = new URL("confined.ts", import.meta.url).href;
  const flags = args.map((arg) => arg.startsWith("file:///nowhere/") ? script : arg);
  const temporary = folders.folder ?? folders.traceFolder;
  const { stdout, stderr } = await new Deno.Command(command, {
    args: [...flags, ...ports.map(String)],
    env: { NO_COLOR: "1", ...temporary === undefined ? {} : { TMPDIR: temporary } },
  }).output();
  const text = new TextDecoder().decode(stdout);
  return text === "" ? new TextDecoder().decode(stderr) : JSON.parse(text);
}

permitted("the process of a customer can reach its branch, and nothing else", needs, async () => {
  assertEquals(await confined("customer", (port) => `127.0.0.1:${port}`), nothing);
});

permitted("the process of a branch can use loopback, and nothing else", needs, async () => {
  assertEquals(await confined("branch", () => "127.0.0.1"), {
    ...nothing,
    "reach another port": "done",
    "listen": "done",
    "read the settings of gRPC": "done",
  });
});

permitted("the process of a branch can also use the folder of its journal", needs, async () => {
  using folder = new TemporaryFolder();
  assertEquals(await confined("branch", () => "127.0.0.1", { folder: folder.path }), {
    ...nothing,
    "reach another port": "done",
    "listen": "done",
    "write a file": "done",
    "read the settings of gRPC": "done",
  });
});

permitted("a branch by hand can reach its addresses, and nothing else", needs, async () => {
  using own = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const origin = { standalone: false, execPath: Deno.execPath(), folder: "file:///nowhere/" };
  const listens = [`127.0.0.1:${own.addr.port}`];
  const confinement = {
    args: [],
    reads: [],
    data: undefined,
    backup: undefined,
    listens,
    dials: [],
  };
  const { command, args } = confinedBranch(confinement, origin);
  const script = new URL("confined.ts", import.meta.url).href;
  const flags = args.map((arg) => arg.startsWith("file:///nowhere/") ? script : arg);
  const ports = [own, other].map(({ addr }) => `${addr.port}`);
  const { stdout } = await new Deno.Command(command, { args: [...flags, ...ports] }).output();
  const told: unknown = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(told, { ...nothing, "read the settings of gRPC": "done" });
});

permitted(
  "the process of a branch can also write its trace",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    assertEquals(await confined("branch", () => "127.0.0.1", { traceFolder: folder.path }), {
      ...nothing,
      "reach another port": "done",
      "listen": "done",
      "write a file": "done",
      "read the settings of gRPC": "done",
    });
  },
);

permitted(
  "a run gives each customer the address of the branches that it turns to",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const scenario = [
      customerRecord(1, ...Array(20_000).fill("deposit 1"), "query"),
      customerRecord(2, "query"),
      ...records(2, (id) => branchRecord(id, 100)),
    ];
    folder.write("scenario.json", JSON.stringify(scenario));
    const parent = start("run", ["scenario.json"], { folder });
    const end = ended(parent);
    const commands = await eventually("all processes of the run are there", async () => {
      const seen = (await processesIn(folder.path)).map(({ command }) => command)
        .filter((command) => command.includes("--as-process-of-a-run"));
      return seen.length === 4 ? seen : undefined;
    });
    parent.kill("SIGTERM");
    assertEquals((await end).code, 143);
    const allowed = commands.map((command) => command.match(/--allow-\S+/g) ?? []);
    const networks = allowed.map(([network]) => network?.replace(/:\d+$/, ":PORT")).sort();
    const [branch, customer] = ["--allow-net=127.0.0.1", "--allow-net=127.0.0.1:PORT"];
    assertEquals(networks, [branch, branch, customer, customer]);
    const others = new Set(allowed.flatMap(([, ...rest]) => rest));
    const journals = [...others].filter((flag) => !flag.startsWith("--allow-env="));
    assertEquals(others.size - journals.length, 1);
    const places = journals.map((flag) => flag.replace(/bank-[^/]+$/, "FOLDER")).sort();
    assertEquals(
      places,
      ["read", "write"].map((access) => (
        `--allow-${access}=${folder.path}/FOLDER`
      )),
    );
    const ports = allowed.map(([network]) => network).filter((flag) => flag?.includes(":"));
    assertEquals(new Set(ports).size, 2);
    await noneLeft(folder.path);
  },
);
