import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { loaderOptions } from "../../../lib/format/loader_options.ts";

const text = (id: number) => ({ type: "string", id }) as const;
const bytes = (id: number) => ({ type: "bytes", id }) as const;
const signed = (id: number) => ({ type: "int64", id }) as const;
const unsigned = (id: number) => ({ type: "uint64", id }) as const;
const of = (type: string, id: number) => ({ type, id }) as const;
const listOf = (type: string, id: number) => ({ rule: "repeated", type, id }) as const;
// The loader's type wants a comment of each method.
const methodOf = (name: string) => (
  { requestType: `${name}Request`, responseType: `${name}Response`, comment: "" }
);

/** The part of etcd's contract that is used here, by its numbers in `rpc.proto` of etcd 3. */
const contract: Parameters<typeof fromJSON>[0] = {
  nested: {
    etcdserverpb: {
      nested: {
        KV: { methods: { Range: methodOf("Range"), Put: methodOf("Put"), Txn: methodOf("Txn") } },
        Maintenance: { methods: { Status: methodOf("Status") } },
        ResponseHeader: { fields: { memberId: unsigned(2), revision: signed(3) } },
        KeyValue: { fields: { key: bytes(1), modRevision: signed(3), value: bytes(5) } },
        RangeRequest: { fields: { key: bytes(1) } },
        RangeResponse: { fields: { header: of("ResponseHeader", 1), kvs: listOf("KeyValue", 2) } },
        PutRequest: { fields: { key: bytes(1), value: bytes(2) } },
        PutResponse: { fields: { header: of("ResponseHeader", 1) } },
        CompareResult: { values: { EQUAL: 0, GREATER: 1, LESS: 2, NOT_EQUAL: 3 } },
        CompareTarget: { values: { VERSION: 0, CREATE: 1, MOD: 2, VALUE: 3 } },
        Compare: {
          fields: {
            result: of("CompareResult", 1),
            target: of("CompareTarget", 2),
            key: bytes(3),
            modRevision: signed(6),
          },
        },
        RequestOp: {
          oneofs: { request: { oneof: ["requestRange", "requestPut"] } },
          fields: { requestRange: of("RangeRequest", 1), requestPut: of("PutRequest", 2) },
        },
        ResponseOp: {
          oneofs: { response: { oneof: ["responseRange", "responsePut"] } },
          fields: { responseRange: of("RangeResponse", 1), responsePut: of("PutResponse", 2) },
        },
        TxnRequest: {
          fields: {
            compare: listOf("Compare", 1),
            success: listOf("RequestOp", 2),
            failure: listOf("RequestOp", 3),
          },
        },
        TxnResponse: {
          fields: {
            header: of("ResponseHeader", 1),
            succeeded: of("bool", 2),
            responses: listOf("ResponseOp", 3),
          },
        },
        StatusRequest: { fields: {} },
        StatusResponse: {
          fields: { header: of("ResponseHeader", 1), version: text(2), leader: unsigned(4) },
        },
      },
    },
  },
};

interface Header {
  readonly memberId: number;
  readonly revision: number;
}

/** What is under keys. */
export interface Range {
  readonly header: Header;
  readonly kvs: readonly { readonly modRevision: number; readonly value: Uint8Array }[];
}

type Operation =
  | { readonly requestRange: { readonly key: Uint8Array } }
  | { readonly requestPut: { readonly key: Uint8Array; readonly value: Uint8Array } };

interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

// The loader does not know the shape of what it makes of a contract.
const definition = fromJSON(contract, loaderOptions) as unknown as {
  "etcdserverpb.KV": {
    Range: Method<{ readonly key: Uint8Array }, Range>;
    Put: Method<{ readonly key: Uint8Array; readonly value: Uint8Array }, unknown>;
    Txn: Method<
      {
        readonly compare: readonly {
          readonly result: "EQUAL";
          readonly target: "MOD";
          readonly key: Uint8Array;
          readonly modRevision: number;
        }[];
        readonly success: readonly Operation[];
        readonly failure: readonly Operation[];
      },
      {
        readonly header: Header;
        readonly succeeded: boolean;
        readonly responses: readonly { readonly responseRange: Range | null }[];
      }
    >;
  };
  "etcdserverpb.Maintenance": {
    Status: Method<object, { readonly header: Header; readonly leader: number }>;
  };
};

/** What can be asked of etcd. */
export const methods = {
  ...definition["etcdserverpb.KV"],
  ...definition["etcdserverpb.Maintenance"],
};

/** How long a call may take. */
const deadlineMs = 10_000;

/** A node of etcd, as its clients see it. */
export class EtcdNode {
  readonly #client: Client;

  constructor(port: number) {
    const options = { "grpc.enable_channelz": 0 };
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  }

  /** Asks it for something. */
  ask<Request, Response>(
    { path, requestSerialize, responseDeserialize }: Method<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const options = { deadline: Date.now() + deadlineMs };
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        new Metadata(),
        options,
        (error, response) => {
          if (error !== null || response === undefined) reject(error);
          else resolve(response);
        },
      );
    });
  }
}
