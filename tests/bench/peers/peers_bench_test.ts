import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { needs } from "../../end_to_end/by_hand.ts";
import { permitted } from "../../permitted.ts";
import { TemporaryFolder } from "../../temporary_folder.ts";
import { comparisonText, measurePeers, peers } from "./peers_bench.ts";

const short = { rounds: 1, warmUpMs: 0, durationMs: 20, signal: new AbortController().signal };
const starts = [...needs, { name: "run", command: "/usr/bin/setpriv" }] as const;

permitted("measurePeers() leaves out what is not installed, and says so", needs, async () => {
  using folder = new TemporaryFolder();
  const compared = await measurePeers({ ...short, folder: folder.path, root: folder.at("root/") });
  assertEquals(compared.missing, peers);
  assertEquals(compared.measured.map(({ inFlight }) => inFlight), [1, 64, 4]);
  const lines = comparisonText(compared);
  for (const { name, debianPackage } of peers) {
    const said = lines.filter((line) => line.startsWith(name));
    assertEquals(said, [`${name}: not installed (Debian's ${debianPackage}), left out`]);
  }
});

permitted("measurePeers() sees the bank and all that is installed do it", starts, async () => {
  using folder = new TemporaryFolder();
  const compared = await measurePeers({ ...short, folder: folder.path, root: "/" });
  const systems = new Set(compared.measured.map(({ system }) => system));
  assertEquals(systems.size + compared.missing.length, 1 + peers.length);
  for (const { line, rounds } of compared.measured) {
    const [seen] = rounds;
    assertEquals(rounds.length, 1, line.name);
    assertGreater(seen?.commands ?? 0, 0, line.name);
    assertGreater(seen?.perSecond ?? 0, 0, line.name);
    assertEquals((seen?.medianMs ?? NaN) <= (seen?.late99Ms ?? NaN), true, line.name);
  }
  const text = comparisonText(compared).join("\n");
  for (const { line } of compared.measured) {
    for (const promise of Object.values(line.guarantees)) assertStringIncludes(text, promise);
  }
});
