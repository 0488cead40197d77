import {
  type Attempted,
  type CallLine,
  type CustomerTrust,
  expectLine,
  type Line,
} from "../format/control_line.ts";
import { CallError, frameOf, messageIn, previousAttemptsKey } from "../format/grpc_frame.ts";
import { jsonLine, readJsonLines } from "../format/json_lines.ts";
import { reasonOf } from "../format/reason.ts";
import { authorization, authorizationKey } from "../format/secret.ts";

/**
 * How long a call may take, in milliseconds: one attempt, and all together. A branch answers
 * within nine seconds whatever its peers do; one that is started again needs a few more.
 */
const deadlineMs = { attempt: 10_000, call: 60_000 } as const;
/** How long to wait before the first retry, and at most before any, in milliseconds. */
const backoffMs = { first: 50, max: 1_000 } as const;

/** One call, its request in bytes. */
export interface Call {
  /** The branch's `host:port`. */
  readonly address: string;
  /** The gRPC path, `/package.Service/Method`. */
  readonly path: string;
  /** The request, as its message's bytes. */
  readonly request: Uint8Array<ArrayBuffer>;
  /** How often it was sent before. */
  readonly tried?: number;
}

/** Hears what happens to an attempt of a call: 1, 2, 3 …, those before included. */
export type Attempts = (attempt: number, stage: Attempted["stage"], reason?: string) => void;

/**
 * A customer's side of a bank: carries unary gRPC calls to branches, with a deadline, and
 * tries again what may not have arrived; the command id in the request makes that safe.
 *
 * It goes over Deno's own HTTP/2 client and not over grpc-js, since a run has a process per
 * customer: one that loads grpc-js and makes a call takes 105 ms of CPU, this one 30, and a
 * server's GOAWAY cannot end it (docs/dependencies.md). `fetch` shows no trailers; it need not,
 * since a gRPC server that fails a unary call sends no message, and its status as headers.
 */
export class Teller {
  readonly #client: Deno.HttpClient;
  readonly #scheme: "http" | "https";
  readonly #headers: Record<string, string>;
  readonly #attempts: Attempts | undefined;

  /**
   * Shows the secret with every call, in plain, or the certificate of its customer with every
   * connection; and tells `attempts` what happens to each call, if it is there.
   */
  constructor(trust: CustomerTrust, attempts?: Attempts) {
    this.#attempts = attempts;
    this.#headers = { "content-type": "application/grpc", te: "trailers" };
    const protocol = { http1: false, http2: true };
    if ("secret" in trust) {
      this.#scheme = "http";
      this.#headers[authorizationKey] = authorization(trust.secret);
      this.#client = Deno.createHttpClient(protocol);
    } else {
      const { authority, certificate: cert, key } = trust.credentials;
      this.#scheme = "https";
      this.#client = Deno.createHttpClient({ ...protocol, caCerts: [authority], cert, key });
    }
  }

  /** Makes a call, and gives the bytes of the response. @throws {CallError} */
  async call(call: Call): Promise<Uint8Array> {
    const deadline = AbortSignal.timeout(deadlineMs.call);
    let failure: CallError | undefined;
    let pauseMs: number = backoffMs.first;
    for (let tried = call.tried ?? 0;; tried++, pauseMs = Math.min(2 * pauseMs, backoffMs.max)) {
      try {
        return await this.#attempt({ ...call, tried }, deadline);
      } catch (error) {
        if (deadline.aborted) throw named(late(failure), call);
        failure = asCallError(error);
        if (!failure.isRetriable) throw named(failure, call);
        await pause(pauseMs * (0.5 + Math.random()));
      }
    }
  }

  async #attempt(call: Required<Call>, deadline: AbortSignal): Promise<Uint8Array> {
    const attempt = call.tried + 1;
    this.#attempts?.(attempt, "sent");
    let response: Response;
    let body: Uint8Array;
    try {
      response = await this.#sent(call, deadline);
      body = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      this.#attempts?.(attempt, "unanswered", reasonOf(error));
      throw error;
    }
    try {
      const message = messageIn(response.headers, body);
      this.#attempts?.(attempt, "answered");
      return message;
    } catch (error) {
      this.#attempts?.(attempt, "rejected", reasonOf(error));
      throw error;
    }
  }

  async #sent(
    { address, path, request, tried }: Required<Call>,
    deadline: AbortSignal,
  ): Promise<Response> {
    return await fetch(`${this.#scheme}://${address}${path}`, {
      method: "POST",
      client: this.#client,
      headers: tried === 0
        ? this.#headers
        : { ...this.#headers, [previousAttemptsKey]: String(tried) },
      body: frameOf(request),
      signal: AbortSignal.any([deadline, AbortSignal.timeout(deadlineMs.attempt)]),
    });
  }
}

/** Says that there was no answer in time, and why the last attempt got none. */
function late(failure: CallError | undefined): CallError {
  const reason = failure === undefined ? "" : `; the last was ${failure.message}`;
  return new CallError(
    "DEADLINE_EXCEEDED",
    `no answer within ${deadlineMs.call / 1_000} s${reason}`,
  );
}

/**
 * Takes what `fetch` throws, a connection refused or broken or an attempt that took too long,
 * for a branch that is not there.
 */
function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new CallError("UNAVAILABLE", `no answer within ${deadlineMs.attempt / 1_000} s`);
  }
  if (!(error instanceof TypeError)) throw error;
  // What went wrong is in the cause, such as a certificate that is not trusted.
  const { cause = error } = error;
  return new CallError("UNAVAILABLE", reasonOf(cause));
}

function named({ code, details }: CallError, { path, address }: Call): CallError {
  const method = path.slice(path.lastIndexOf("/") + 1);
  return new CallError(code, `${method} at ${address}: ${details}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Is the process of one customer of a run: makes the calls that the run asks for on standard
 * input, and ends with its input, also in the middle of a call.
 */
export async function attend(): Promise<void> {
  const lines = readJsonLines(Deno.stdin);
  const first = await lines.next();
  if (first.done === true) return;
  const { trust, traceFromMs } = expectLine(first.value, "customer setup");
  const teller = new Teller(trust, traceFromMs === undefined ? undefined : tellsFrom(traceFromMs));
  tell({ kind: "ready" });
  for await (const line of lines) void answer(teller, expectLine(line, "call"));
}

function tellsFrom(startedMs: number): Attempts {
  return (attempt, stage, reason) => {
    const ms = performance.timeOrigin + performance.now() - startedMs;
    const why = reason === undefined ? {} : { reason };
    tell({ kind: "attempted", attempt, stage, ms, ...why });
  };
}

async function answer(teller: Teller, { address, path, request, tried }: CallLine): Promise<void> {
  const call = { address, path, request: Uint8Array.fromBase64(request), tried };
  try {
    tell({ kind: "answer", response: (await teller.call(call)).toBase64() });
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    tell({ kind: "answer", failure: error.message });
  }
}

function tell(line: Line): void {
  Deno.stdout.writeSync(jsonLine(line));
}

if (import.meta.main) {
  addEventListener("unhandledrejection", (event) => {
    // One line for the run to quote, and no stack.
    Deno.stderr.writeSync(new TextEncoder().encode(`teller: ${reasonOf(event.reason)}\n`));
    Deno.exit(1);
  });
  await attend();
  // An open connection would keep the process; it has nothing left to say to its branches.
  Deno.exit(0);
}
