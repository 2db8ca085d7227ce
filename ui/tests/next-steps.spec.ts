// What is left to do once a home is set up: each step is one screen, may be skipped, and shows when it works.

import type { Page } from "@playwright/test";
import { choosePerson, expect, LOGIN, open, PASSWORD, signIn, test } from "./home";
import { picture } from "./picture";

const left = (page: Page) => page.getByRole("region", { name: "What is left" });

test("the account page says what is left, until it works", async ({ page, home }, info) => {
  await signIn(page, home);
  const list = left(page);
  await expect(list.getByRole("link")).toHaveText([
    /^\s*Get told.*To do$/,
    /^\s*Open it on your phone.*To do$/,
    /^\s*Link the TV.*To do$/,
    /^\s*Fetch places.*Works$/,
    /^\s*Watch your servers.*To do$/,
  ]);
  await expect(list.getByRole("link", { name: /Fetch places/ })).toContainText("Works");
  await picture(page, info, "what-is-left", { whole: true });

  // It shows as it happens.
  await home.app("Living-room TV", "tv");
  await expect(list.getByRole("link", { name: /Link the TV/ })).toContainText("Works");
  await expect(list.getByRole("button", { name: "Skip: Link the TV" })).toHaveCount(0);
  const phone = await home.app("Ana’s phone", "phone");
  await expect(list.getByRole("link", { name: /Open it on your phone/ })).toContainText("Works");
  await phone.request.post("/api/v1/sign-out");
  await expect(list.getByRole("button", { name: "Skip: Open it on your phone" })).toBeVisible();

  await list.getByRole("link", { name: /Get told/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Get told" })).toBeVisible();
  await open(page, home, "/");
  await left(page)
    .getByRole("link", { name: /Fetch places/ })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});

test("a step is skipped and taken up again, and the list goes with its last one", async ({ page, home, first }) => {
  await signIn(page, home);
  const list = left(page);
  await list.getByRole("button", { name: "Skip: Link the TV" }).click();
  await expect(list.getByRole("link", { name: /Link the TV/ })).toContainText("Skipped");
  const undo = list.getByRole("button", { name: "Take up again: Link the TV" });
  await expect(undo).toBeFocused();
  await undo.click();
  await expect(list.getByRole("button", { name: "Skip: Link the TV" })).toBeFocused();

  // What another device skips is skipped here, too.
  for (const step of ["tv", "phone", "watch_servers"]) {
    const answer = await first.request.put("/api/v1/next-steps", { data: { step, skipped: true } });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  await expect(list.getByRole("button", { name: /^Take up again/ })).toHaveCount(3);
  await list.getByRole("button", { name: "Skip: Get told" }).click();
  await expect(list).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(left(page).getByRole("button", { name: "Skip: Get told" })).toBeVisible();
});

test("it comes right after the set-up, and leads on from there", async ({ page, empty }) => {
  await page.goto(empty.url);
  await page.getByLabel("Set-up code").fill(empty.setupCode);
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByLabel("Name of person 1").fill("Ana");
  await page.getByRole("button", { name: "Remove this person" }).last().click();
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByRole("heading", { name: "This is your first device" })).toBeVisible();
  await left(page)
    .getByRole("link", { name: /Link the TV/ })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Link a TV" })).toBeVisible();
});

test("a child sees nothing of it, and what cannot be loaded says so", async ({ page, home }) => {
  await signIn(page, home, "Leo");
  await expect(left(page)).toHaveCount(0);
  await page.route("**/api/v1/next-steps", (route) => route.fulfill({ status: 500, body: "{}" }));
  await open(page, home, "/who");
  await choosePerson(page, "Ana");
  const failed = page.getByRole("alert").filter({ hasText: "What is left could not be loaded" });
  await expect(failed).toBeVisible();
  await page.unroute("**/api/v1/next-steps");
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(left(page)).toBeVisible();
});
