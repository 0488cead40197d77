import { writeLog } from "../../lib/adapter/log_writer.ts";
import { isLogged, logFormats, logLevels } from "../../lib/format/log_record.ts";

// log_writer_test.ts runs this file: it logs once at each level, as its arguments say how, and as
// often as they say, and prints that it has ended.
const [levelGiven, formatGiven, times = "1"] = Deno.args;
const level = logLevels.find((one) => one === levelGiven) ?? "info";
const format = logFormats.find((one) => one === formatGiven) ?? "text";
const log = writeLog({ level, format });
for (let count = 0; count < Number(times); count++) {
  for (const each of logLevels) log({ level: each, event: "event", message: `at ${each} ✓` });
}
Deno.stdout.writeSync(
  new TextEncoder().encode(logLevels.filter((each) => isLogged(each, level)).join()),
);
