// A sign-in that looks stolen: held at once, answered for on another device, and what the held one sees.

import type { Page } from "@playwright/test";
import {
  choosePerson,
  devicesSeenBy,
  expect,
  type Home,
  LISBON,
  LOGIN,
  open,
  PASSWORD,
  row,
  signIn,
  stealCookies,
  test,
} from "./home";

const HELD = { status: 401, code: "session_held" };

/** The card of the newest alert about a device. */
async function openCard(page: Page, home: Home, name: RegExp) {
  await open(page, home, "/alerts");
  await page.getByRole("link", { name }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "This may be somebody else" })).toBeVisible();
}

test("a stolen sign-in is told at once, on hold, and signed out with one tap", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/devices");
  expect(await first.askAsThief()).toEqual(HELD);

  const told = page.getByRole("alert").filter({ hasText: "This may be somebody else" });
  await expect(told).toContainText("Ana’s computer");
  await expect(row(page, "Ana’s computer")).toContainText("On hold");
  await told.getByRole("button", { name: "Have a look" }).click();
  await expect(page.getByText(/On hold since .*\. Nothing it asks for is answered until you do\./)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Why it may be somebody else" })).toBeVisible();
  await expect(page.getByText(/^This looks (much )?more like a stranger/)).toBeVisible();

  await page.getByRole("button", { name: "No, sign it out" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ana’s computer is signed out" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Change the password" })).toBeVisible();
  expect((await first.ask()).code).toBe("session_ended");
});

test("“Yes, it is ours” lets a held sign-in go on", async ({ page, home, first }) => {
  await signIn(page, home);
  expect(await first.askAsThief()).toEqual(HELD);
  expect(await first.ask()).toEqual(HELD);
  await openCard(page, home, /Ana’s computer/);
  await page.getByRole("button", { name: "Yes, it is ours" }).click();
  await expect(page.getByText("Good. It goes on where it was")).toBeVisible();
  expect((await first.ask()).status).toBe(200);
  await open(page, home, "/devices");
  await expect(row(page, "Ana’s computer")).not.toContainText("On hold");
});

test("whoever is not sure leaves it on hold", async ({ page, home, first }) => {
  await signIn(page, home);
  await first.askAsThief();
  await openCard(page, home, /Ana’s computer/);
  await page.getByRole("button", { name: "Not sure" }).click();
  await expect(page.getByText("It stays on hold until you are sure.")).toBeVisible();
  expect(await first.ask()).toEqual(HELD);
  await expect(page.getByRole("button", { name: "Yes, it is ours" })).toBeVisible();
});

test("a held device is answered for from the list, and on its own page", async ({ page, home, first }) => {
  await signIn(page, home);
  await first.askAsThief();
  await open(page, home, "/devices");
  await page.getByRole("button", { name: "Answer for Ana’s computer" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "This may be somebody else" })).toBeVisible();

  await open(page, home, `/devices/${first.id}`);
  await expect(page.getByText(/On hold since/)).toBeVisible();
  await page.getByRole("button", { name: "Yes, it is ours" }).click();
  await expect(page.getByText(/On hold since/)).toHaveCount(0);
  expect((await first.ask()).status).toBe(200);
});

test("a browser that is held says so, and goes on once somebody has answered for it", async ({
  browser,
  page,
  home,
  first,
}) => {
  const other = await (await browser.newContext({ extraHTTPHeaders: { "x-forwarded-for": LISBON } })).newPage();
  await signIn(other, home, "Rui");
  await open(other, home, "/devices");
  expect(await stealCookies(other, home)).toEqual(HELD);

  await expect(other.getByRole("heading", { name: "This sign-in is on hold" })).toBeVisible();
  await other.getByRole("button", { name: "Try again" }).click();
  await expect(other.getByRole("status").filter({ hasText: "It is still on hold." })).toBeVisible();
  await other.reload();
  await expect(other.getByRole("heading", { name: "This sign-in is on hold" })).toBeVisible();

  const held = (await devicesSeenBy(first.request)).find((device) => device.held_at !== null);
  await signIn(page, home);
  await open(page, home, `/devices/${held?.id}`);
  await page.getByRole("button", { name: "Yes, it is ours" }).click();
  await expect(page.getByText(/Good\. It goes on where it was/)).toBeVisible();

  // It looks by itself every half a minute, too, and may have been quicker.
  await other
    .getByRole("button", { name: "Try again" })
    .click({ timeout: 5_000 })
    .catch(() => {});
  await expect(other.getByRole("heading", { level: 1, name: "Manage access and devices" })).toBeVisible();
  await other.context().close();
});

test("a browser that is held may sign in again instead", async ({ browser, home }) => {
  const other = await (await browser.newContext({ extraHTTPHeaders: { "x-forwarded-for": LISBON } })).newPage();
  await signIn(other, home, "Rui");
  await stealCookies(other, home);
  await other.reload();
  await expect(other.getByRole("heading", { name: "This sign-in is on hold" })).toBeVisible();
  await other.getByRole("button", { name: "Sign in again" }).click();
  await other.getByLabel("Login name").fill(LOGIN);
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Sign in" }).click();
  await choosePerson(other, "Ana");
  await expect(other.getByRole("heading", { level: 1, name: /, Ana$/ })).toBeVisible();
  await other.context().close();
});
