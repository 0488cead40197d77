import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Subprocess } from "../../lib/adapter/subprocess.ts";
import { ProcessError } from "../../lib/host/ports.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const running = [
  { name: "run", command: Deno.execPath() },
  { name: "read" },
  { name: "write" },
  { name: "env" },
] as const;

/** A branch.ts that does what each line asks of it. */
const obedient = `
const decoder = new TextDecoderStream();
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(decoder)) {
  const lines = (rest + text).split("\\n");
  rest = lines.pop() ?? "";
  for (const line of lines.map((line) => JSON.parse(line))) {
    if (line.echo !== undefined) console.log(JSON.stringify(line));
    if (line.complain !== undefined) console.error(line.complain);
    if (line.wear === "out") for (let n = 0; n < 40; n++) console.error("x".repeat(100_000));
    if (line.read !== undefined) console.log(JSON.stringify(Deno.env.get(line.read) ?? null));
    if (line.linger) setInterval(() => {}, 1_000);
    if (line.exit !== undefined) Deno.exit(line.exit);
  }
}
`;

function start(folder: TemporaryFolder, execPath = Deno.execPath()): Subprocess {
  folder.write("branch.ts", obedient);
  const origin = { standalone: false, execPath, folder: `file://${folder.path}/` };
  return new Subprocess({ name: "branch 9", program: "branch", hosts: ["127.0.0.1"] }, origin);
}

permitted(
  "Subprocess carries messages both ways, in order and of any length",
  running,
  async () => {
    using folder = new TemporaryFolder();
    const child = start(folder);
    const messages = [1, "ä €\n“x”", { nested: [null] }, "y".repeat(300_000), 2];
    for (const echo of messages) child.tell({ echo });
    for (const echo of messages) assertEquals(await child.next(), { echo });
    await child.finish();
  },
);

permitted("Subprocess ends by itself once its input is closed", running, async () => {
  using folder = new TemporaryFolder();
  const child = start(folder);
  child.tell({ echo: "last words" });
  await child.finish();
  await child.finish();
  assertEquals(await child.next(), { echo: "last words" });
  const error = await assertRejects(() => child.next(), ProcessError);
  assertEquals(error.message, "branch 9 ended with exit code 0");
});

permitted(
  "Subprocess names a process that ends, its exit code and its last words",
  running,
  async () => {
    using folder = new TemporaryFolder();
    const child = start(folder);
    child.tell({ complain: "first of all\nsecond\nbranch: it is over\n" });
    child.tell({ exit: 3 });
    const error = await assertRejects(() => child.next(), ProcessError);
    assertEquals(error.message, "branch 9 ended with exit code 3: branch: it is over");
    assertEquals(error.signal, undefined);
    // What comes too late does no harm.
    child.tell({ echo: 1 });
    await child.kill();
    await child.finish();
  },
);

permitted("Subprocess names the signal that ended a process", running, async () => {
  using folder = new TemporaryFolder();
  const child = start(folder);
  child.tell({ echo: 1 });
  await child.next();
  await child.kill();
  const error = await assertRejects(() => child.next(), ProcessError);
  assertEquals(error.message, "branch 9 ended by SIGKILL");
  assertEquals(error.signal, "SIGKILL");
});

permitted(
  "Subprocess lets a process complain at any length, and keeps the end",
  running,
  async () => {
    using folder = new TemporaryFolder();
    const child = start(folder);
    child.tell({ wear: "out" });
    child.tell({ complain: "enough" });
    child.tell({ exit: 1 });
    const error = await assertRejects(() => child.next(), ProcessError);
    assertEquals(error.message, "branch 9 ended with exit code 1: enough");
    const verbose = start(folder);
    verbose.tell({ complain: "x".repeat(100_000) + "!" });
    verbose.tell({ exit: 1 });
    const { message } = await assertRejects(() => verbose.next(), ProcessError);
    assertEquals([message.length < 5_000, message.at(-1)], [true, "!"]);
  },
);

permitted("Subprocess passes no more of the environment on than it must", running, async () => {
  using folder = new TemporaryFolder();
  Deno.env.set("GRPC_OF_NO_MEANING", "set");
  try {
    const child = start(folder);
    child.tell({ read: "GRPC_OF_NO_MEANING" });
    assertEquals(await child.next(), null);
    await child.finish();
  } finally {
    Deno.env.delete("GRPC_OF_NO_MEANING");
  }
});

permitted("Subprocess says that there is nothing to start", running, () => {
  using folder = new TemporaryFolder();
  const error = assertThrows(() => start(folder, folder.at("absent")), ProcessError);
  assertMatch(error.message, /^branch 9 cannot be started: [^\n]+$/);
});

permitted(
  "Subprocess waits for the end of a process that has its input closed",
  running,
  async () => {
    using folder = new TemporaryFolder();
    const [child, other] = [start(folder), start(folder)];
    child.tell({ linger: true });
    child.tell({ echo: 1 });
    await child.next();
    let isFinished = false;
    const finished = child.finish().then(() => isFinished = true);
    other.tell({ echo: 2 });
    await other.next();
    await other.finish();
    assertEquals(isFinished, false);
    await child.kill();
    await finished;
  },
);
