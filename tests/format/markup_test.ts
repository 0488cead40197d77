import { assertEquals } from "@std/assert";
import { markup } from "../../lib/format/markup.ts";

Deno.test("markup() lets nothing that it is given become markup, but for markup", () => {
  const evil = `<script>"&'</script>`;
  const { text } = markup`<p title="${evil}">${evil}${markup`<b>${1}</b>`}</p>`;
  const escaped = "&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;";
  assertEquals(text, `<p title="${escaped}">${escaped}<b>1</b></p>`);
});

Deno.test("markup() joins lists, in lists too, and leaves out what is not there", () => {
  assertEquals(markup`a${[1, [markup`<i>`, "<"], undefined]}b${undefined}`.text, "a1<i>&lt;b");
});
