import { assertEquals, assertThrows } from "@std/assert";
import { authorize, authorizeNames, type Caller } from "../../lib/format/authorization.ts";
import { StatusError } from "../../lib/format/status_error.ts";
import { branchService, replicationService } from "../../lib/format/contract.ts";
import { branch, commandId, customer, deposit, query } from "../core/samples.ts";

const seventh: Caller = { kind: "customer", id: customer(7) };
const second: Caller = { kind: "branch", id: branch(2) };
const bearer: Caller = { kind: "bearer" };

function pathsOf(service: object): readonly string[] {
  return Object.values(service).map(({ path }: { path: string }) => path);
}

function isAllowed(caller: Caller, path: string): boolean {
  try {
    authorize(caller, path);
    return true;
  } catch (error) {
    assertEquals(error instanceof StatusError && error.code, "PERMISSION_DENIED");
    return false;
  }
}

Deno.test("authorize() lets each kind of caller call just its methods", () => {
  const table = new Map<readonly string[], readonly boolean[]>([
    [pathsOf(branchService), [true, false, true]],
    [pathsOf(replicationService), [false, true, true]],
    [["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"], [true, true, true]],
    [["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"], [true, true, true]],
    [["/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"], [true, true, true]],
    [["/bank.v1.Other/Do", "/bank.v1.BranchServiceX/Deposit", "/", ""], [false, false, true]],
  ]);
  for (const [paths, wanted] of table) {
    for (const path of paths) {
      assertEquals([seventh, second, bearer].map((each) => isAllowed(each, path)), wanted, path);
    }
  }
});

Deno.test("authorize() says who may not call what", () => {
  const call = () => authorize(seventh, "/bank.v1.ReplicationService/Claim");
  assertThrows(call, StatusError, "customer 7 may not call bank.v1.ReplicationService");
});

Deno.test("authorizeNames() holds a customer to its own commands", () => {
  authorizeNames(seventh, [deposit("run/7/1", 1), query, deposit("a/b/7/x", 1)]);
  for (const id of ["run/8/1", "run/77/1", "run/7", "7/1/1", "run/7/1/2", "run/07/1", "run"]) {
    const named = () => authorizeNames(seventh, [deposit("run/7/1", 1), deposit(id, 1)]);
    const { code, message } = assertThrows(named, StatusError);
    assertEquals(code, "PERMISSION_DENIED");
    const claim = `command id ${commandId(id)} is not of customer 7: it must end in /7/ and a name`;
    assertEquals(message, claim);
  }
});

Deno.test("authorizeNames() lets the bearer of a secret name commands as it likes", () => {
  authorizeNames(bearer, [deposit("run/8/1", 1), deposit("x", 1)]);
});
