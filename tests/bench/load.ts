import { here, serving } from "./server.ts";

/** What a client of the load bench is to do. */
export interface Load {
  readonly addresses: readonly string[];
  /** Which branch is at each of them. */
  readonly branches: readonly number[];
  readonly secret: string;
  readonly action: "deposit" | "withdraw";
  /** Commands in one call. */
  readonly commands: number;
  readonly inFlight: number;
  readonly warmUpMs: number;
  /** What its calls have seen, by branch; nothing, unless it says more. */
  readonly session?: Readonly<Record<number, number>>;
  /** When its commands say that they were made, in turns, in milliseconds since 1970; else now. */
  readonly madeMs?: readonly number[];
  /** It ends after so long, or after so many commands. */
  readonly durationMs: number;
  readonly commandsMax: number;
}

/** A duration or a number of commands that no load comes to; JSON has no infinity. */
export const endless = Number.MAX_SAFE_INTEGER;

/** What it saw. */
export interface Seen {
  readonly commands: number;
  /** Commands, not calls. */
  readonly perSecond: number;
  /** Of a call. */
  readonly medianMs: number;
  readonly late99Ms: number;
}

/** Lets a client do that, in a process of its own, and gives what it saw. */
export function carryOut(load: Load, signal?: AbortSignal): Promise<Seen> {
  return seenBy(here("load_client.ts"), load, signal);
}

/** Lets a client do what it is told, in a process of its own, and gives what it saw. */
export async function seenBy(client: string, told: object, signal?: AbortSignal): Promise<Seen> {
  const flags = ["run", "--quiet", "--cached-only", "--no-prompt", ...serving];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, client, JSON.stringify(told)],
    stdin: "null",
    ...(signal === undefined ? {} : { signal }),
  }).output();
  signal?.throwIfAborted();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
