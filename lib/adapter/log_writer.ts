import { isLogged, logLine, type LogOptions, type LogRecord } from "../format/log_record.ts";

/**
 * Writes records to standard error, a line each, as soon as they come.
 *
 * A line that cannot be written is lost: a branch does not end because nobody reads what it says,
 * or the disk is full that its log is on.
 */
export function writeLog(options: LogOptions): (record: LogRecord) => void {
  const encoder = new TextEncoder();
  return (record) => {
    if (!isLogged(record.level, options.level)) return;
    const time = new Date().toISOString();
    let bytes = encoder.encode(logLine(record, { time, format: options.format }));
    try {
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
    } catch {
      // As said above.
    }
  };
}
