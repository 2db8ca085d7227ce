// What somebody sets about alerts is saved at once, says what it means, and is refused to a stranger.

import type { APIRequestContext } from "@playwright/test";
import type { AlertSettings } from "../src/api/generated/AlertSettings";
import { expect, open, RIGA, signIn, test } from "./home";

const seenBy = async (device: APIRequestContext) =>
  (await (await device.get("/api/v1/alert-settings")).json()) as AlertSettings;

test("the budget is chosen, saved at once, and still there afterwards", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/settings");
  const choices = page.getByRole("group", { name: "How many alerts" });
  await expect(choices.getByRole("radio")).toHaveCount(3);
  await expect(choices.getByRole("radio", { name: "Usual" })).toBeChecked();
  await expect(page.getByText(/^On simulated households: /)).toBeHidden();
  await page.getByText("How this was measured").click();
  await expect(page.getByText(/^On simulated households: .*Of 1,000 thieves/)).toBeVisible();

  await choices.getByRole("radio", { name: "Usual" }).focus();
  await page.keyboard.press("ArrowDown");
  await expect(choices.getByRole("radio", { name: "More" })).toBeChecked();
  await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  expect((await seenBy(first.request)).settings.budget).toBe("weekly");
  await page.reload();
  await expect(choices.getByRole("radio", { name: "More" })).toBeChecked();
});

test("the figures of every choice are there as a table", async ({ page, home, first }) => {
  const { budgets } = await seenBy(first.request);
  await signIn(page, home);
  await open(page, home, "/settings");
  await page.getByText("How this was measured").click();
  await page.getByText("The same in figures").click();
  const table = page.getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText(["a year", "3 months", "a month", "a week"]);
  await expect(table.getByRole("row")).toHaveCount(8);
  const targeted = table.getByRole("row", { name: /who know your country and provider/ });
  const shown = budgets.map(({ misses }) => {
    const count = misses.targeted * 1000;
    return count > 0 && count < 0.5 ? "under 1" : Math.round(count).toLocaleString("en");
  });
  await expect(targeted.getByRole("cell")).toHaveText(shown);
});

test("how it was measured says what no rule about requests can see", async ({ page, home }) => {
  await signIn(page, home);
  await open(page, home, "/settings");
  await page.getByText("What is noticed at a thief’s first request").click();
  const table = page.getByRole("table");
  await expect(table.getByRole("row")).toHaveText([
    /^Another browser, from your city\s*79 to 88 %$/,
    /^The very same browser, from another country\s*95 %$/,
    /^The very same browser, through a network of your city\s*0 to 1 %$/,
  ]);
  await expect(page.getByText("Nothing in a request tells the last one from you")).toBeVisible();
});

test("holding and quiet hours are switched, with what they mean", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/settings");
  const hold = page.getByRole("switch", { name: "Hold a sign-in that looks stolen" });
  await expect(hold).toBeChecked();
  await expect(hold).toHaveAccessibleDescription(/Never the computer your home runs on/);
  await hold.click();
  await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  expect((await seenBy(first.request)).settings.hold_suspicious).toBe(false);

  await page.getByRole("switch", { name: "Quiet hours" }).click();
  await expect(page.getByLabel("From")).toHaveValue("22:00");
  await expect
    .poll(async () => (await seenBy(first.request)).settings.quiet_hours)
    .toEqual({
      from_minute: 1320,
      to_minute: 420,
    });
  await page.getByLabel("From").fill("23:30");
  await page.getByLabel("From").blur();
  await expect.poll(async () => (await seenBy(first.request)).settings.quiet_hours?.from_minute).toBe(1410);
  await page.getByLabel("To", { exact: true }).fill("23:30");
  await expect(page.getByText("That is the same time twice, so nothing is silenced.")).toBeVisible();
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  await expect(page.getByLabel("From")).toHaveCount(0);
  await expect.poll(async () => (await seenBy(first.request)).settings.quiet_hours).toBeNull();
});

test.describe("somebody who is away from home", () => {
  test.use({ timezoneId: "Asia/Tokyo" });

  test("the quiet hours go by the clock of the home, and somebody chooses which that is", async ({
    page,
    home,
    first,
  }) => {
    await signIn(page, home);
    await open(page, home, "/settings");
    const zone = page.getByLabel("Time zone of your home");
    await expect(zone).toHaveCount(0);
    await page.getByRole("switch", { name: "Quiet hours" }).click();
    const ofComputer = (await seenBy(first.request)).time_zone;
    await expect(page.getByText(`Times are the home’s: ${ofComputer.replaceAll("_", " ")}.`)).toBeVisible();
    await expect(zone).toHaveValue("");

    await zone.selectOption("Europe/Riga");
    await expect(page.getByText("Times are the home’s: Europe/Riga.")).toBeVisible();
    await expect(page.getByText("The clock of the device you use now goes by Asia/Tokyo.")).toBeVisible();
    await expect.poll(async () => (await seenBy(first.request)).time_zone).toBe("Europe/Riga");
    await expect(page.getByRole("status").filter({ hasText: "Saved" })).toHaveCount(1);
    await page.reload();
    await expect(zone).toHaveValue("Europe/Riga");

    await zone.selectOption({ label: "Asia/Tokyo" });
    await expect(page.getByText("Times are the home’s: Asia/Tokyo.")).toBeVisible();
    await expect(page.getByText("The clock of the device you use now")).toHaveCount(0);
    await zone.selectOption({ label: "As the computer your home runs on" });
    await expect.poll(async () => (await seenBy(first.request)).settings.time_zone).toBeNull();
    await expect(page.getByText(`Times are the home’s: ${ofComputer.replaceAll("_", " ")}.`)).toBeVisible();
  });

  test("a zone that the home does not know is refused, and what was set stays", async ({ page, home, first }) => {
    await signIn(page, home);
    await open(page, home, "/settings");
    await page.getByRole("switch", { name: "Quiet hours" }).click();
    const zone = page.getByLabel("Time zone of your home");
    await zone.evaluate((select) => select.append(new Option("Mars", "Mars/Olympus_Mons")));
    await zone.selectOption("Mars/Olympus_Mons");
    await expect(page.getByText("Choose a time zone by its name, such as Europe/Riga.")).toBeVisible();
    expect((await seenBy(first.request)).settings.time_zone).toBeNull();
  });
});

test("what was set on another device shows here", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/settings");
  await first.request.put("/api/v1/alert-settings", { data: { settings: { budget: "yearly" }, end_learning: false } });
  await expect(page.getByRole("radio", { name: "Fewer" })).toBeChecked();
});

test("a device that is not familiar may not change it, and is told why", async ({ browser, home, first }) => {
  const stranger = await (await browser.newContext({ extraHTTPHeaders: { "x-forwarded-for": RIGA } })).newPage();
  await signIn(stranger, home);
  await open(stranger, home, "/settings");
  await stranger.getByText("Fewer", { exact: true }).click();
  await expect(stranger.getByText("Your household does not know this device yet")).toBeVisible();
  await expect(stranger.getByRole("radio", { name: "Usual" })).toBeChecked();
  expect((await seenBy(first.request)).settings.budget).toBe("monthly");
  await stranger.context().close();
});

test("settings that cannot be loaded say so, and can be asked for again", async ({ page, home }) => {
  await signIn(page, home);
  await page.route("**/api/v1/alert-settings", (route) => route.fulfill({ status: 500, body: "{}" }));
  await open(page, home, "/settings");
  const failed = page.getByRole("alert").filter({ hasText: "The alert settings could not be loaded" });
  await expect(failed).toBeVisible();
  await page.unroute("**/api/v1/alert-settings");
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("group", { name: "How many alerts" })).toBeVisible();
});
