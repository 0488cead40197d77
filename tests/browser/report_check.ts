import { assert, assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { reportPage } from "../../lib/format/report.ts";
import type { Trace } from "../../lib/format/trace.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { story, type Told, traceOf } from "../format/false_trace.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { Chromium } from "./chromium.ts";

/** A run of three branches, as it was; and one of fifty, of which each hears of each write. */
const runs: readonly { readonly name: string; readonly trace: Trace }[] = [
  {
    name: "3 branches",
    trace: readTrace(
      Deno.readTextFileSync(new URL("../format/sample_trace.jsonl", import.meta.url)),
    ),
  },
  { name: "50 branches", trace: fifty() },
];

function fifty(): Trace {
  const others = Array.from({ length: 48 }, (_, index) => index + 3);
  const carries = [{ origin: 1, first: 1, last: 1 }];
  const message = { message: "propagate", attempt: 1, carries, last: 1, everywhere: 0 } as const;
  const entries = [{ action: "deposit", command: "7/1", amount: 100 }] as const;
  const spread = others.flatMap((id): readonly Told[] => [
    { by: `branch ${id}`, event: "started", life: 1, balance: 400, allowance: 8, known: {} },
    { by: `branch ${id}`, event: "received", from: 1, ...message, asks: false },
    { by: `branch ${id}`, event: "applied", origin: 1, first: 1, entries },
    { by: `branch ${id}`, event: "shows", balance: 500, allowance: 8 },
  ]);
  const told = story().map((event): Told => (
    event.event === "sent" && event.message === "propagate" && event.by === "branch 1"
      ? { ...event, to: [2, ...others] }
      : event
  ));
  const branches = [1, 2, ...others];
  return traceOf([...told.slice(0, -4), ...spread, ...told.slice(-4)], { branches });
}

const widths = [360, 800, 1440] as const;

/** What the page says of itself, by a script that only looks. */
const looks = `(() => {
  const boxes = (selector) => [...document.querySelectorAll(selector)].map((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  });
  const meet = (one, other) => one.left < other.right && other.left < one.right &&
    one.top < other.bottom && other.top < one.bottom;
  const overlapping = (list) => list.flatMap((one, index) => (
    list.slice(index + 1).filter((other) => meet(one, other))
  )).length;
  return {
    beyond: document.documentElement.scrollWidth - innerWidth,
    sections: boxes("main > section").map(({ left, right, top, bottom }) => (
      [right - left, bottom - top]
    )),
    overlaps: overlapping(boxes(".plot text")),
    texts: boxes(".plot text").length,
    paper: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    words: document.body.innerText,
  };
})()`;

interface Looks {
  readonly beyond: number;
  readonly sections: readonly (readonly [width: number, height: number])[];
  readonly overlaps: number;
  readonly texts: number;
  readonly paper: string;
  readonly ink: string;
  readonly words: string;
}

async function looked(browser: Chromium): Promise<Looks> {
  return await browser.evaluate(looks) as Looks;
}

function pageIn(folder: TemporaryFolder, trace: Trace): string {
  return folder.write("report.html", reportPage(trace));
}

for (const { name, trace } of runs) {
  Deno.test(`a report of ${name} fits each screen, light and dark`, async () => {
    using folder = new TemporaryFolder();
    await using browser = await Chromium.start();
    const path = pageIn(folder, trace);
    for (const width of widths) {
      await browser.show(path, { width });
      const light = await looked(browser);
      assertEquals([width, light.beyond], [width, 0]);
      assertEquals(light.sections.length, 5);
      for (const [wide, high] of light.sections) assert(wide > 200 && high > 50, `${wide} ${high}`);
      assertGreater(light.texts, 8);
      assertEquals([width, light.overlaps], [width, 0]);
      await browser.show(path, { width, isDark: true });
      const dark = await looked(browser);
      assertNotEquals([dark.paper, dark.ink], [light.paper, light.ink]);
      assertEquals(dark.words, light.words);
    }
  });

  Deno.test(`a report of ${name} fits each screen with all of it opened`, async () => {
    using folder = new TemporaryFolder();
    await using browser = await Chromium.start();
    for (const width of widths) {
      await browser.show(pageIn(folder, trace), { width });
      const opened = `for (const each of document.querySelectorAll("details")) each.open = true`;
      await browser.evaluate(opened);
      const { beyond } = await looked(browser);
      assertEquals([width, beyond], [width, 0]);
    }
  });

  Deno.test(`a report of ${name} says the same without scripts`, async () => {
    using folder = new TemporaryFolder();
    await using browser = await Chromium.start();
    const path = pageIn(folder, trace);
    await browser.show(path, { width: 800 });
    const { words } = await looked(browser);
    await browser.show(path, { width: 800, hasScripts: false });
    assertEquals((await looked(browser)).words, words);
  });
}

Deno.test("the keyboard alone comes to a command, opens it, and leaves it visible where it is", async () => {
  using folder = new TemporaryFolder();
  await using browser = await Chromium.start();
  await browser.show(pageIn(folder, traceOf(story())), { width: 800 });
  const focused = `(() => {
    const element = document.activeElement;
    const { outlineStyle } = getComputedStyle(element);
    const item = element.closest("details.command");
    return { text: element.innerText, isCommand: item !== null, isOpen: item?.open, outlineStyle };
  })()`;
  const focus = async () => {
    return await browser.evaluate(focused) as {
      readonly isCommand: boolean;
      readonly isOpen: boolean;
      readonly outlineStyle: string;
    };
  };
  await browser.press("Tab");
  // The first stop skips what is before the commands.
  await browser.press("Enter");
  const stops: string[] = [];
  for (let stop = await focus(); !stop.isCommand && stops.length < 12; stop = await focus()) {
    stops.push(stop.outlineStyle);
    await browser.press("Tab");
  }
  const reached = await focus();
  assertEquals([reached.isCommand, reached.isOpen, reached.outlineStyle], [true, false, "solid"]);
  await browser.press("Enter");
  assertEquals((await focus()).isOpen, true);
});

Deno.test("choices fold away commands and messages, and enlarge diagrams, without scripts", async () => {
  using folder = new TemporaryFolder();
  await using browser = await Chromium.start();
  await browser.show(pageIn(folder, traceOf(story())), { width: 1440, hasScripts: false });
  const shown = async (selector: string) => (
    await browser.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((each) => (
        each.getBoundingClientRect().height > 0)).length`,
    )
  );
  const click = (id: string) => browser.evaluate(`document.querySelector("#${id}").click()`);
  assertEquals(await shown("details.command"), 4);
  await click("show-query");
  assertEquals(await shown("details.command"), 2);
  const window = "details.window[open] .receipt path";
  assertEquals(await shown(window), 2);
  await click("draw-receipt");
  assertEquals(await shown(window), 0);
  const width = () => (
    browser.evaluate(`document.querySelector(".space-time").getBoundingClientRect().width`)
  );
  const normal = Number(await width());
  await click("size-150");
  assertEquals(Math.round(Number(await width())), Math.round(normal * 1.5));
});
