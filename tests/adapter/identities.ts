import {
  branchHostName,
  type Credentials,
  identityName,
  identityUri,
} from "../../lib/format/identity.ts";
import type { Identity } from "../../lib/format/identity.ts";
import { type Made, makeCertificate } from "./certificate_maker.ts";

const hourMs = 60 * 60 * 1_000;

/** An authority that gives out certificates, right or wrong. */
export interface Authority {
  readonly own: Made;
  /** Gives someone of a bank what it needs to show who it is; valid for an hour either side of now. */
  issue(identity: Identity, options?: IssueOptions): Promise<Credentials>;
}

/** What is to be unusual about a certificate. */
export interface IssueOptions {
  /** Of which bank; the first one, if it is not said. */
  readonly bank?: string;
  /** How long it is valid from now on, or until how long ago, in milliseconds. */
  readonly validMs?: number;
  /** What it says instead of who someone is. */
  readonly uris?: readonly string[];
}

/** Founds an authority. */
export async function foundAuthority(): Promise<Authority> {
  const now = Date.now();
  const span = { fromMs: now - hourMs, untilMs: now + hourMs };
  const own = await makeCertificate({ subject: "CN=authority", isAuthority: true, ...span });
  return {
    own,
    async issue(identity, { bank = "first-bank", validMs = hourMs, uris } = {}) {
      const { certificate, key } = await makeCertificate({
        subject: `CN=${identityName(identity)}`,
        uris: uris ?? [identityUri(bank, identity)],
        hosts: identity.kind === "branch"
          ? [branchHostName(bank, identity.id), "127.0.0.1", "127.0.0.2", "127.0.0.3"]
          : [],
        by: own,
        fromMs: now - hourMs,
        untilMs: Date.now() + validMs,
      });
      return { authority: own.certificate, certificate, key };
    },
  };
}
