/**
 * Tries what a process of a run might do, and prints as JSON what came of each: `done`, or the
 * name of the error. permissions_test.ts runs it in the place of one.
 */
import { jsonLine } from "../../lib/format/json_lines.ts";

const [, allowed = "", other = ""] = Deno.args;

async function attempt(action: () => unknown): Promise<string> {
  try {
    await action();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

function connect(port: string): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
}

const outcomes = {
  "reach its own branch": await attempt(() => connect(allowed)),
  "reach another port": await attempt(() => connect(other)),
  "reach another machine": await attempt(() => Deno.connect({ hostname: "192.0.2.1", port: 80 })),
  "ask for a name": await attempt(() => Deno.resolveDns("example.com", "A")),
  "listen": await attempt(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close()),
  "read a file": await attempt(() => Deno.readTextFileSync(new URL(import.meta.url))),
  "write a file": await attempt(() => Deno.makeTempFileSync()),
  "run a program": await attempt(() => new Deno.Command(Deno.execPath()).outputSync()),
  "read the environment": await attempt(() => Deno.env.get("HOME")),
  "read the settings of gRPC": await attempt(() => Deno.env.get("GRPC_VERBOSITY")),
  "ask about the system": await attempt(() => Deno.hostname()),
  "call the system": await attempt(() => Deno.dlopen("libc.so.6", {})),
};
Deno.stdout.writeSync(jsonLine(outcomes));
Deno.exit(0);
