import { assert } from "@std/assert";
import { records } from "../end_to_end/bank.ts";
import type { ClusterPlace } from "./cluster.ts";

const page = Deno.readTextFileSync(new URL("../../docs/operations.md", import.meta.url));

/** Gives the example of the documentation that holds some words. */
function exampleWith(words: string): string {
  const found = page.match(/^```\w*\n[^]*?^```$/gm)?.filter((text) => text.includes(words)) ?? [];
  assert(found.length === 1, `${found.length} examples with ${words}`);
  return (found[0] ?? "").replace(/^```.*\n/gm, "").replace(/```$/, "");
}

/** The commands that make the certificate of a server on loopback, as the documentation says it. */
export function certificateCommands(server: number): string {
  const text = exampleWith("openssl req");
  return text.replaceAll("nats-1", `nats-${server}`).replaceAll("10.0.0.1", "127.0.0.1");
}

/** The configuration of servers as the documentation says it, elsewhere; it writes that of users. */
export function documentedConfigs({ folder, addresses, routes }: ClusterPlace): readonly string[] {
  const users = exampleWith("spiffe://");
  const [user = ""] = /^ {4}\{\n[^]*^ {4}\}\n/m.exec(users) ?? [];
  const all = records(addresses.length, (id) => (
    user.replaceAll(/([./])2(?=[.">])/g, (_, before) => `${before}${id}`)
  ));
  folder.write("users.conf", users.replace(user, all.join("")));
  return addresses.map((_, index) => {
    const own = exampleWith("server_name: nats-1")
      .replaceAll("nats-1", `nats-${index + 1}`)
      .replaceAll('listen: "10.0.0.1:', `listen: "10.0.0.${index + 1}:`)
      .replaceAll("/etc/nats/", `${folder.path}/`)
      .replaceAll("/var/lib/nats", folder.at(`store-${index}`));
    return own.replaceAll(/10\.0\.0\.(\d):(\d)222/g, (_, server, kind) => {
      const place = (kind === "4" ? addresses : routes)[Number(server) - 1];
      return place ?? "";
    });
  });
}
