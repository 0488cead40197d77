import { TemporaryFolder } from "../temporary_folder.ts";

/** What keeps a browser from looking for anything beyond the page that it is given. */
const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
] as const;

type Parameters = Readonly<Record<string, unknown>>;

/** Something that the browser tells by itself. */
export interface Told {
  readonly method: string;
  readonly params: Parameters;
}

/** What the page is shown with. */
export interface Screen {
  readonly width: number;
  readonly height?: number;
  readonly isDark?: boolean;
  readonly hasScripts?: boolean;
}

/**
 * A browser of a test's own with one page, driven over its DevTools protocol, with nothing but
 * what Deno has.
 */
export class Chromium implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #folder: TemporaryFolder;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #events = new Map<string, PromiseWithResolvers<void>>();
  /** What the browser told by itself, in order: of the page, and of all that {@linkcode ask} enabled. */
  readonly told: Told[] = [];
  #asked = 0;

  private constructor(
    process: Deno.ChildProcess,
    { folder, socket }: { readonly folder: TemporaryFolder; readonly socket: WebSocket },
  ) {
    this.#process = process;
    this.#folder = folder;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
  }

  /** Starts one. @throws {Error} when none is installed. */
  static async start(): Promise<Chromium> {
    const folder = new TemporaryFolder();
    const process = spawn(folder.path);
    const address = await addressOf(process);
    const { port } = new URL(address);
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    const pages: readonly { readonly type: string; readonly webSocketDebuggerUrl: string }[] =
      await response.json();
    const page = pages.find(({ type }) => type === "page");
    if (page === undefined) throw new Error("the browser has no page");
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    const opened = Promise.withResolvers<void>();
    socket.onopen = () => opened.resolve();
    socket.onerror = () => opened.reject(new Error("the browser cannot be reached"));
    await opened.promise;
    return new Chromium(process, { folder, socket });
  }

  /** Shows a file, or what a URL gives, and waits until it is there. */
  async show(place: string, { width, height = 900, isDark, hasScripts = true }: Screen) {
    await this.ask("Page.enable");
    await this.ask("Emulation.setDeviceMetricsOverride", {
      ...{ width, height, deviceScaleFactor: 1, mobile: false },
    });
    await this.ask("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: isDark === true ? "dark" : "light" }],
    });
    await this.ask("Emulation.setScriptExecutionDisabled", { value: !hasScripts });
    const loaded = Promise.withResolvers<void>();
    this.#events.set("Page.loadEventFired", loaded);
    await this.ask("Page.navigate", { url: new URL(place, "file:///").href });
    await loaded.promise;
  }

  /** Evaluates an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", {
      ...{ expression, returnByValue: true, awaitPromise: true },
    }) as {
      readonly result: { readonly value?: unknown };
      readonly exceptionDetails?: { readonly text: string };
    };
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  }

  /** Presses a key. */
  async press(key: "Tab" | "Enter"): Promise<void> {
    const code = key === "Tab" ? 9 : 13;
    const text = key === "Enter" ? { text: "\r" } : {};
    const shared = { key, code: key, windowsVirtualKeyCode: code };
    await this.ask("Input.dispatchKeyEvent", { type: "keyDown", ...shared, ...text });
    await this.ask("Input.dispatchKeyEvent", { type: "keyUp", ...shared });
  }

  /** Takes a picture of what is in sight, as a PNG. */
  async picture(): Promise<Uint8Array> {
    const { data } = await this.ask("Page.captureScreenshot") as { readonly data: string };
    return Uint8Array.fromBase64(data);
  }

  /** Asks something by the DevTools protocol. */
  async ask(method: string, params: Parameters = {}): Promise<unknown> {
    const id = ++this.#asked;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return await answer.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#socket.onclose = () => closed.resolve();
    await this.ask("Browser.close").catch(() => undefined);
    await closed.promise;
    await this.#process.status;
    this.#folder[Symbol.dispose]();
  }

  #hear(
    { id, method, params = {}, result, error }: {
      readonly id?: number;
      readonly method?: string;
      readonly params?: Parameters;
      readonly result?: unknown;
      readonly error?: { readonly message: string };
    },
  ): void {
    if (method !== undefined) {
      this.told.push({ method, params });
      this.#events.get(method)?.resolve();
    }
    const answer = id === undefined ? undefined : this.#waiting.get(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(error.message));
  }
}

function spawn(folder: string): Deno.ChildProcess {
  try {
    return new Deno.Command("chromium", {
      args: [...flags, `--user-data-dir=${folder}/profile`, "about:blank"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new Error("chromium cannot be started; is it installed?", { cause: error });
  }
}

/** Reads what it says to the end, and gives where it can be reached as soon as it says so. */
async function addressOf({ stderr }: Deno.ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = "";
  const listen = async () => {
    for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      const [, address] = /listening on (ws:\S+)/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    }
    reject(new Error(`the browser does not start: ${said}`));
  };
  void listen();
  return await promise;
}
