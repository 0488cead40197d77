/**
 * Tells whether a Deno can be trusted with gRPC clients: on some, the process of a client dies
 * natively when its server closes the connection gracefully (denoland/deno#36788).
 *
 * `deno task canary` tries the pinned Deno and the newest of npm; `deno task canary 2.9.6` that
 * one. It exits 0 if no client died, and so the pin may move to the newest, and 1 otherwise.
 */
import { Client, credentials, Server, ServerCredentials } from "@grpc/grpc-js";

const tries = 3;
const calls = 200;
const pauseMs = 20;
const watchMs = 2_000;

const method = {
  path: "/canary.v1.EchoService/Echo",
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

/** Echoes until its input ends, and then closes gracefully. */
async function serve(): Promise<void> {
  const server = new Server();
  server.addService({ echo: method }, {
    echo: (call: { request: Buffer }, answer: (error: null, bytes: Buffer) => void) =>
      answer(null, call.request),
  });
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_error, port) => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
  });
  for await (const _ of Deno.stdin.readable);
  server.tryShutdown(() => Deno.exit(0));
}

/** Calls, says so, and goes on calling until its input ends. */
async function call(port: string): Promise<void> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const echo = () =>
    new Promise<void>((resolve) => {
      // What an answer is does not matter here, only whether the process lives.
      const { path } = method;
      client.makeUnaryRequest(path, asIs, asIs, Buffer.from("canary"), () => resolve());
    });
  for (let made = 0; made < calls; made++) await echo();
  Deno.stdout.writeSync(new TextEncoder().encode("called\n"));
  const timer = setInterval(echo, pauseMs);
  for await (const _ of Deno.stdin.readable);
  clearInterval(timer);
  Deno.exit(0);
}

function start(version: string, role: readonly string[]): Deno.ChildProcess {
  const permissions = ["--quiet", "--allow-net=127.0.0.1", "--allow-env"];
  const script = new URL(import.meta.url).pathname;
  return new Deno.Command("npx", {
    args: ["--yes", `deno@${version}`, "run", ...permissions, script, ...role],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

async function firstLine(child: Deno.ChildProcess): Promise<string> {
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value).trim();
}

/** Gives how the client ended: "" is well. */
async function attempt(version: string): Promise<string> {
  const server = start(version, ["serve"]);
  const client = start(version, ["call", await firstLine(server)]);
  const said = await firstLine(client);
  await server.stdin.close();
  await server.status;
  const watched = new Promise<void>((resolve) => setTimeout(resolve, watchMs));
  await Promise.race([client.status, watched]);
  await client.stdin.close().catch(() => undefined);
  const { code, signal } = await client.status;
  if (said !== "called") return "the client made no calls";
  return code === 0 ? "" : signal ?? `exit code ${code}`;
}

async function newest(): Promise<string> {
  const { stdout } = await new Deno.Command("npm", { args: ["view", "deno", "version"] }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function main(versions: readonly string[]): Promise<number> {
  let died = 0;
  for (const version of versions) {
    const ends: string[] = [];
    for (let round = 0; round < tries; round++) ends.push(await attempt(version));
    const deaths = ends.filter((end) => end !== "");
    died += deaths.length;
    const how = deaths.length === 0 ? "" : ` (${[...new Set(deaths)].join(", ")})`;
    print(`deno ${version}: ${deaths.length} of ${tries} clients died${how}`);
  }
  print(died === 0 ? "the pin may move to the newest" : "the pin stays");
  return died === 0 ? 0 : 1;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const [role, argument = ""] = Deno.args;
if (role === "serve") await serve();
else if (role === "call") await call(argument);
else Deno.exit(await main(Deno.args.length > 0 ? Deno.args : ["2.9.3", await newest()]));
