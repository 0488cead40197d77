import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import type { IFileDescriptorProto } from "protobufjs/ext/descriptor/index.js";
import type { ServerReflectionRequest } from "../../lib/gen/grpc/reflection/v1/ServerReflectionRequest.ts";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";

/** Asks a server with reflection, on one stream, as tools do. */
async function openReflection(version: "v1" | "v1alpha") {
  const { addReflection } = await import("../../lib/adapter/grpc_reflection.ts");
  const contract = await import("../../lib/format/standard_contract.ts");
  const { serve } = await import("./extended_server.ts");
  const { client, [Symbol.dispose]: close } = await serve(addReflection);
  const { requestSerialize, responseDeserialize } = contract.reflectionService.ServerReflectionInfo;
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const answers = stream[Symbol.asyncIterator]();
  const ask = async (request: ServerReflectionRequest) => {
    stream.write(request);
    const { value } = await answers.next();
    return value;
  };
  const end = async () => {
    stream.end();
    return (await answers.next()).done;
  };
  return { ask, end, [Symbol.dispose]: close };
}

permitted(
  "addReflection() tells which services there are, under both its names",
  network,
  async () => {
    for (const version of ["v1", "v1alpha"] as const) {
      using opened = await openReflection(version);
      const answer = await opened.ask({ host: "here", listServices: "*" });
      assertEquals([answer?.validHost, answer?.originalRequest?.listServices], ["here", "*"]);
      assertEquals(answer?.listServicesResponse?.service, [
        { name: "bank.v1.BranchService" },
        { name: "bank.v1.ReplicationService" },
        { name: "grpc.health.v1.Health" },
        { name: "grpc.reflection.v1.ServerReflection" },
        { name: "grpc.reflection.v1alpha.ServerReflection" },
      ]);
      assertEquals(await opened.end(), true);
    }
  },
);

permitted(
  "addReflection() gives a method's file, from which a client can be made",
  network,
  async () => {
    const { default: format } = await import("protobufjs/ext/descriptor/index.js");
    const { loadFileDescriptorSetFromBuffer } = await import("@grpc/proto-loader");
    using opened = await openReflection("v1");
    const answer = await opened.ask({ fileContainingSymbol: "bank.v1.BranchService.Deposit" });
    const [bytes, ...more] = answer?.fileDescriptorResponse?.fileDescriptorProto ?? [];
    assert(bytes !== undefined && more.length === 0);
    const file = format.FileDescriptorProto.decode(bytes) as IFileDescriptorProto;
    assertEquals(file.name, "bank/v1/branch_service.proto");
    const deposit = file.service?.[0]?.method?.find(({ name }) => name === "Deposit");
    assertEquals(
      [deposit?.inputType, deposit?.outputType],
      [".bank.v1.DepositRequest", ".bank.v1.DepositResponse"],
    );
    const comments: readonly string[] = file.sourceCodeInfo.location.map((
      { leadingComments }: { readonly leadingComments?: string },
    ) => leadingComments);
    assert(comments.includes(" Puts money into the account.\n"));
    // A client that knows nothing but what was given sends what a branch reads.
    const set = format.FileDescriptorSet.encode({ file: [file] }).finish();
    const made = loadFileDescriptorSetFromBuffer(Buffer.from(set))["bank.v1.BranchService"];
    const sent = made !== undefined && "Deposit" in made
      ? made.Deposit.requestSerialize({ command_id: "c", amount: 5, branch: 2 })
      : Buffer.of();
    const { branchService } = await import("../../lib/format/contract.ts");
    const read = branchService.Deposit.requestDeserialize(sent);
    assertEquals([read.commandId, read.amount, read.branch], ["c", 5, 2]);
  },
);
