import { limits } from "../core/limits.ts";

/** Why connections are turned away: a word for programs, and the rest of a sentence for people. */
export const connectionRefusals = {
  full: `there are ${limits.connectionsMax} already`,
  strangers: `their host has ${limits.strangersMax} that have not shown yet whose they are`,
  late: `nobody showed in ${limits.handshakeMs} ms whose they are`,
  unproven: "no certificate was shown that is trusted",
  customers: `customers have ${limits.customerConnectionsMax}`,
  caller: `their caller has ${2 * limits.callerConnectionsMax}`,
  untaken: `more than ${limits.untakenBytesMax} bytes were not taken on them`,
} as const;

/** One of {@linkcode connectionRefusals}. */
export type ConnectionRefusal = keyof typeof connectionRefusals;

/** Hears of a connection that was turned away, and of the host at its other end. */
export type TurnedAway = (refusal: ConnectionRefusal, host: string) => void;
