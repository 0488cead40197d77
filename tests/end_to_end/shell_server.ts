/**
 * Runs lines of shell for who asks on standard input, one after the other: `["LINE", "NAME",
 * "ARGUMENT", …]` as JSON, and answers what came of it. It stays, since to start Deno for each is
 * most of what they cost, and a test that waits for processes asks hundreds of times. Those that it
 * waits for go first. `shell.ts` says why it takes a process at all.
 */
import { jsonLine, readJsonLines } from "../../lib/format/json_lines.ts";

for await (const args of readJsonLines(Deno.stdin)) {
  const line = ["-n", "10", "sh", "-c", ...args as string[]];
  const command = new Deno.Command("nice", { args: line, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const [said, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  Deno.stdout.writeSync(jsonLine({ code, said, complaint }));
}
