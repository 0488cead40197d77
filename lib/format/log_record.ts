import { masked } from "./text_place.ts";

/** How much a line of the log matters, from what needs someone to what only explains. */
export const logLevels = ["error", "warn", "info", "debug"] as const;

/** One of {@linkcode logLevels}. */
export type LogLevel = typeof logLevels[number];

/** How the log is written: for people, or as a JSON value a line. */
export const logFormats = ["text", "json"] as const;

/** One of {@linkcode logFormats}. */
export type LogFormat = typeof logFormats[number];

/** What is written to the log, and how. */
export interface LogOptions {
  /** The least that is written. */
  readonly level: LogLevel;
  readonly format: LogFormat;
}

/** Something that an operator may want to know. */
export interface LogRecord {
  readonly level: LogLevel;
  /** A word for what happened that programs can look for; it does not change. */
  readonly event: string;
  /** The same for people, with all that the fields say. */
  readonly message: string;
  /** What it is about, for programs. No secrets, no names of commands, no amounts of customers. */
  readonly fields?: Readonly<Record<string, string | number | readonly (string | number)[]>>;
}

/** Writes to the log. */
export type Log = (record: LogRecord) => void;

/** Tells whether a record of this level is written where `least` is the least that is. */
export function isLogged(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) <= logLevels.indexOf(least);
}

/**
 * Writes a record as a line.
 *
 * A message may quote what others have sent: whatever could move a terminal's cursor or begin
 * another line is masked.
 */
export function logLine(
  { level, event, message, fields }: LogRecord,
  { time, format }: { readonly time: string; readonly format: LogFormat },
): string {
  if (format === "json") return `${JSON.stringify({ time, level, event, message, ...fields })}\n`;
  return `${time} ${level.toUpperCase().padEnd(5)} ${event}: ${
    masked(message.replaceAll("\n", "; "))
  }\n`;
}
