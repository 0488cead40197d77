/**
 * The status codes of gRPC by number.
 *
 * See https://grpc.github.io/grpc/core/md_doc_statuscodes.html.
 */
export const statusNames = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** The name of a gRPC status. */
export type StatusName = typeof statusNames[number];

/**
 * The metadata key under which a client says how often it has sent a call before.
 *
 * See "Exposed Retry Metadata" in https://github.com/grpc/proposal/blob/master/A6-client-retries.md.
 */
export const previousAttemptsKey = "grpc-previous-rpc-attempts";

/** Says that a call brought no response, with the status and the words that it brought. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** The status of the call, never OK. */
  readonly code: StatusName;
  /** What the server said, or what is wrong. */
  readonly details: string;

  /** Joins both to the message. */
  constructor(code: StatusName, details: string) {
    super(`${code}: ${details}`);
    this.code = code;
    this.details = details;
  }

  /** Whether the same call may succeed later; it may have been executed, too. */
  get isRetriable(): boolean {
    return this.code === "UNAVAILABLE";
  }
}

const prefixBytes = 5;

/**
 * Puts a message into its frame: a zero for "not compressed", the length, the bytes.
 *
 * See "Length-Prefixed-Message" in https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
 */
export function frameOf(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(prefixBytes + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, prefixBytes);
  return frame;
}

/**
 * Takes the one message out of the response to a unary call.
 *
 * @throws {CallError} when the headers bear a status other than OK, or when the body is not one
 * whole message.
 */
export function messageIn(headers: Headers, body: Uint8Array): Uint8Array {
  const status = headers.get("grpc-status");
  if (status !== null && status !== "0") {
    throw new CallError(nameOf(status), unescaped(headers.get("grpc-message") ?? ""));
  }
  const type = headers.get("content-type");
  if (!type?.startsWith("application/grpc")) {
    throw new CallError("UNKNOWN", `a response of the type ${type}, which is not gRPC`);
  }
  const length = body.length < prefixBytes
    ? undefined
    : new DataView(body.buffer, body.byteOffset).getUint32(1);
  if (length !== body.length - prefixBytes || body[0] !== 0) {
    throw new CallError("INTERNAL", `${body.length} bytes that are not one whole message`);
  }
  return body.subarray(prefixBytes);
}

function nameOf(status: string): StatusName {
  const name = /^[1-9]\d*$/.test(status) ? statusNames[Number(status)] : undefined;
  return name ?? "UNKNOWN";
}

/** Undoes the percent-encoding of `grpc-message`; what is not encoded right stays as it is. */
function unescaped(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
