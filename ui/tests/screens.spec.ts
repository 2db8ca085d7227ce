// Every screen as the demonstration's household shows it: nothing serious for axe to find, and a picture of each,
// light and dark. With LATCHKEY_SCREENSHOTS=1 the pictures go to docs/images, else to the test results.

import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Cookie, Page, TestInfo } from "@playwright/test";
import { test as base, expect, Home } from "./home";

const DEMO_LOGIN = "ana";
const DEMO_PASSWORD = "latchkey demo";

/** One demonstration for all screens of a worker: its stranger has signed in, and its desktop looks at it. */
const test = base.extend<object, { demo: Home }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
    async ({}, use) => {
      const home = await Home.start("--demo");
      await use(home);
      await home.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
});

test.describe.configure({ mode: "serial" });

// Waits, in the page, until a change of theme is drawn: colours measured on the way there are of neither theme.
async function settled(theme: string) {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  while (!matchMedia(`(prefers-color-scheme: ${theme})`).matches) await frame();
  await frame();
  await frame();
  const finite = document.getAnimations().filter((it) => it.effect?.getComputedTiming().endTime !== Infinity);
  await Promise.all(finite.map((it) => it.finished.catch(() => undefined)));
}

async function picture(page: Page, info: TestInfo, name: string) {
  const folder =
    process.env.LATCHKEY_SCREENSHOTS === "1" ? resolve(import.meta.dirname, "../../docs/images") : info.outputDir;
  await mkdir(folder, { recursive: true });
  await page.mouse.move(0, 0);
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.evaluate(settled, theme);
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    // Letters and outlines first: a picture without them is of nothing.
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
    expect.soft(found, `axe on ${name}, ${theme}`).toEqual([]);
    const path = `${folder}/${name}-${info.project.name}-${theme}.png`;
    await page.screenshot({ path, animations: "disabled", caret: "hide" });
  }
}

async function visit(page: Page, demo: Home, path: string) {
  await page.goto(`${demo.url}/#${path}`);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page.locator(".room")).toHaveCount(0);
}

// One browser for all pictures: each test goes on with the cookies of the one before, so that the household has one
// visitor and not five.
let kept: Cookie[] = [];
test.beforeEach(({ context }) => context.addCookies(kept));
test.afterEach(async ({ context }) => {
  kept = await context.cookies();
});

async function comeIn(page: Page, demo: Home, profile = "Ana") {
  await page.goto(`${demo.url}/#/who`);
  await page.getByRole("button", { name: profile }).click();
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(profile) })).toBeVisible();
}

test("coming in", async ({ page, demo, empty }, info) => {
  await page.goto(empty.url);
  await expect(page.getByRole("heading", { name: "Welcome home" })).toBeVisible();
  await picture(page, info, "set-up");

  await page.goto(demo.url);
  await expect(page.getByLabel("Login name")).toBeVisible();
  await picture(page, info, "sign-in");
  await page.getByLabel("Login name").fill(DEMO_LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Who’s using it?" })).toBeVisible();
  await picture(page, info, "who");
  await page.getByRole("button", { name: "Ana" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /Ana/ })).toBeVisible();
});

test("the front door", async ({ page, demo }, info) => {
  await page.request.post(`${demo.url}/api/v1/sign-out`, { headers: { origin: demo.url } });
  await page.goto(`${demo.url}/sign-in`);
  await picture(page, info, "front-door-sign-in");
  await page.getByLabel("Login name").fill(DEMO_LOGIN);
  await page.getByLabel("Password").fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Who’s using it?" })).toBeVisible();
  await picture(page, info, "front-door-who");
  await page.getByRole("button", { name: "Ana" }).click();
  const waiting = await page.request.post(`${demo.url}/device_authorization`, {
    form: { client_id: "tv" },
    headers: {
      "user-agent": "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36",
      origin: demo.url,
      "x-forwarded-for": "192.0.2.10",
    },
  });
  const { user_code } = await waiting.json();
  await page.goto(`${demo.url}/device`);
  await picture(page, info, "front-door-code");
  await page.getByLabel("Code").fill(user_code);
  await page.getByRole("button").first().click();
  await expect(page.getByRole("heading", { name: "Let this device in?" })).toBeVisible();
  await picture(page, info, "front-door-confirm");
});

test("the account and its devices", async ({ page, demo }, info) => {
  test.slow();
  // The demonstration's stranger comes half a minute after the start.
  await comeIn(page, demo);
  await expect
    .poll(
      async () => (await (await page.request.get(`${demo.url}/api/v1/alerts?state=open`)).text()).includes("Riga"),
      {
        timeout: 60_000,
      },
    )
    .toBe(true);
  // What is said of this very browser is answered: the pictures are of the household.
  const { alerts } = await (await page.request.get(`${demo.url}/api/v1/alerts?state=open`)).json();
  for (const alert of alerts) {
    if (alert.place.scope === "this_computer") {
      const url = `${demo.url}/api/v1/alerts/${alert.id}/answer`;
      expect((await page.request.post(url, { data: { answer: "me" }, headers: { origin: demo.url } })).ok()).toBe(true);
    }
  }

  await visit(page, demo, "/");
  await picture(page, info, "account");
  await visit(page, demo, "/security");
  await picture(page, info, "security");
  await visit(page, demo, "/devices");
  await picture(page, info, "devices");

  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("combobox", { name: "Who" }).selectOption("Rui");
  await picture(page, info, "devices-filtered");
  await visit(page, demo, "/");
  await visit(page, demo, "/devices");
  await page.getByRole("button", { name: "Sign out of all devices" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await picture(page, info, "sign-out-all");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.evaluate(() => window.scrollTo(0, 0));

  const { devices } = await (await page.request.get(`${demo.url}/api/v1/devices`)).json();
  const television = devices.find((device: { name: string }) => device.name === "Living-room TV");
  await visit(page, demo, `/devices/${television.id}`);
  await expect(page.getByRole("heading", { name: "About this device" })).toBeVisible();
  await picture(page, info, "device");
});

test("alerts, history, people and settings", async ({ page, demo }, info) => {
  test.slow();
  await comeIn(page, demo);
  await visit(page, demo, "/alerts");
  await picture(page, info, "alerts");
  await page.getByRole("link", { name: /Riga/ }).first().click();
  await expect(page.getByRole("heading", { name: "Why it looks unfamiliar" })).toBeVisible();
  await expect(page.locator(".room")).toHaveCount(0);
  await picture(page, info, "alert");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText(/Signed out at/)).toBeVisible();
  await picture(page, info, "alert-signed-out");

  for (const screen of ["history", "profiles", "link", "settings"]) {
    await visit(page, demo, `/${screen}`);
    await picture(page, info, screen);
  }
  await visit(page, demo, "/profiles");
  await page.getByRole("button", { name: "Change Leo’s profile" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await picture(page, info, "profile");
});

test("what a child sees, and a device that was signed out", async ({ page, demo }, info) => {
  await comeIn(page, demo, "Leo");
  await picture(page, info, "kids");
  await visit(page, demo, "/devices");
  await picture(page, info, "grown-ups");
  expect((await page.request.post(`${demo.url}/api/v1/sign-out`, { headers: { origin: demo.url } })).ok()).toBe(true);
  await expect(page.getByRole("heading", { name: "This device was signed out" })).toBeVisible();
  await picture(page, info, "signed-out");
});
