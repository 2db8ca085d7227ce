// A new home learns what is usual: that is said, nothing near home is told, and it can be ended.

import { test as base, choose, expect, Home, open, RIGA, row, signIn } from "./home";

const test = base.extend<{ fresh: Home }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
  fresh: async ({}, use) => {
    const home = await Home.start();
    await choose((await home.setUp({ learns: true })).request, "Ana");
    await use(home);
    await home.stop();
  },
});

test("a new home says until when it learns, and says nothing of the devices at home, however many", async ({
  page,
  fresh,
}) => {
  await signIn(page, fresh);
  await open(page, fresh, "/devices");
  const banner = page.getByRole("region", { name: "Getting to know your home" });
  await expect(banner).toContainText(/until .*\d\d:\d\d/);
  await fresh.app("Kitchen tablet", "tablet");
  await expect(row(page, "Kitchen tablet")).not.toContainText("New device");
  await open(page, fresh, "/alerts");
  await expect(page.getByRole("heading", { name: "All quiet" })).toBeVisible();
  await expect(banner).toBeVisible();

  // What comes from another country is told all the same.
  await fresh.app("Hotel TV", "tv", { address: RIGA, profile: null });
  await expect(page.getByRole("link", { name: /Hotel TV/ })).toBeVisible();
  for (const room of ["Bedroom", "Attic"]) await fresh.app(`${room} TV`, "tv");
  await expect(page.getByRole("link", { name: /(Bedroom|Attic) TV/ })).toHaveCount(0);
  await expect(banner).toBeVisible();
});

test("the lesson ends when somebody says that everything is here", async ({ page, fresh }) => {
  await signIn(page, fresh);
  await open(page, fresh, "/alerts");
  const banner = page.getByRole("region", { name: "Getting to know your home" });
  await banner.getByRole("button", { name: "My devices are all here" }).click();
  await expect(banner).toHaveCount(0);
  await expect(page.getByText("From now on you hear of every new device.")).toBeVisible();
  await fresh.app("Kitchen tablet", "tablet");
  await expect(page.getByRole("link", { name: /Kitchen tablet/ })).toBeVisible();
});

test("the lesson that is ended on another device goes from the screen by itself", async ({ page, empty }) => {
  const first = await empty.setUp({ learns: true });
  await choose(first.request, "Ana");
  await signIn(page, empty);
  await open(page, empty, "/devices");
  const banner = page.getByRole("region", { name: "Getting to know your home" });
  await expect(banner).toBeVisible();
  await first.request.put("/api/v1/alert-settings", { data: { settings: {}, end_learning: true } });
  await expect(banner).toHaveCount(0);
});
