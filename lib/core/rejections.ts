import type { Books } from "./books.ts";
import { sameContent, type Write } from "./command.ts";
import { type BranchId, type CommandId, issuedMs } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Memory } from "./outcomes.ts";
import type { Content } from "./remembered.ts";
import type { ExecuteInput, Rejection } from "./step.ts";
import { beyond, knownOf } from "./version_vector.ts";

/** What a request is held against. */
export interface Standing {
  readonly self: BranchId;
  readonly members: ReadonlySet<BranchId>;
  readonly books: Books;
  /** What the clock shows, in milliseconds since 1970; nothing before it was heard. */
  readonly nowMs: number | undefined;
  /** Whether the branch knows all that it ever wrote. */
  readonly isSure: boolean;
  /** Tells who may know more of that. */
  readonly unheard: () => readonly BranchId[];
}

/** What is in the way of a request, and whether it may pass by itself. */
export interface Obstacle {
  readonly rejection: Rejection;
  readonly isPassing: boolean;
}

/** Finds what is in the way of a request, if anything is. */
export function obstacleTo(input: ExecuteInput, standing: Standing): Obstacle | undefined {
  const { isSure, unheard, books: { ledger } } = standing;
  if (!isSure) {
    const stranger = strangerIn(input, standing);
    if (stranger !== undefined) return { rejection: stranger, isPassing: false };
    return { rejection: { kind: "recovering", unheard: unheard() }, isPassing: true };
  }
  const rejection = rejectionOf(input, standing);
  if (rejection !== undefined) return { rejection, isPassing: rejection.kind === "recalling" };
  if (ledger.covers(input.session)) return undefined;
  const lacking = beyond(input.session, ledger.known);
  return { rejection: { kind: "behind", lacking }, isPassing: true };
}

/**
 * Finds what makes a request one that can never be executed, or that the journal has to be asked
 * first, if nothing else does.
 */
export function rejectionOf(
  { commands, session }: ExecuteInput,
  standing: Standing,
): Rejection | undefined {
  const { self, nowMs, books: { ledger, outcomes } } = standing;
  const stranger = strangerIn({ session }, standing);
  if (stranger !== undefined) return stranger;
  const sequence = knownOf(session, self);
  if (sequence > ledger.knownOf(self)) return { kind: "unissued", origin: self, sequence };
  const writes = commands.filter((command) => command.action !== "query");
  const mayRepeat = !isAscending(writes);
  const within = new Map<CommandId, Write>();
  let unread: CommandId | undefined;
  for (const write of writes) {
    const { id } = write;
    const twin = mayRepeat ? within.get(id) : undefined;
    const isOther = twin !== undefined && !sameContent(write, twin);
    const memory = outcomes.memoryOf(write);
    if (isOther || memory === "another") return { kind: "contradiction", id };
    const untimely = untimeliness(write, { memory, nowMs });
    if (untimely !== undefined) return untimely;
    if (memory === "unread") unread ??= id;
    if (mayRepeat) within.set(id, write);
  }
  return unread === undefined ? undefined : { kind: "recalling", id: unread };
}

function strangerIn(
  { session }: Pick<ExecuteInput, "session">,
  { members }: Standing,
): Rejection | undefined {
  for (const origin of session.keys()) {
    if (!members.has(origin)) return { kind: "stranger", origin };
  }
  return undefined;
}

/** Tells whether no id comes again, since each is longer or greater than the one before it. */
function isAscending(writes: readonly Write[]): boolean {
  return writes.every(({ id }, index) => {
    const before = writes[index - 1]?.id;
    return before === undefined || before.length < id.length ||
      (before.length === id.length && before < id);
  });
}

/** Finds whether a write or a claim may have been forgotten, or is yet to be made. */
export function untimeliness(
  { id }: Content,
  { memory, nowMs }: { readonly memory: Memory; readonly nowMs: number | undefined },
): Rejection | undefined {
  if (memory === "forgotten") return { kind: "expired", id };
  const isAhead = memory === "none" && nowMs !== undefined &&
    issuedMs(id) > nowMs + limits.commandAheadMsMax;
  return isAhead ? { kind: "ahead", id } : undefined;
}
