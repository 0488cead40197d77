import { limits } from "../core/limits.ts";
import { StatusError } from "./status_error.ts";

/** Where a call comes from. */
export interface Origin {
  /** Who makes it, by a name that is the same over all connections of the caller. */
  readonly caller: string;
  /** What its connection is known by. */
  readonly connection: string;
  /** Whether it is a stream; else it is one message and its answer. */
  readonly isStream: boolean;
}

/** Where a call of a branch comes from. */
export interface PeerOrigin extends Origin {
  /** Tells how many bytes of its answers have not left yet. */
  readonly unread: () => number;
  /** Tells how many bytes its connection holds that have, and that the other end has not taken. */
  readonly untaken: () => number;
}

/** What one caller has open. */
interface Share {
  calls: number;
  commands: number;
  /** Bytes of messages that have not come whole. */
  bytes: number;
}

/** What branches' own services have open on one connection. */
interface Line {
  readonly calls: Set<PeerOrigin>;
  streams: number;
}

/**
 * The calls that a server has open, and what each caller has of its memory.
 *
 * 1. A caller may have so many calls, commands and bytes open, over all of its connections; more is
 *    refused at once. So nobody can fill the branch for others.
 * 2. A call is open until its answer has left, so answers that nobody reads are bounded with it.
 *    Answers to branches may be large, or come on a stream without end: there is none while the
 *    other end has not read so much of those before.
 * 3. A message that has begun comes whole within a while, or its call ends.
 */
export class OpenCalls {
  readonly #shares = new Map<string, Share>();
  readonly #lines = new Map<string, Line>();
  /** Calls whose message has begun, or should have, in the order in which that was. */
  readonly #arriving = new Map<OpenCall, number>();

  /** How many callers have something open. */
  get size(): number {
    return this.#shares.size;
  }

  /** Lets a call of a customer begin. @throws {StatusError} when its caller has too many. */
  begin(origin: Origin, nowMs: number): OpenCall {
    const calls = this.#shares.get(origin.caller)?.calls ?? 0;
    if (calls < limits.callerCallsMax) return this.#open(origin, () => 0, nowMs);
    throw exhausted(`${origin.caller} has ${calls} calls open; it may not have more`);
  }

  /** Lets a call of a branch begin. @throws {StatusError} when its connection has too many. */
  beginOfPeer(origin: PeerOrigin, nowMs: number): OpenCall {
    const { connection, isStream } = origin;
    const line = this.#lines.get(connection) ?? { calls: new Set(), streams: 0 };
    if (isStream && line.streams >= limits.connectionStreamsMax) {
      throw exhausted(`the connection has ${line.streams} streams; it may not have more`);
    }
    this.#lines.set(connection, line);
    line.calls.add(origin);
    if (isStream) line.streams += 1;
    const call = this.#open(origin, () => unreadOf(line), nowMs);
    call.whenEnded(() => {
      line.calls.delete(origin);
      if (isStream) line.streams -= 1;
      if (line.calls.size === 0) this.#lines.delete(connection);
    });
    return call;
  }

  /** Gives the calls whose message is on its way for too long. */
  late(nowMs: number): readonly OpenCall[] {
    const late: OpenCall[] = [];
    for (const [call, sinceMs] of this.#arriving) {
      if (nowMs - sinceMs < limits.arrivalMs) break;
      late.push(call);
    }
    return late;
  }

  #open({ caller, isStream }: Origin, unread: () => number, nowMs: number): OpenCall {
    const share = this.#shares.get(caller) ?? { calls: 0, commands: 0, bytes: 0 };
    this.#shares.set(caller, share);
    share.calls += 1;
    const call = new OpenCall({ share, arriving: this.#arriving, unread });
    // A stream may be silent; a call has something to say.
    if (!isStream) this.#arriving.set(call, nowMs);
    call.whenEnded(() => {
      share.calls -= 1;
      if (share.calls === 0) this.#shares.delete(caller);
    });
    return call;
  }
}

/** One call, from its beginning until its answer has left. */
export class OpenCall {
  readonly #share: Share;
  readonly #arriving: Map<OpenCall, number>;
  readonly #unread: () => number;
  readonly #ended: (() => void)[] = [];
  #bytes = 0;
  #commands = 0;
  #isOpen = true;

  /** Belongs to what its caller has; {@linkcode OpenCalls} makes it. */
  constructor({ share, arriving, unread }: {
    readonly share: Share;
    readonly arriving: Map<OpenCall, number>;
    readonly unread: () => number;
  }) {
    this.#share = share;
    this.#arriving = arriving;
    this.#unread = unread;
  }

  /** Does this once it has ended. */
  whenEnded(action: () => void): void {
    this.#ended.push(action);
  }

  /** Takes note of a part of a message. @throws {StatusError} when it is too much on its way. */
  arrive(bytes: number, nowMs: number): void {
    if (!this.#isOpen) return;
    if (!this.#arriving.has(this)) this.#arriving.set(this, nowMs);
    this.#bytes += bytes;
    this.#share.bytes += bytes;
    if (this.#share.bytes <= limits.arrivingBytesMax) return;
    throw exhausted(`more than ${limits.arrivingBytesMax} bytes are on their way from the caller`);
  }

  /** Takes note that all that came so far is a message, or several. */
  arrived(): void {
    this.#arriving.delete(this);
    this.#share.bytes -= this.#bytes;
    this.#bytes = 0;
  }

  /** Counts the commands of its message. @throws {StatusError} when its caller has too many. */
  command(count: number): void {
    if (this.#share.commands + count > limits.callerCommandsMax) {
      throw exhausted(
        `the caller has ${this.#share.commands} commands open, and asks for ${count} more; ` +
          `it may have ${limits.callerCommandsMax}`,
      );
    }
    this.#commands += count;
    this.#share.commands += count;
  }

  /** @throws {StatusError} while the other end of its connection has more answers to read. */
  answerable(bytesMax: number): void {
    const bytes = this.#unread();
    if (bytes <= bytesMax) return;
    throw exhausted(`${bytes} bytes of answers are not read`);
  }

  /** Ends it: its answer has left, or it was cancelled. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.arrived();
    this.#share.commands -= this.#commands;
    for (const action of this.#ended) action();
  }
}

function exhausted(details: string): StatusError {
  return new StatusError("RESOURCE_EXHAUSTED", details);
}

function unreadOf({ calls }: Line): number {
  const [first] = calls;
  return calls.values().reduce((sum, { unread }) => sum + unread(), first?.untaken() ?? 0);
}
