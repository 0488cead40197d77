import { assertEquals } from "@std/assert";
import { Reflection } from "../../lib/format/reflection.ts";
import type { ServerReflectionRequest__Output } from "../../lib/gen/grpc/reflection/v1/ServerReflectionRequest.ts";
import descriptors from "../../lib/gen/descriptors.json" with { type: "json" };

const files = {
  "a.proto": { imports: [], services: [], symbols: ["p.A", "p.A.field"], descriptor: "AQ==" },
  "b.proto": {
    imports: ["a.proto"],
    services: ["p.Service"],
    symbols: ["p.Service", "p.Service.Do"],
    descriptor: "Ag==",
  },
  "c.proto": {
    imports: ["b.proto", "a.proto"],
    services: ["p.Other"],
    symbols: ["p.Other"],
    descriptor: "Aw==",
  },
};

/** What an answer says beside what every one does. */
function answered(request: Omit<ServerReflectionRequest__Output, "host">) {
  const { validHost, originalRequest, ...answer } = new Reflection(files)
    .answer({ host: "h", ...request });
  assertEquals({ validHost, originalRequest }, {
    validHost: "h",
    originalRequest: { host: "h", ...request },
  });
  return answer;
}

const described = (...bytes: readonly number[]) => ({
  fileDescriptorResponse: { fileDescriptorProto: bytes.map((byte) => Uint8Array.of(byte)) },
});

const missing = (what: string) => ({
  errorResponse: { errorCode: 5, errorMessage: `${what} is not here` },
});

Deno.test("reflection.answer() lists all services", () => {
  assertEquals(answered({ listServices: "" }), {
    listServicesResponse: { service: [{ name: "p.Service" }, { name: "p.Other" }] },
  });
});

Deno.test("reflection.answer() gives a file with all that it needs, each once, itself first", () => {
  assertEquals(answered({ fileByFilename: "a.proto" }), described(1));
  assertEquals(answered({ fileByFilename: "c.proto" }), described(3, 2, 1));
  assertEquals(answered({ fileContainingSymbol: "p.Service.Do" }), described(2, 1));
  assertEquals(answered({ fileContainingSymbol: "p.A.field" }), described(1));
});

Deno.test("reflection.answer() says of what it does not have that it is not there", () => {
  assertEquals(answered({ fileByFilename: "d.proto" }), missing("the file d.proto"));
  assertEquals(answered({ fileContainingSymbol: "p.B" }), missing("the symbol p.B"));
  assertEquals(
    answered({ fileContainingExtension: { containingType: "p.A", extensionNumber: 7 } }),
    missing("the extension 7 of p.A"),
  );
  assertEquals(answered({ allExtensionNumbersOfType: "p.B" }), missing("the type p.B"));
  assertEquals(answered({ allExtensionNumbersOfType: "p.A" }), {
    allExtensionNumbersResponse: { baseTypeName: "p.A", extensionNumber: [] },
  });
  assertEquals(answered({}), {
    errorResponse: { errorCode: 3, errorMessage: "the request asks for nothing" },
  });
});

Deno.test("the descriptors name each file that another needs, and each symbol once", () => {
  const all = Object.entries(descriptors);
  const names = new Set(all.map(([name]) => name));
  const imported = all.flatMap(([, { imports }]) => imports);
  assertEquals(imported.filter((name) => !names.has(name)), []);
  const symbols = all.flatMap(([, file]) => file.symbols);
  assertEquals(new Set(symbols).size, symbols.length);
});
