import { assertEquals } from "@std/assert";
import { isLogged, logLevels, logLine, type LogRecord } from "../../lib/format/log_record.ts";

const record: LogRecord = {
  level: "warn",
  event: "peer_lost",
  message: 'branch 1 says "no"',
  fields: { branch: 1, peers: [2, 3] },
};
const time = "2026-07-09T10:00:00.000Z";

Deno.test("isLogged() lets what matters at least as much through", () => {
  const through = logLevels.map((least) => logLevels.filter((level) => isLogged(level, least)));
  assertEquals(through, [
    ["error"],
    ["error", "warn"],
    ["error", "warn", "info"],
    ["error", "warn", "info", "debug"],
  ]);
});

Deno.test("logLine() writes a record as a line of JSON, with its fields beside the rest", () => {
  const line = logLine(record, { time, format: "json" });
  assertEquals(line.at(-1), "\n");
  const { level, event, message } = record;
  assertEquals(JSON.parse(line), { time, level, event, message, branch: 1, peers: [2, 3] });
});

Deno.test("logLine() writes a record for people, in columns", () => {
  const line = logLine(record, { time, format: "text" });
  assertEquals(line, `${time} WARN  peer_lost: branch 1 says "no"\n`);
  const error = logLine({ ...record, level: "error" }, { time, format: "text" });
  assertEquals(error, `${time} ERROR peer_lost: branch 1 says "no"\n`);
});

Deno.test("logLine() keeps a record on its line, and off the terminal's cursor", () => {
  const message = "one\ntwo\u001b[2J\rthree\u0085\u009b1m";
  const text = logLine({ ...record, message }, { time, format: "text" });
  assertEquals(text, `${time} WARN  peer_lost: one; two\ufffd[2J\ufffdthree\ufffd\ufffd1m\n`);
  const json = logLine({ ...record, message }, { time, format: "json" });
  assertEquals([json.match(/\n/g)?.length, JSON.parse(json).message], [1, message]);
});
