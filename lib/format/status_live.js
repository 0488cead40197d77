// What the status page runs: it asks for the page anew every second, changes what has changed,
// and says since when nobody answers. It keeps asking, so it recovers by itself.

const everyMs = 1_000;
const answerMs = 4_000;

const lost = document.getElementById("lost");
let heardMs = Date.now();

/** Makes `own` what `fresh` is, and leaves alone what is the same: focus and selection stay. */
function follow(own, fresh) {
  if (own.nodeName !== fresh.nodeName) {
    own.replaceWith(fresh);
    return;
  }
  if (own.nodeType === Node.TEXT_NODE) {
    if (own.data !== fresh.data) own.data = fresh.data;
    return;
  }
  for (const { name } of [...own.attributes]) {
    if (!fresh.hasAttribute(name)) own.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (own.getAttribute(name) !== value) own.setAttribute(name, value);
  }
  const parts = [...fresh.childNodes];
  while (own.childNodes.length > parts.length) own.lastChild.remove();
  for (const [at, part] of parts.entries()) {
    if (at < own.childNodes.length) follow(own.childNodes[at], part);
    else own.append(part);
  }
}

async function look() {
  const signal = AbortSignal.timeout(answerMs);
  const response = await fetch(location.href, { cache: "no-store", signal });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const live = page.getElementById("live");
  if (live === null) throw new Error("something else answers");
  follow(document.getElementById("live"), live);
  follow(document.getElementById("icon"), page.getElementById("icon"));
  if (document.title !== page.title) document.title = page.title;
  heardMs = Date.now();
  lost.hidden = true;
  document.documentElement.classList.remove("is-lost");
}

function lament() {
  const words = `it has not answered since ${new Date(heardMs).toLocaleTimeString()}; ` +
    "what stands below is from then";
  const since = document.getElementById("lost-since");
  // Told once, not every second, to whoever has it read out.
  if (since.textContent !== words) since.textContent = words;
  const seconds = Math.round((Date.now() - heardMs) / 1_000);
  document.getElementById("lost-for").textContent = `for ${seconds} s now, asked every second`;
  document.title = "✗ No answer";
  lost.hidden = false;
  document.documentElement.classList.add("is-lost");
}

/** Waits for the next second, or until somebody looks at the page again. */
function pause() {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, everyMs);
    document.addEventListener("visibilitychange", done);
  });
}

for (;;) {
  await pause();
  await look().catch(lament);
}
