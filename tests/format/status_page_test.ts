import { assert, assertEquals } from "@std/assert";
import type { BranchStatus, PeerStatus } from "../../lib/format/status.ts";
import { statusPage, statusPageParts } from "../../lib/format/status_page.ts";
import { totalsOf } from "./false_status.ts";
import { branchStatusOf, peerStatusOf, statusWith } from "./sample_status.ts";

function page(...branches: readonly Partial<BranchStatus>[]): string {
  return statusPage(statusWith(branches.map(branchStatusOf)));
}

/** The text of a page, between its elements. */
function text(html: string): string {
  const [, live = ""] = /<div id="live">([^]*)<script/.exec(html) ?? [];
  return live.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

function assertSays(html: string, ...words: readonly string[]): void {
  const said = text(html);
  for (const each of words) assert(said.includes(each), `${each} in: ${said}`);
}

Deno.test("statusPage() says first whether its branch serves, in the title too", () => {
  const cases = [
    [{}, "✓", "Serving", "every other branch has all its entries, and it lacks none"],
    [{ troubles: ["branch 3 is gone"] }, "!", "Serving, with trouble", "branch 3 is gone"],
    [{ serving: false, reasons: ["it starts"] }, "✗", "Not serving", "it starts"],
    [
      { peers: [peerStatusOf({ state: "behind", lag: 3 }), peerStatusOf({ id: 3 })] },
      ...["✓", "Serving", "1 branch of 2 not in step yet"],
    ],
    [{ peers: [] }, "✓", "Serving", "it is the only branch of its bank"],
  ] as const;
  for (const [changes, sign, word, sentence] of cases) {
    const html = page(changes);
    assertSays(html, `${sign} ${word} ${sentence}`);
    assert(html.includes(`<title>${sign} Branch 1 ${word.toLowerCase()}</title>`), word);
  }
});

Deno.test("statusPage() tells numbers in groups of three, of which only long ones break", () => {
  const html = page({ balance: "9007199254740991", allowance: "999000000" });
  assertSays(html, "Balance 9 007 199 254 740 991 ", "Allowance here 999 000 000 ");
  assert(html.includes("9\u2009007\u2009199\u2009254\u2009740\u2009991"));
  assert(html.includes("999\u202f000\u202f000"));
});

Deno.test("statusPage() tells of each peer how it is, in words and numbers", () => {
  const cases: readonly (readonly [Partial<PeerStatus>, string])[] = [
    [{}, "2 ✓ in step 0 30 "],
    [{ state: "behind", lag: 12_000, lagChange: -30 }, "2 ✓ behind 12 000 −30 lately 30 "],
    [
      { state: "no answer", silentSeconds: 42.4, lag: 5, lagChange: 2 },
      "2 ✗ no answer for 42 s 5 +2 lately 30 ",
    ],
    [{ state: "not heard", lag: null }, "2 ! not heard unknown 30 "],
    [{ missing: 1 }, "2 ✓ in step 1 entry of it missing here 0 30 "],
  ];
  for (const [changes, words] of cases) assertSays(page({ peers: [peerStatusOf(changes)] }), words);
});

Deno.test("statusPage() says for how long in the largest units that tell", () => {
  const cases = [[59.4, "59 s"], [60, "1 min"], [3_599, "59 min"], [12_000, "3 h 20 min"], [
    48 * 3_600,
    "2 days",
  ]] as const;
  for (const [upSeconds, words] of cases) assertSays(page({ upSeconds }), `up ${words} `);
});

Deno.test("statusPage() lists the last entries, the newest first, and says when there is none", () => {
  const entry = { origin: 2, sequence: 7, action: "deposit", amount: "1500", id: "x/1" } as const;
  const html = page({
    entries: [entry, { ...entry, sequence: 8, action: "grant", to: 3, id: "c" }],
  });
  assertSays(html, "2·8 grant 1 500 to branch 3 c 2·7 deposit 1 500 x/1");
  assertSays(page({ entries: [] }), "There is none yet.");
});

Deno.test("statusPage() tells the throughput, by the second and in all", () => {
  const throughput = {
    windowSeconds: 10.4,
    perSecond: totalsOf({ written: 12.5, queried: 0.3 }),
    total: totalsOf({ written: 12_345, queried: 4 }),
  };
  assertSays(
    page({ throughput }),
    ...["Writes per second 12.5", "Writes done 12.5 12 345", "Queries 0.3 4", "over the last 10 s"],
  );
});

Deno.test("statusPage() makes no markup of what comes from outside", () => {
  const evil = '"><script>alert(1)</script>&';
  const entry = { origin: 1, sequence: 1, action: "deposit", amount: "1", id: evil } as const;
  const branches = [
    branchStatusOf({ address: evil, reasons: [evil], troubles: [evil], entries: [entry] }),
  ];
  const html = statusPage({ ...statusWith(branches), bank: evil, version: evil });
  assertEquals(html.split("<script").length, 2, "the page's own");
  assertEquals(html.split("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;").length, 7);
});

Deno.test("statusPage() has a list of the branches where there are several, each with an anchor", () => {
  const html = page({ id: 1 }, { id: 7, serving: false });
  assertSays(html, "Branch 1 ✓ serving Branch 7 ✗ not serving Branch 1 bank");
  for (const id of [1, 7]) assert(html.includes(`<section id="branch-${id}"`));
  assert(html.includes("<title>✓ Branch 1 serving · ✗ Branch 7 not serving</title>"));
  assert(!page({}).includes("<nav"));
});

Deno.test("statusPage() loads nothing, and its style and script are those that a policy can allow", () => {
  const html = page({});
  const { style, script } = statusPageParts;
  assert(html.includes(`<style>${style}</style>`));
  assert(html.includes(`<script type="module">${script}</script>`));
  assert(!style.includes("</") && !script.includes("</"), "they do not end early");
  assertEquals(html.match(/(?:src|href)="(?!status\.json|healthz|data:)[^"]*"/g), null);
  assertEquals(html.match(/ style=| on\w+=|url\(|@import/g), null);
});
