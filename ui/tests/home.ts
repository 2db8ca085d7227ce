// A real home for each test: the server's own binary in a folder of its own, and people who use it.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type APIRequestContext, test as base, expect, type Page, request } from "@playwright/test";
import type { Device } from "../src/api/generated/Device";
import type { DeviceKind } from "../src/api/generated/DeviceKind";
import type { Profile } from "../src/api/generated/Profile";
import type { SignedIn } from "../src/api/generated/SignedIn";

export const LOGIN = "casa";
export const PASSWORD = "a few words in a row";
export const PIN = "2468";

/** A private address: the household's own network. */
export const HOME_NETWORK = "192.168.1.40";
/** Addresses that the demonstration's place database knows (RFC 5737). */
export const LISBON = "192.0.2.10";
export const RIGA = "203.0.113.200";
export const MADRID = "198.51.100.200";

/** What tells one TV from another. */
export const BRAVIA = { model: "BRAVIA 4K", os: "Android 12", app: "Jellyfin", app_version: "0.17" };

/** Where an app is, who uses it, and what it says of itself beside its name and kind. */
type AppOptions = { address?: string; profile?: string | null; declared?: Record<string, string> };

// An app's requests come on connections of their own: the server ends one that was idle for ten seconds, and Playwright
// would not try again.
const ALONE = { connection: "close" };

const THIEF = {
  ...ALONE,
  "x-forwarded-for": RIGA,
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};

const repository = resolve(import.meta.dirname, "../..");

/** The demonstration's own places, which are known to the city, and a database that knows countries only. */
export const DEMO_PLACES = join(repository, "src/demo/places.mmdb");
export const COUNTRIES_ONLY = join(repository, "src/geo/testdata/flat-country.mmdb");

function serverBinary(): string {
  const candidates = [
    process.env.LATCHKEY_SERVER_BIN,
    join(process.env.CARGO_TARGET_DIR ?? join(repository, "target"), "debug/latchkey-server"),
    join(homedir(), ".cache/latchkey/target/debug/latchkey-server"),
  ];
  const found = candidates.find((candidate) => candidate && existsSync(candidate));
  if (!found) throw new Error("no latchkey-server: build it, or say where it is in LATCHKEY_SERVER_BIN");
  return found;
}

/** A device that is no browser: it speaks to the home as an app does. */
export interface App {
  id: string;
  /** Its key, as it is now. */
  token: () => Promise<string>;
  /** The account's, as the sign-in told them. */
  profiles: Profile[];
  /** Asks for its own session, and answers with the status and the error's code. */
  ask(): Promise<{ status: number; code: string | null }>;
  /** Asks with this device's token, but from another country and as another program: as a thief of it would. */
  askAsThief(): Promise<{ status: number; code: string | null }>;
  request: APIRequestContext;
}

/** A running home. */
export class Home {
  readonly url: string;
  readonly setupCode: string;
  #process: ChildProcess;
  #folder: string;

  private constructor(process: ChildProcess, folder: string, url: string, setupCode: string) {
    this.#process = process;
    this.#folder = folder;
    this.url = url;
    this.setupCode = setupCode;
  }

  /** Starts one, empty or with the demonstration's household. */
  static async start(...flags: string[]): Promise<Home> {
    const folder = await mkdtemp(join(tmpdir(), "latchkey-ui-"));
    const process = spawn(
      serverBinary(),
      [
        ...["--data-dir", folder, "--listen", "127.0.0.1:0", "--log", "json"],
        // Everybody says where they are as if a proxy stood before the home: browsers in playwright.config.ts, on the
        // household's network.
        ...["--trusted-proxy", "127.0.0.1/32"],
        // The demonstration brings places of its own.
        ...(flags.some((flag) => ["--demo", "--geoip"].includes(flag)) ? [] : ["--geoip", DEMO_PLACES]),
        ...(flags.includes("--geoip-update-url") ? [] : ["--geoip-update-url", ""]),
        ...(flags.includes("--networks-update-url") ? [] : ["--networks-update-url", ""]),
        ...(flags.includes("--tor-exits-update-url") ? [] : ["--tor-exits-update-url", ""]),
        ...flags,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let complaint = "";
    process.stderr?.on("data", (text) => {
      complaint += text;
    });
    const ready = await new Promise<{ url: string; setup_code: string | null }>((resolve, reject) => {
      const lines = createInterface({ input: process.stdout as NodeJS.ReadableStream });
      lines.on("line", (line) => {
        const event = JSON.parse(line);
        if (event.event === "ready") resolve(event);
      });
      process.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${complaint}`)));
    });
    return new Home(process, folder, ready.url, ready.setup_code ?? "");
  }

  /** Stops it as a service manager does, and waits for its end. */
  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill("SIGTERM");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /**
   * Makes the account, with Ana and Rui (adults, each with a PIN) and Leo (kids); answers with the first device. A new
   * home learns for a day and says nothing of what is new: that is over at once, unless the test is about it.
   */
  async setUp({ learns = false } = {}): Promise<App> {
    const first = await this.#app(LISBON, "/api/v1/setup", {
      code: this.setupCode,
      login: LOGIN,
      password: PASSWORD,
      device: { name: "Ana’s computer", kind: "computer" },
      profiles: [
        { name: "Ana", kind: "adult", pin: PIN },
        { name: "Rui", kind: "adult", pin: PIN },
        { name: "Leo", kind: "kids" },
      ],
    });
    // Only whoever gave a PIN manages, once somebody has one.
    await choose(first.request, "Ana");
    if (!learns) {
      const taught = await first.request.put("/api/v1/alert-settings", { data: { settings: {}, end_learning: true } });
      expect(taught.ok(), await taught.text()).toBe(true);
    }
    return first;
  }

  /** Has an app sign in, used by Ana unless told. */
  async app(name: string, kind: DeviceKind, options: AppOptions = {}): Promise<App> {
    const { address = LISBON, profile = "Ana", declared = {} } = options;
    const app = await this.#app(address, "/api/v1/sign-in", {
      login: LOGIN,
      password: PASSWORD,
      device: { name, kind, ...declared },
    });
    if (profile) await choose(app.request, profile);
    return app;
  }

  async #app(address: string, path: string, data: object): Promise<App> {
    const origin = {
      baseURL: this.url,
      extraHTTPHeaders: { ...ALONE, "x-forwarded-for": address, "user-agent": "App/1.0" },
    };
    const visitor = await request.newContext(origin);
    const answer = await visitor.post(path, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
    const { device_id, profiles } = (await answer.json()) as SignedIn;
    // As a cookie: the context keeps the newer one that comes with every change of what the session may do.
    const token = async () => {
      const { cookies } = await visitor.storageState();
      return cookies.find(({ name }) => name.endsWith("latchkey_session"))?.value ?? "";
    };
    const asThief = async () => {
      const headers = { ...THIEF, authorization: `Bearer ${await token()}` };
      return request.newContext({ baseURL: this.url, extraHTTPHeaders: headers });
    };
    return {
      id: device_id,
      token,
      profiles,
      request: visitor,
      ask: () => askSession(visitor),
      askAsThief: async () => askSession(await asThief()),
    };
  }
}

async function askSession(asking: APIRequestContext) {
  const session = await asking.get("/api/v1/session");
  const body = (await session.json()) as { error?: string };
  return { status: session.status(), code: body.error ?? null };
}

/** Takes a browser's cookies elsewhere, and asks with them. */
export async function stealCookies(page: Page, home: Home) {
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  return askSession(await request.newContext({ baseURL: home.url, extraHTTPHeaders: { ...THIEF, cookie } }));
}

/** Says who is using a device. */
export async function choose(device: APIRequestContext, name: string) {
  const { profiles } = (await (await device.get("/api/v1/profiles")).json()) as { profiles: Profile[] };
  const profile = profiles.find((candidate) => candidate.name === name);
  const pin = profile?.has_pin ? { pin: PIN } : {};
  const answer = await device.put("/api/v1/session/profile", { data: { profile_id: profile?.id, ...pin } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** The devices, as one of them sees them. */
export async function devicesSeenBy(device: APIRequestContext): Promise<Device[]> {
  return ((await (await device.get("/api/v1/devices")).json()) as { devices: Device[] }).devices;
}

/** Signs a page in through the interface, and says who is using it. */
export async function signIn(page: Page, home: Home, profile = "Ana") {
  // Grown-ups hear what changes: what a test does next must not come before they listen.
  await page.goto(`${home.url}/`);
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await choosePerson(page, profile);
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(`, ${profile}$`) })).toBeVisible();
  if (profile !== "Leo") await isListening(page);
}

/** Waits until the page hears what changes. */
export async function isListening(page: Page) {
  await page.waitForFunction(() => performance.getEntriesByName("latchkey:listening").length > 0);
}

/** Waits until the page has everything it will ever fetch of the interface, so that it goes on without its home. */
export async function isComplete(page: Page) {
  await page.waitForFunction(() => performance.getEntriesByName("latchkey:complete").length > 0);
}

/** Answers "Who's using it?". */
export async function choosePerson(page: Page, profile: string) {
  await page.getByRole("heading", { name: "Who’s using it?" }).waitFor();
  await page.getByRole("button", { name: profile }).click();
  if (profile !== "Leo") {
    await page.getByLabel("PIN").fill(PIN);
    await page.getByRole("button", { name: "Continue" }).click();
  }
}

/** Goes to a screen and waits until it shows what it has. */
export async function open(page: Page, home: { url: string }, path: string) {
  await page.goto(`${home.url}/#${path}`);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

/** The row of a device in the list. */
export const row = (page: Page, name: string) =>
  page.getByRole("listitem").filter({ has: page.getByRole("link", { name }) });

/** Whether the page can be made wide enough for the list to lie beside a map. */
export const isPhone = (page: Page): boolean => (page.viewportSize()?.width ?? 0) < 1080;

/** Tests with a home: `empty` has no account yet, `home` has one, and `first` is the device that made it. */
export const test = base.extend<{ empty: Home; home: Home; first: App }>({
  empty: async ({ page }, use) => {
    const home = await Home.start();
    await use(home);
    // A page asks anew whenever something changes. What a test answers in the home's place, out of what the home says, may
    // still be on its way: nobody waits for it any more, and it is not to find the home gone.
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await home.stop();
  },
  first: async ({ empty }, use) => {
    const app = await empty.setUp();
    await choose(app.request, "Ana");
    await use(app);
  },
  home: async ({ empty, first }, use) => {
    expect(first.id).toBeTruthy();
    await use(empty);
  },
});

export { expect };
