/**
 * Runs a line of shell: `deno run --allow-run=sh shell.ts LINE NAME ARGUMENT …`.
 *
 * Tests may start Deno and nothing else, and what other processes do is seen and changed only
 * through the system's own tools.
 */
const { code } = await new Deno.Command("sh", { args: ["-c", ...Deno.args] }).spawn().status;
Deno.exit(code);
