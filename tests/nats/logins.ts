import { nkeys } from "@nats-io/transport-node";
import { Buffer } from "node:buffer";

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** An operator of NATS with an account, and a user of that, as `nsc` makes them. */
export interface Logins {
  /** What servers are configured with, beside where they listen. */
  readonly config: string;
  /** The text of the user's credentials file. */
  readonly credentials: string;
  /** That of a user whom the account did not make. */
  readonly forged: string;
}

const utf8 = new TextEncoder();

/** Makes them anew. */
export function makeLogins(): Logins {
  const [operator, account, user, stranger, system] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createUser(),
    nkeys.createAccount(),
    nkeys.createAccount(),
  ];
  const unlimited = { subs: -1, data: -1, payload: -1 };
  const streams = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const limits = { ...unlimited, ...streams, imports: -1, exports: -1, conn: -1, leaf: -1 };
  const accountJwt = signed(operator, account, { type: "account", limits });
  const systemJwt = signed(operator, system, { type: "account", limits: unlimited });
  const operatorJwt = signed(operator, operator, { type: "operator" });
  return {
    config: [
      `operator: ${operatorJwt}`,
      "resolver: MEMORY",
      `system_account: ${system.getPublicKey()}`,
      "resolver_preload {",
      `${account.getPublicKey()}: ${accountJwt}`,
      `${system.getPublicKey()}: ${systemJwt}`,
      "}",
    ].join("\n"),
    credentials: fileOf(signed(account, user, { type: "user", ...unlimited }), user),
    forged: fileOf(signed(stranger, user, { type: "user", ...unlimited }), user),
  };
}

/** Makes a JWT about somebody, in the form that servers of NATS take. */
function signed(issuer: KeyPair, subject: KeyPair, nats: Readonly<Record<string, unknown>>) {
  const claims = {
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    name: "bank",
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  };
  const parts = [{ typ: "JWT", alg: "ed25519-nkey" }, claims];
  const text = parts.map((part) => base64(utf8.encode(JSON.stringify(part)))).join(".");
  return `${text}.${base64(issuer.sign(utf8.encode(text)))}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function fileOf(jwt: string, user: KeyPair): string {
  const seed = new TextDecoder().decode(user.getSeed());
  return [
    ...["-----BEGIN NATS USER JWT-----", jwt, "------END NATS USER JWT------", ""],
    ...["-----BEGIN USER NKEY SEED-----", seed, "------END USER NKEY SEED------", ""],
  ].join("\n");
}
