import type { BranchId } from "../core/ids.ts";
import { type AdminAddress, hostPortOf } from "../format/admin_address.ts";
import { activityLimits, BranchActivity } from "../format/branch_activity.ts";
import { reasonOf } from "../format/reason.ts";
import { healthLines, type Status, statusOf, type Watched } from "../format/status.ts";
import { statusPage, statusPageParts } from "../format/status_page.ts";
import type { Host, HostParts } from "../host/host.ts";
import { withObserver } from "../host/observers.ts";

/** What the page is about. */
export interface Administered {
  readonly hosts: ReadonlyMap<BranchId, Pick<Host, "inspect" | "isEnding">>;
  /** Where each of them listens. */
  readonly addresses: ReadonlyMap<BranchId, string>;
}

/**
 * Serves a page about the branches of this process to people, and the same as JSON and to probes.
 *
 * 1. It only tells: nothing that is asked of it changes anything.
 * 2. It asks nobody who they are, so it is for loopback; and since any page in a browser there
 *    can call loopback, it answers to its own names only (or a name that an attacker points to
 *    127.0.0.1 would do), lets no other origin read, and its page loads and runs nothing else.
 */
export class Admin {
  readonly #about: Pick<Status, "bank" | "version">;
  readonly #activities = new Map<BranchId, BranchActivity>();

  /** Is about branches of this bank. */
  constructor(about: Pick<Status, "bank" | "version">) {
    this.#about = about;
  }

  /** Begins to count what a branch does, and gives the parts of its host with what that takes. */
  observed(parts: HostParts): HostParts {
    const { id } = parts.replica.inspect();
    const activity = new BranchActivity(id, parts.journal.latest(activityLimits.entriesMax));
    this.#activities.set(id, activity);
    return withObserver(parts, activity);
  }

  /**
   * Serves, until the process ends, and gives the URL.
   *
   * @throws {Error} when it cannot listen there.
   */
  async serve(
    administered: Administered,
    { hostname, port }: AdminAddress,
  ): Promise<{ readonly url: string; close(): Promise<void> }> {
    const headers = { ...headersOfAll, "content-security-policy": await policy() };
    const server = listening({ hostname, port }, (request) => {
      const { status, type, body, more } = this.#answer(request, { hostname, administered });
      const isHead = request.method === "HEAD";
      return new Response(isHead ? null : body, {
        status,
        headers: { ...headers, "content-type": `${type}; charset=utf-8`, ...more },
      });
    });
    const url = `http://${hostPortOf({ hostname, port: server.addr.port })}/`;
    return { url, close: () => server.shutdown() };
  }

  #answer(
    request: Request,
    { hostname, administered }: {
      readonly hostname: string;
      readonly administered: Administered;
    },
  ): Answer {
    const host = request.headers.get("host") ?? hostname;
    const names = new Set([hostname, ...loopbackNames]);
    if (!names.has(host.replace(/:\d*$/, "").toLowerCase())) {
      return said(421, `this page goes by ${[...names].join(", ")}, not by ${host}`);
    }
    const write = forms.get(new URL(request.url).pathname);
    if (write === undefined) return said(404, `there are ${[...forms.keys()].join(", ")}`);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return { ...said(405, "this page only tells: GET or HEAD"), more: { allow: "GET, HEAD" } };
    }
    return write(this.#status(administered));
  }

  #status({ hosts, addresses }: Administered): Status {
    const watched = [...hosts].flatMap(([id, host]): Watched | readonly Watched[] => {
      const activity = this.#activities.get(id)?.inspect();
      if (activity === undefined) return [];
      const { isEnding } = host;
      return { address: addresses.get(id) ?? "", view: host.inspect(), isEnding, activity };
    });
    return statusOf(watched, { ...this.#about, at: new Date().toISOString() });
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** What is told where. */
const forms: ReadonlyMap<string, (status: Status) => Answer> = new Map([
  ["/", (status: Status) => ({ status: 200, type: "text/html", body: statusPage(status) })],
  ["/status.json", (status: Status) => (
    { status: 200, type: "application/json", body: `${JSON.stringify(status, null, 2)}\n` }
  )],
  ["/healthz", (status: Status) => (
    { status: status.serving ? 200 : 503, type: "text/plain", body: healthLines(status) }
  )],
]);

/** What loopback is called in a browser that comes through a tunnel, besides where it listens. */
const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

const headersOfAll = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

function said(status: number, sentence: string): Answer {
  return { status, type: "text/plain", body: `${sentence}\n` };
}

/** Lets the page run its own script, by its digest, and ask where it is from, and nothing else. */
async function policy(): Promise<string> {
  const { style, script } = statusPageParts;
  return [
    ...["default-src 'none'", "connect-src 'self'", "img-src data:"],
    ...[`style-src ${await digestOf(style)}`, `script-src ${await digestOf(script)}`],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join("; ");
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}

function listening(
  { hostname, port }: AdminAddress,
  handle: (request: Request) => Response,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname,
      port,
      onListen: () => {},
      onError: (error) => new Response(`it cannot be told: ${reasonOf(error)}\n`, { status: 500 }),
    }, handle);
  } catch (error) {
    const isTaken = error instanceof Deno.errors.AddrInUse;
    const reason = isTaken ? "the port is in use" : reasonOf(error);
    throw new Error(`cannot listen on ${hostPortOf({ hostname, port })}: ${reason}`, {
      cause: error,
    });
  }
}
