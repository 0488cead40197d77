import type { CommandId } from "../core/ids.ts";
import type { Identity } from "./identity.ts";
import { StatusError } from "./status_error.ts";

/**
 * Who makes a call: someone with a certificate, or one who knows the secret of a bank on loopback,
 * which is all that anyone can show there.
 */
export type Caller = Identity | { readonly kind: "bearer" };

/** What a call shows of who makes it. */
export interface Shown {
  /** The other end of its connection, `address:port`. */
  readonly peer: string;
  /** Its metadata `authorization`. */
  readonly authorization: string;
}

/** Tells who makes a call. @throws {StatusError} when it is nobody who may. */
export type Identify = (shown: Shown) => Caller;

/** Whose each service is; one that is not here is nobody's. */
const callers: ReadonlyMap<string, readonly Identity["kind"][]> = new Map([
  ["bank.v1.BranchService", ["customer"]],
  ["bank.v1.ReplicationService", ["branch"]],
  ["grpc.health.v1.Health", ["customer", "branch"]],
  ["grpc.reflection.v1.ServerReflection", ["customer", "branch"]],
  ["grpc.reflection.v1alpha.ServerReflection", ["customer", "branch"]],
]);

/** @throws {StatusError} when a caller may not call the method, `/package.Service/Method`. */
export function authorize(caller: Caller, path: string): void {
  if (caller.kind === "bearer") return;
  const service = path.slice(1, path.lastIndexOf("/"));
  if (callers.get(service)?.includes(caller.kind) === true) return;
  throw new StatusError("PERMISSION_DENIED", `${named(caller)} may not call ${service}`);
}

/**
 * Holds a customer to its own commands: the last part but one of their ids is the customer's, as in
 * `run/customer/position`. Otherwise one could take a name that another is about to use, and with
 * it the other's money: what was asked second is refused.
 *
 * @throws {StatusError} when a command has another one's name.
 */
export function authorizeNames(
  caller: Caller,
  commands: Iterable<{ readonly id?: CommandId }>,
): void {
  if (caller.kind !== "customer") return;
  for (const { id } of commands) {
    if (id === undefined || id.split("/").at(-2) === String(caller.id)) continue;
    throw new StatusError(
      "PERMISSION_DENIED",
      `command id ${id} is not of ${named(caller)}: it must end in /${caller.id}/ and a name`,
    );
  }
}

function named({ kind, id }: Identity): string {
  return `${kind} ${id}`;
}
