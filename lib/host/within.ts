import { ProcessError } from "./ports.ts";

/** A time that something may take: a signal that comes after so many milliseconds. */
export interface Limit {
  readonly ms: number;
  readonly signal: AbortSignal;
}

/** Waits for `promise`, but not for ever. @throws {ProcessError} with `complaint`, when it is late. */
export async function within<Value>(
  { ms, signal }: Limit,
  promise: Promise<Value>,
  complaint: string,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const expire = () => late.reject(new ProcessError(`${complaint}; it was given ${ms / 1_000} s`));
  signal.addEventListener("abort", expire);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    signal.removeEventListener("abort", expire);
  }
}
