import { assert, assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { freeAddresses, freshId } from "../end_to_end/by_hand.ts";
import { ThreeBranches } from "../end_to_end/three_branches.ts";
import { limits } from "../../lib/core/limits.ts";
import { healthOf } from "../../lib/format/health.ts";
import { statusPage } from "../../lib/format/status_page.ts";
import { deposit } from "../core/samples.ts";
import { peerOf, viewOf } from "../format/false_status.ts";
import { branchStatusOf, peerStatusOf, statusWith } from "../format/sample_status.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { Chromium } from "./chromium.ts";

const widths = [360, 768, 1280] as const;

/** A bank whose branch 1 has a status page, and a browser in which it can be looked at. */
class Watched implements AsyncDisposable {
  readonly bank: ThreeBranches;
  readonly browser: Chromium;
  readonly url: string;

  private constructor(browser: Chromium, address: string) {
    this.bank = new ThreeBranches(400, new Map([[1, ["--admin", address]]]));
    this.browser = browser;
    this.url = `http://${address}/`;
  }

  static async start(): Promise<Watched> {
    const [address = ""] = freeAddresses(4).slice(3);
    const browser = await Chromium.start();
    const watched = new Watched(browser, address);
    await watched.bank.found();
    for (const domain of ["Runtime", "Log", "Network"]) await browser.ask(`${domain}.enable`);
    return watched;
  }

  /** Deposits at branch 1; `branches` have it then. */
  async deposit(name: string, branches: number): Promise<void> {
    const result = await this.bank.carry(1, deposit(freshId(name), 7));
    assertEquals(result, { kind: "written", branches });
  }

  /** Waits until an expression over the page's own elements is true, whenever they change. */
  async until(condition: string): Promise<void> {
    const said = await this.browser.evaluate(`new Promise((resolve) => {
      const observer = new MutationObserver(() => look());
      const end = (said) => {
        observer.disconnect();
        clearTimeout(timer);
        resolve(said);
      };
      const look = () => (${condition}) && end("");
      const timer = setTimeout(() => end(document.body.innerText), 60_000);
      const all = { subtree: true, childList: true, characterData: true, attributes: true };
      observer.observe(document, all);
      look();
    })`);
    assertEquals(said, "", `${condition} does not come true`);
  }

  /** Tells the text of the first element that a selector finds. */
  async text(selector: string): Promise<string> {
    return String(await this.browser.evaluate(`${found(selector)}.innerText`));
  }

  /** Tells what the page asked of whom, and what it complained of. */
  get told() {
    const { told } = this.browser;
    const of = (method: string) => told.filter((each) => each.method === method);
    return {
      asked: of("Network.requestWillBeSent").map(({ params }) =>
        (params["request"] as { readonly url: string }).url
      ),
      complaints: [...of("Runtime.exceptionThrown"), ...of("Runtime.consoleAPICalled")],
      entries: of("Log.entryAdded").map(({ params }) =>
        (params["entry"] as { readonly text: string }).text
      ),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
    await this.bank[Symbol.asyncDispose]();
  }
}

function found(selector: string): string {
  return `document.querySelector(${JSON.stringify(selector)})`;
}

/** A condition on the row of a peer: its state begins so, and its lag is so much. */
function peer(id: number, state: string, lag: number): string {
  const row = `[data-peer="${id}"]`;
  return `${found(`${row} .peer-state`)}.innerText.endsWith(${JSON.stringify(state)}) &&
    ${found(`${row} .lag`)}?.innerText === "${lag}"`;
}

Deno.test("the status page shows that another branch is killed, what it lacks, and that it is back", async () => {
  await using watched = await Watched.start();
  const { browser, bank } = watched;
  await watched.deposit("a", 3);
  await browser.show(watched.url, { width: 360 });
  await watched.until(`${peer(2, "in step", 0)} && ${peer(3, "in step", 0)}`);
  assertEquals(await watched.text("main .word"), "✓\nServing");

  await bank.kill(3);
  await watched.deposit("b", 2);
  await watched.until(peer(3, "no answer", 1));
  assertEquals(await watched.text("main .word"), "!\nServing, with trouble");
  await watched.deposit("c", 2);
  await watched.deposit("d", 2);
  await watched.until(peer(3, "no answer", 3));
  await watched.until(`${found("[data-peer='3'] .number small")}?.innerText.endsWith("lately")`);
  assertEquals(await watched.text(".balance dd"), "428");
  assert((await watched.text(".entries tbody tr")).startsWith("1·4\tdeposit 7\t"));

  await bank.start(3);
  await watched.until(
    `${peer(3, "in step", 0)} && ${found("main .word")}.innerText === "✓\\nServing"`,
  );
  const { asked, complaints, entries } = watched.told;
  assertGreater(asked.length, 2);
  const elsewhere = asked.filter((url) => url !== watched.url && !url.startsWith("data:"));
  assertEquals([elsewhere, complaints, entries], [[], [], []]);
});

Deno.test("the status page says that its own branch is gone, and since when, and recovers by itself", async () => {
  await using watched = await Watched.start();
  const { browser, bank } = watched;
  await watched.deposit("a", 3);
  await browser.show(watched.url, { width: 360 });
  await watched.until(peer(2, "in step", 0));
  const isLost = `!${found("#lost")}.hidden`;
  assertEquals(await browser.evaluate(isLost), false);

  await bank.kill(1);
  await watched.until(isLost);
  assertEquals(await browser.evaluate("document.title"), "✗ No answer");
  assert(/since \d\d?:\d\d:\d\d/.test(await watched.text("#lost-since")));
  const before = await watched.text("#lost-for");
  await watched.until(`${found("#lost-for")}.innerText !== ${JSON.stringify(before)}`);
  assertEquals(await watched.text(".balance dd"), "407", "what stood there still does");

  await bank.start(1);
  await watched.until(`!(${isLost}) && ${found("main .word")}.innerText === "✓\\nServing"`);
  assertEquals(await browser.evaluate("document.title"), "✓ Branch 1 serving");
  assertEquals(watched.told.complaints, []);
});

/** What the page says of how it looks, by a script that only looks. */
const looks = `({
  beyond: document.documentElement.scrollWidth - innerWidth,
  cut: [...document.querySelectorAll("main *")].filter((element) => {
    const main = document.querySelector("main");
    const room = main.getBoundingClientRect().right - parseFloat(getComputedStyle(main).paddingRight);
    return element.getBoundingClientRect().right > room + 0.5;
  }).map((element) => element.outerHTML),
  headings: [...document.querySelectorAll("h1, h2")].map((each) => each.innerText),
  tables: [...document.querySelectorAll("table")]
    .map((table) => document.getElementById(table.getAttribute("aria-labelledby")).innerText),
  paper: getComputedStyle(document.body).backgroundColor,
  ink: getComputedStyle(document.body).color,
})`;

interface Looks {
  readonly beyond: number;
  readonly cut: readonly string[];
  readonly headings: readonly string[];
  readonly tables: readonly string[];
  readonly paper: string;
  readonly ink: string;
}

Deno.test("the status page fits each screen, light and dark, also with the longest command ids", async () => {
  await using watched = await Watched.start();
  const { browser } = watched;
  await watched.deposit("<b>&".padEnd(100, "x"), 3);
  const looked = async (width: number, isDark: boolean) => {
    await browser.show(watched.url, { width, isDark });
    return await browser.evaluate(looks) as Looks;
  };
  for (const width of widths) {
    const [light, dark] = [await looked(width, false), await looked(width, true)];
    for (const { beyond, cut } of [light, dark]) assertEquals([width, beyond, cut], [width, 0, []]);
    assertNotEquals([light.paper, light.ink], [dark.paper, dark.ink]);
    const sections = ["Other branches", "Throughput", "Last entries"];
    assertEquals(light.headings, ["Branch 1", ...sections]);
    assertEquals(light.tables, sections);
  }
  assertEquals(await browser.evaluate(`document.querySelectorAll("main b").length`), 0);
  assert((await watched.text(".id")).includes("<b>&xxx"));
  assertEquals([watched.told.complaints, watched.told.entries], [[], []]);
});

Deno.test("the status page fits each screen with the largest of everything", async () => {
  using folder = new TemporaryFolder();
  await using browser = await Chromium.start();
  const [id, amount] = [limits.idMax, `${limits.balanceMax}`];
  const reason = healthOf(viewOf({ isSure: false, peers: [peerOf(id, { isHeard: false })] }), {
    isEnding: false,
  });
  const peer = { id, lag: limits.balanceMax, lagChange: -limits.balanceMax, missing: 1_000_000 };
  const command = "x".repeat(limits.commandIdCharactersMax);
  const entry = { origin: id, sequence: limits.balanceMax, action: "grant", to: id } as const;
  const branch = branchStatusOf({
    ...{ id, serving: false, balance: amount, allowance: amount, reasons: reason.reasons },
    peers: [
      peerStatusOf({ ...peer, state: "no answer", silentSeconds: 86_399, allowance: amount }),
      peerStatusOf({ state: "not heard", lag: null, allowance: "999999999" }),
    ],
    entries: [{ ...entry, amount: `${limits.amountMax}`, id: command }],
  });
  const bank = "b".repeat(64);
  const page = statusPage({ ...statusWith([branch, { ...branch, id: 1 }]), bank });
  const path = folder.write("status.html", page);
  for (const width of widths) {
    await browser.show(path, { width, hasScripts: false });
    const { beyond, cut } = await browser.evaluate(looks) as Looks;
    assertEquals([width, beyond, cut], [width, 0, []]);
  }
});

Deno.test("the status page says the same without scripts", async () => {
  await using watched = await Watched.start();
  const { browser } = watched;
  await watched.deposit("a", 3);
  await browser.show(watched.url, { width: 768, hasScripts: false });
  assertEquals(await watched.text(".balance dd"), "407");
  assertEquals(await watched.text("main .word"), "✓\nServing");
});
