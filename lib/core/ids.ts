import { limits } from "./limits.ts";

declare const brand: unique symbol;

/** Names a branch; a whole number from 0 to 2^32 - 1, unique in its bank. */
export type BranchId = number & { readonly [brand]: "BranchId" };

/** Names a customer; a whole number from 0 to 2^32 - 1. */
export type CustomerId = number & { readonly [brand]: "CustomerId" };

/**
 * Names one command for ever, however often it is sent: at most 128 visible ASCII characters,
 * of which the first 13 say when the command was made, as those of a UUIDv7 do: milliseconds
 * since 1970 in 12 hexadecimal digits, with a hyphen after the eighth (RFC 9562, 5.7), and then
 * a hyphen. So any UUIDv7 is a command id, and a branch can tell one that is too old to know.
 *
 * A run derives it as `run/customer/position`, so a retry cannot help but bear the same id.
 */
export type CommandId = string & { readonly [brand]: "CommandId" };

/** Says which line of a branch's own log an entry is: 1, 2, 3 …; 0 is "none yet". */
export type Sequence = number;

/** Tells whether `value` can name a branch. */
export function isBranchId(value: unknown): value is BranchId {
  return isId(value);
}

/** Tells whether `value` can name a customer. */
export function isCustomerId(value: unknown): value is CustomerId {
  return isId(value);
}

/** Tells whether `value` can name a command. */
export function isCommandId(value: unknown): value is CommandId {
  return typeof value === "string" && value.length <= limits.commandIdCharactersMax &&
    /^[0-9a-f]{8}-[0-9a-f]{4}-[!-~]+$/.test(value);
}

/** Tells when the command `id` was made, in milliseconds since 1970. */
export function issuedMs(id: CommandId): number {
  // Digit by digit, since every command of a busy branch comes by here a few times; in halves of
  // 24 bits, since small whole numbers are what is added up fastest.
  let high = 0;
  for (let at = 0; at < 6; at++) high = high << 4 | digitOf(id.charCodeAt(at));
  let low = digitOf(id.charCodeAt(6)) << 4 | digitOf(id.charCodeAt(7));
  for (let at = 9; at < 13; at++) low = low << 4 | digitOf(id.charCodeAt(at));
  return high * 2 ** 24 + low;
}

/** The value of a hexadecimal digit: of letters, ASCII has the number in the lower bits too. */
function digitOf(code: number): number {
  return (code & 0xf) + 9 * (code >> 6);
}

/** Gives the beginning of the ids of commands made at `ms`, milliseconds since 1970. */
export function commandIdPrefix(ms: number): string {
  const digits = Math.floor(ms).toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-`;
}

/** Tells whether `value` is a sequence, 0 included. */
export function isSequence(value: unknown): value is Sequence {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Orders numbers as `Array.sort` wants it: what reaches effects is sorted by branch. */
export function ascending(left: number, right: number): number {
  return left - right;
}

function isId(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= limits.idMax;
}
