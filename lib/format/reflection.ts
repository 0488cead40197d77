import type { ServerReflectionRequest__Output } from "../gen/grpc/reflection/v1/ServerReflectionRequest.ts";
import type { ServerReflectionResponse } from "../gen/grpc/reflection/v1/ServerReflectionResponse.ts";

/** A file of the contract, as tools want to know it. */
export interface DescribedFile {
  /** The files that it needs. */
  readonly imports: readonly string[];
  readonly services: readonly string[];
  /** The full names of all that it declares. */
  readonly symbols: readonly string[];
  /** Its descriptor, `google.protobuf.FileDescriptorProto`, as base64. */
  readonly descriptor: string;
}

/** Status codes of gRPC, as numbers: what an answer within the stream says. */
const codes = { invalidArgument: 3, notFound: 5 } as const;

/**
 * Tells ordinary gRPC tools what is served, as gRPC's server reflection has it: which services
 * there are, and the files that declare them, with all that those need.
 */
export class Reflection {
  readonly #files: ReadonlyMap<string, DescribedFile>;
  readonly #fileOf = new Map<string, string>();

  /** Tells of these files, by name; a file's imports are among them. */
  constructor(files: Readonly<Record<string, DescribedFile>>) {
    this.#files = new Map(Object.entries(files));
    for (const [name, { symbols }] of this.#files) {
      for (const symbol of symbols) this.#fileOf.set(symbol, name);
    }
  }

  /** Answers a request; one that asks for what is not there gets an answer that says so. */
  answer(request: ServerReflectionRequest__Output): ServerReflectionResponse {
    return { validHost: request.host, originalRequest: request, ...this.#answer(request) };
  }

  #answer(request: ServerReflectionRequest__Output): ServerReflectionResponse {
    const { listServices, fileByFilename, fileContainingSymbol } = request;
    const { fileContainingExtension, allExtensionNumbersOfType } = request;
    if (listServices !== undefined) {
      const names = this.#files.values().flatMap(({ services }) => services);
      return { listServicesResponse: { service: names.map((name) => ({ name })).toArray() } };
    }
    if (fileByFilename !== undefined) {
      return this.#described(fileByFilename, `the file ${fileByFilename}`);
    }
    if (fileContainingSymbol !== undefined) {
      const name = this.#fileOf.get(fileContainingSymbol);
      return this.#described(name, `the symbol ${fileContainingSymbol}`);
    }
    // Nothing here extends anything.
    if (fileContainingExtension) {
      const { containingType, extensionNumber } = fileContainingExtension;
      return notFound(`the extension ${extensionNumber} of ${containingType}`);
    }
    if (allExtensionNumbersOfType === undefined) {
      const errorMessage = "the request asks for nothing";
      return { errorResponse: { errorCode: codes.invalidArgument, errorMessage } };
    }
    if (!this.#fileOf.has(allExtensionNumbersOfType)) {
      return notFound(`the type ${allExtensionNumbersOfType}`);
    }
    const baseTypeName = allExtensionNumbersOfType;
    return { allExtensionNumbersResponse: { baseTypeName, extensionNumber: [] } };
  }

  /** Gives a file's descriptor and those of all that it needs. */
  #described(name: string | undefined, what: string): ServerReflectionResponse {
    const needed = new Map<string, string>();
    const need = (file: string): void => {
      const described = this.#files.get(file);
      if (described === undefined) return;
      needed.set(file, described.descriptor);
      described.imports.forEach(need);
    };
    if (name !== undefined) need(name);
    if (needed.size === 0) return notFound(what);
    const fileDescriptorProto = [...needed.values()].map((text) => Uint8Array.fromBase64(text));
    return { fileDescriptorResponse: { fileDescriptorProto } };
  }
}

function notFound(what: string): ServerReflectionResponse {
  return { errorResponse: { errorCode: codes.notFound, errorMessage: `${what} is not here` } };
}
