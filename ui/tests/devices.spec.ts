// Manage access and devices: the list as it changes, signing out, finding, renaming.

import { choose, devicesSeenBy, expect, isComplete, isPhone, open, row, signIn, test } from "./home";

test("a device that signs in elsewhere shows up without a reload", async ({ page, home }) => {
  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(row(page, "Ana’s computer")).toBeVisible();
  await expect(row(page, "Bedroom TV")).toHaveCount(0);
  const television = await home.app("Bedroom TV", "tv");
  await expect(row(page, "Bedroom TV")).toBeVisible();

  await television.request.post("/api/v1/session/activity", { data: { title: "Sardines", state: "playing" } });
  await expect(row(page, "Bedroom TV")).toContainText("Ana is watching Sardines");
  await television.request.post("/api/v1/session/activity", { data: { title: "Sardines", state: "paused" } });
  await expect(row(page, "Bedroom TV")).toContainText("Ana watched Sardines");
});

test("a device that is signed out is refused at its very next request", async ({ page, home }) => {
  await signIn(page, home);
  const tablet = await home.app("Kitchen tablet", "tablet");
  expect(await tablet.ask()).toEqual({ status: 200, code: null });
  await open(page, home, "/devices");
  await page.getByRole("button", { name: "Sign out Kitchen tablet" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign out Kitchen tablet?" });
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog")).toContainText(
    /Signed out at \d\d:\d\d:\d\d\.\s+Its next request will be refused/,
  );

  expect(await tablet.ask()).toEqual({ status: 401, code: "session_ended" });
  await expect(page.getByRole("dialog")).toContainText(/Its next request was refused at \d\d:\d\d:\d\d/);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("Signed out: 1 device")).toBeVisible();
});

test("a browser that is signed out shows its signed-out screen at once", async ({ browser, page, home, first }) => {
  const other = await (await browser.newContext()).newPage();
  await signIn(other, home, "Rui");
  await open(other, home, "/devices");
  const listed = await devicesSeenBy(first.request);
  const itself = listed.find((device) => device.kind === "browser");
  await signIn(page, home);
  await open(page, home, `/devices/${itself?.id}`);
  // Its own, and none of the list's beside it, which name their devices.
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();

  await expect(other.getByRole("heading", { name: "This device was signed out" })).toBeVisible();
  expect((await other.request.get(`${home.url}/api/v1/session`)).status()).toBe(401);
  await other.getByRole("button", { name: "Sign in again" }).click();
  await expect(other.getByLabel("Login name")).toBeVisible();
  await other.context().close();
});

test("several devices are signed out together, with what came of each", async ({ page, home, first }) => {
  await signIn(page, home);
  const apps = [
    await home.app("Television", "tv"),
    await home.app("Phone", "phone"),
    await home.app("Box", "streaming_box"),
  ];
  await open(page, home, "/devices");
  await page.getByRole("button", { name: "Select several" }).click();
  await page.getByRole("checkbox", { name: "Select Box" }).click();
  await page.getByRole("checkbox", { name: "Select Television" }).click({ modifiers: ["Shift"] });
  await expect(page.getByText("3 selected")).toBeVisible();
  await page.getByRole("button", { name: "Sign out 3 devices" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out 3 devices" }).click();
  await expect(page.getByRole("dialog", { name: "3 devices signed out" })).toBeVisible();
  await expect(page.getByRole("dialog").getByText(/Signed out at/)).toHaveCount(3);
  for (const app of apps) expect((await app.ask()).code).toBe("session_ended");
  expect((await first.ask()).status).toBe(200);
});

test("all devices are signed out, and this one is kept when asked", async ({ page, home, first }) => {
  await signIn(page, home);
  const phone = await home.app("Phone", "phone");
  await open(page, home, "/devices");
  await page.getByRole("button", { name: "Sign out of all devices" }).click();
  await expect(page.getByRole("switch", { name: "Keep this device signed in" })).toBeChecked();
  await expect(page.getByRole("dialog")).toContainText("Stays signed in");
  await page.getByRole("dialog").getByRole("button", { name: "Sign out 2 devices" }).click();
  await expect(page.getByRole("dialog", { name: "2 devices signed out" })).toBeVisible();
  expect((await phone.ask()).code).toBe("session_ended");
  expect((await first.ask()).code).toBe("session_ended");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("1 device is signed in to your account.")).toBeVisible();
});

test("all devices are signed out, this one as well", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/devices");
  await page.getByRole("button", { name: "Sign out of all devices" }).click();
  await page.getByRole("switch", { name: "Keep this device signed in" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out 2 devices" }).click();
  await expect(page.getByRole("heading", { name: "Everything is signed out" })).toBeVisible();
  expect((await first.ask()).code).toBe("session_ended");
});

test("a search and the filters leave the devices that fit", async ({ page, home }) => {
  await home.app("Living-room TV", "tv");
  const tablet = await home.app("Tablet", "tablet", { profile: "Leo" });
  await tablet.request.post("/api/v1/session/activity", { data: { title: "Moles in Space", state: "playing" } });
  await signIn(page, home);
  await open(page, home, "/devices");
  const rows = page.getByRole("group", { name: "Devices that are signed in" }).getByRole("listitem");
  await expect(rows).toHaveCount(4);

  await page.getByRole("searchbox").fill("leo moles");
  await expect(rows).toHaveCount(1);
  await expect(row(page, "Tablet")).toBeVisible();
  await page.getByRole("searchbox").fill("nothing like this");
  await expect(page.getByRole("heading", { name: "No device fits" })).toBeVisible();
  await page.getByRole("button", { name: "Show all devices" }).last().click();
  await expect(rows).toHaveCount(4);

  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("Kind").selectOption("TV");
  await expect(rows).toHaveCount(1);
  await expect(row(page, "Living-room TV")).toBeVisible();
  await page.getByLabel("Kind").selectOption("Any");
  await page.getByRole("combobox", { name: "Place" }).selectOption("Portugal");
  await expect(rows).toHaveCount(3);
  await page.getByLabel("Last used").selectOption("Not for 30 days");
  await expect(rows).toHaveCount(0);
});

test("the list is used from the keyboard alone", async ({ page, home }) => {
  await home.app("Living-room TV", "tv");
  await signIn(page, home);
  await open(page, home, "/devices");
  await page.locator("body").press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  const links = page.getByRole("group", { name: "Devices that are signed in" }).getByRole("link");
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press("End");
  await expect(links.last()).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  const name = ((await links.nth(1).textContent()) ?? "").split(": ").slice(1).join(": ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name, exact: true, level: isPhone(page) ? 1 : 2 })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(row(page, name).getByRole("link")).toBeFocused();
});

test("a place on the map leads to the devices there", async ({ page, home }) => {
  await home.app("Living-room TV", "tv");
  await signIn(page, home);
  await open(page, home, "/devices");
  const pin = page.getByRole("button", { name: "near Lisbon, Portugal: 2 devices" });
  await pin.click();
  await expect(row(page, "Living-room TV").getByRole("link")).toBeFocused();
  await expect(page.getByRole("link", { name: "IP geolocation by DB-IP" })).toHaveAttribute(
    "href",
    "https://db-ip.com",
  );
});

test("a device is renamed, everywhere at once, and the old name comes back", async ({ page, home }) => {
  const television = await home.app("Samsung TV", "tv");
  await signIn(page, home);
  await open(page, home, `/devices/${television.id}`);
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("Name of this device").fill("Grandma’s <b>TV</b>");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Grandma’s <b>TV</b>", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { name: "Samsung TV", exact: true })).toBeVisible();
  await open(page, home, "/history");
  await expect(page.getByText("Samsung TV was renamed to “Grandma’s <b>TV</b>”")).toBeVisible();
});

test("the New badge goes with the first visit", async ({ page, home }) => {
  await signIn(page, home);
  await expect(page.getByRole("link", { name: /Security & privacy/ })).toContainText("New");
  await page.getByRole("link", { name: /Security & privacy/ }).click();
  await expect(page.getByRole("link", { name: /Manage access and devices/ })).toContainText("New");
  await page.getByRole("link", { name: /Manage access and devices/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Manage access and devices" })).toBeVisible();
  await open(page, home, "/security");
  await expect(page.getByRole("link", { name: /Manage access and devices/ })).not.toContainText("New");
});

test("a home that stops is told, and what waits for it is said", async ({ page, empty }) => {
  const app = await empty.setUp();
  await choose(app.request, "Ana");
  await signIn(page, empty);
  await open(page, empty, "/devices");
  await isComplete(page);
  await empty.stop();
  await expect(page.getByText(/^As of .*This home does not answer\.$/)).toBeVisible();
  await page.getByRole("button", { name: "Sign out Ana’s computer" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog", { name: "Waits for the home" })).toContainText("It is sent as soon as");
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("region", { name: "1 thing waits for the home" })).toContainText(
    "Sign out Ana’s computer",
  );

  await page.evaluate(() => {
    location.hash = "#/history";
  });
  await expect(page.getByRole("alert").getByRole("button", { name: "Try again" })).toBeVisible();
});
