// The screens as the demonstration's household shows them: pictures, and nothing serious for axe to find.
// Each test stands for itself; they are in one file and in order because all of them look at one household, and the
// last two change it.

import type { Cookie, Page } from "@playwright/test";
import { test as base, expect, Home, PIN } from "./home";
import { picture, shows } from "./picture";

const DEMO_LOGIN = "ana";
const DEMO_PASSWORD = "latchkey demo";
const STRANGER_COMES_WITHIN_MS = 90_000;

/** The demonstration of a worker, once its stranger has come, and the browser that looks at it. */
const test = base.extend<object, { demo: Home; visitor: Cookie[] }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
    async ({}, use) => {
      const home = await Home.start("--demo");
      await use(home);
      await home.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  // The household has one visitor, however many tests there are: each comes with the same cookies. It is unfamiliar
  // and may not vouch for itself, so its own alert waits beside the stranger's.
  visitor: [
    async ({ browser, demo }, use) => {
      const context = await browser.newContext({ locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(demo.url);
      await page.getByLabel("Login name").fill(DEMO_LOGIN);
      await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: "Ana" }).click();
      await page.getByLabel("PIN").first().fill(PIN);
      await page.getByRole("button", { name: "Continue" }).click();
      await expect(page.getByRole("heading", { level: 1, name: /, Ana$/ })).toBeVisible();
      const open = async () => (await (await page.request.get(`${demo.url}/api/v1/alerts?state=open`)).json()).alerts;
      const places = async () => (await open()).map((alert: { place: { label: string } }) => alert.place.label).join();
      await expect.poll(places, { timeout: STRANGER_COMES_WITHIN_MS, intervals: [1000] }).toContain("Riga");
      const cookies = await context.cookies();
      await context.close();
      await use(cookies);
    },
    { scope: "worker", timeout: 180_000 },
  ],
});

test.describe.configure({ mode: "default", timeout: 600_000 });

/** Comes as the household's visitor, used by somebody. */
async function comeAs(page: Page, demo: Home, visitor: Cookie[], name: string) {
  await page.context().addCookies(visitor);
  const { profiles } = await (await page.request.get(`${demo.url}/api/v1/profiles`)).json();
  const profile = profiles.find((candidate: { name: string }) => candidate.name === name);
  const url = `${demo.url}/api/v1/session/profile`;
  const choice = { profile_id: profile.id, ...(profile.has_pin ? { pin: PIN } : {}) };
  const answer = await page.request.put(url, { data: choice, headers: { origin: demo.url } });
  expect(answer.ok(), await answer.text()).toBe(true);
  // Its key changed with that: the next test comes with the newer one.
  visitor.splice(0, visitor.length, ...(await page.context().cookies()));
}

async function visit(page: Page, demo: Home, path: string) {
  await page.goto(`${demo.url}/#${path}`);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await shows(page);
}

test("signing in, and who is using it", async ({ page, demo, visitor }, info) => {
  await visit(page, demo, "/");
  await expect(page.getByLabel("Login name")).toBeVisible();
  await picture(page, info, "sign-in");
  await comeAs(page, demo, visitor, "Ana");
  await visit(page, demo, "/who");
  await page.reload();
  const people = page.getByRole("main").getByRole("button");
  await expect(people).toHaveText([/Ana/, /Rui.*PIN/, /Leo.*Kids/]);
  await picture(page, info, "who");
  await people.nth(1).click();
  await expect(page.getByRole("heading", { name: "Rui’s PIN" })).toBeVisible();
  await picture(page, info, "who-pin");
});

test("the account and its devices", async ({ page, demo, visitor }, info) => {
  await comeAs(page, demo, visitor, "Ana");
  await visit(page, demo, "/");
  await expect(page.getByText("2 unfamiliar sign-ins are waiting for your answer")).toBeVisible();
  await picture(page, info, "account");
  await visit(page, demo, "/security");
  await picture(page, info, "security");
  await visit(page, demo, "/devices");
  await picture(page, info, "devices");

  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("combobox", { name: "Who" }).selectOption("Rui");
  await expect(page.getByText("5 devices found, and 1 signed out")).toBeVisible();
  await picture(page, info, "devices-filtered");
  await page.getByRole("button", { name: "Show all devices" }).click();
  await page.getByRole("button", { name: "Filter" }).click();

  await page.getByRole("button", { name: "Select several" }).click();
  await page.getByRole("checkbox", { name: "Select Firefox on Windows", exact: true }).click();
  await page.getByRole("checkbox", { name: "Select Living-room TV" }).click();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.evaluate(() => window.scrollTo(0, 0));
  await picture(page, info, "select-several");
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Sign out of all devices" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await picture(page, info, "sign-out-all");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("searchbox").fill("no such thing");
  await expect(page.getByRole("heading", { name: "No device fits" })).toBeVisible();
  await picture(page, info, "devices-none");
});

test("the filters leave who has been idle, whose it is, and what it is used for", async ({ page, demo, visitor }) => {
  await comeAs(page, demo, visitor, "Ana");
  await visit(page, demo, "/devices");
  await page.getByRole("button", { name: "Filter" }).click();
  const filter = (name: string) => page.getByRole("combobox", { name });
  const rows = page.getByRole("group", { name: "Devices that are signed in" }).getByRole("heading", { level: 3 });

  await filter("Last used").selectOption("Not for 30 days");
  await expect(rows).toHaveText([/Edge on Windows/, /Firefox on Windows/, /iPad/]);
  await expect(page.getByText("3 devices found, and 2 signed out")).toBeVisible();
  await filter("Last used").selectOption("Not for 90 days");
  await expect(rows).toHaveText([/iPad/]);
  await expect(page.getByText("1 device found", { exact: true })).toBeVisible();
  await filter("Last used").selectOption("Any");

  await filter("Service").selectOption("photos.home.example");
  await expect(rows).toHaveText([/Firefox on Linux/]);
  await filter("Who").selectOption("Leo");
  await expect(page.getByRole("heading", { name: "No device fits" })).toBeVisible();
  await filter("Service").selectOption("Any");
  await expect(rows).toHaveText([/Leo's iPad/, /Leo's PlayStation/, /Leo's tablet/]);
  await page.getByRole("button", { name: "Show all devices" }).click();
  await expect(rows.nth(8)).toBeVisible();
});

test("everything about a device", async ({ page, demo, visitor }, info) => {
  await comeAs(page, demo, visitor, "Ana");
  const { devices } = await (await page.request.get(`${demo.url}/api/v1/devices`)).json();
  const named = (name: string) => devices.find((device: { name: string }) => device.name === name).id;
  await visit(page, demo, `/devices/${named("Living-room TV")}`);
  await expect(page.getByRole("heading", { name: "About this device" })).toBeVisible();
  await shows(page);
  await picture(page, info, "device");
  await picture(page, info, "device-whole", { whole: true });
  await visit(page, demo, `/devices/${named("Beach-house Fire TV")}`);
  await expect(page.getByText("Signed out from another device").first()).toBeVisible();
  await picture(page, info, "device-signed-out");
});

test("alerts, history, people and settings", async ({ page, demo, visitor }, info) => {
  await comeAs(page, demo, visitor, "Ana");
  for (const screen of ["alerts", "history", "profiles", "link"]) {
    await visit(page, demo, `/${screen}`);
    await picture(page, info, screen);
  }
  await visit(page, demo, "/settings");
  await expect(page.getByText("Latchkey-Demo-City")).toHaveCount(1);
  await picture(page, info, "settings", { whole: true });
  await visit(page, demo, "/profiles");
  await page.getByRole("button", { name: "Change Leo’s profile" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await picture(page, info, "profile");
});

test("a TV is let in by its code", async ({ page, demo, visitor }, info) => {
  await comeAs(page, demo, visitor, "Ana");
  const waiting = await page.request.post(`${demo.url}/device_authorization`, {
    form: { client_id: "tv", device_name: "Guest-room TV" },
    headers: {
      "user-agent": "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36",
      origin: demo.url,
      "x-forwarded-for": "192.168.1.41",
    },
  });
  const { user_code } = await waiting.json();
  await visit(page, demo, `/link?code=${user_code}`);
  await expect(page.getByText("Guest-room TV")).toBeVisible();
  await expect(page.getByText("Profiles with a PIN are chosen on the device.")).toBeVisible();
  await picture(page, info, "link-confirm", { whole: true });
  await page.getByRole("button", { name: "Not now" }).click();
  await expect(page.getByRole("heading", { name: "It was not let in" })).toBeVisible();
});

test("what a child sees", async ({ page, demo, visitor }, info) => {
  await comeAs(page, demo, visitor, "Leo");
  await visit(page, demo, "/");
  await expect(page.getByRole("heading", { level: 1, name: /Leo/ })).toBeVisible();
  await picture(page, info, "kids");
  await visit(page, demo, "/devices");
  await expect(page.getByRole("heading", { level: 1, name: "Ask Ana or Rui" })).toBeVisible();
  await picture(page, info, "grown-ups");
});

test("an alert, answered with one tap", async ({ page, demo, visitor }, info) => {
  await comeAs(page, demo, visitor, "Ana");
  await visit(page, demo, "/alerts");
  await page.getByRole("link", { name: /Riga/ }).first().click();
  await expect(page.getByRole("heading", { name: "Why it looks unfamiliar" })).toBeVisible();
  await picture(page, info, "alert");
  await page.getByRole("button", { name: "No, sign it out" }).click();
  // The stranger goes on asking, every few seconds.
  await expect(page.getByText(/Signed out at .* Its next request was refused at/)).toBeVisible({ timeout: 30_000 });
  await picture(page, info, "alert-signed-out");
});

test("a device that was signed out", async ({ page, demo, visitor }, info) => {
  await comeAs(page, demo, visitor, "Ana");
  await visit(page, demo, "/");
  expect((await page.request.post(`${demo.url}/api/v1/sign-out`, { headers: { origin: demo.url } })).ok()).toBe(true);
  await expect(page.getByRole("heading", { name: "This device was signed out" })).toBeVisible();
  await picture(page, info, "signed-out");
});
