/**
 * The yardstick of the start bench: a process that imports grpc-js and exits. With a number as
 * its argument it first starts so many others and waits for them, as a run does.
 */
import "@grpc/grpc-js";

const others = Number(Deno.args[0] ?? "0");
const permissions = ["--allow-net=127.0.0.1", "--allow-env"];
const children = Array.from({ length: others }, () =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--cached-only", "--no-prompt", ...permissions, import.meta.url],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn());
for (const child of children) await child.status;
Deno.exit(0);
