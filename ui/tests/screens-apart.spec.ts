// The screens that the demonstration's household never shows: the first start, the front door, what has gone wrong,
// and the installed app's own.

import { request } from "@playwright/test";
import { COUNTRIES_ONLY, choose, expect, Home, LOGIN, open, PASSWORD, PIN, signIn, test } from "./home";
import { picture, shows } from "./picture";
import { asWindow } from "./window";

test.describe.configure({ timeout: 600_000 });

test("the set-up, and the very first device", async ({ page, empty }, info) => {
  await page.goto(empty.url);
  await expect(page.getByRole("heading", { name: "Welcome home" })).toBeVisible();
  await picture(page, info, "set-up");
  await page.getByLabel("Set-up code").fill(empty.setupCode);
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByLabel("Name of person 1").fill("Ana");
  await page.getByLabel("Name of person 2").fill("Leo");
  await page.getByLabel("PIN for Ana").fill(PIN);
  await picture(page, info, "set-up-whole", { whole: true });
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByRole("heading", { name: "This is your first device" })).toBeVisible();
  await picture(page, info, "first-device");
  await page.getByRole("button", { name: "See your devices" }).click();
  await expect(page.getByRole("heading", { name: "Only this device so far" })).toBeVisible();
  await shows(page);
  await picture(page, info, "devices-first");
  await open(page, empty, "/alerts");
  await expect(page.getByRole("heading", { name: "All quiet" })).toBeVisible();
  await picture(page, info, "alerts-none");
  await open(page, empty, "/history");
  await page.getByRole("combobox", { name: "What" }).selectOption("Refused requests");
  await expect(page.getByRole("heading", { name: "Nothing of that kind" })).toBeVisible();
  await picture(page, info, "history-none");
});

test("the city database is offered", async ({ page }, info) => {
  const update = "https://download.example/dbip-city-lite-{yyyy-mm}.mmdb.gz";
  const home = await Home.start("--geoip", COUNTRIES_ONLY, "--geoip-update-url", update);
  await choose((await home.setUp()).request, "Ana");
  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(page.getByRole("heading", { name: "See places more closely" })).toBeVisible();
  await picture(page, info, "places-offer");
  await home.stop();
});

test("the front door", async ({ page, home }, info) => {
  await page.goto(`${home.url}/sign-in`);
  await picture(page, info, "front-door-sign-in");
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Who’s using it?" })).toBeVisible();
  await picture(page, info, "front-door-who");
  await page.getByRole("button", { name: "Rui" }).click();
  await expect(page.getByRole("heading", { name: "Rui’s PIN" })).toBeVisible();
  await page.getByLabel("PIN").fill("0000");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await picture(page, info, "front-door-pin");
  await page.getByRole("link", { name: "Somebody else" }).click();
  await page.getByRole("button", { name: "Ana" }).click();
  await page.getByLabel("PIN").first().fill(PIN);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /, Ana$/ })).toBeVisible();

  const television = await request.newContext({
    baseURL: home.url,
    extraHTTPHeaders: {
      "user-agent": "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36",
      "x-forwarded-for": "192.0.2.10",
    },
  });
  const { user_code } = await (
    await television.post("/device_authorization", { form: { client_id: "tv", device_name: "Living-room TV" } })
  ).json();
  await television.dispose();
  await page.goto(`${home.url}/device`);
  await expect(page.getByRole("heading", { name: "Enter the code your TV shows" })).toBeVisible();
  await picture(page, info, "front-door-code");
  await page.getByLabel("Code").fill(user_code);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Let this device in?" })).toBeVisible();
  await expect(page.getByText("Profiles with a PIN are chosen on the device.")).toBeVisible();
  await expect(page.getByRole("option")).toHaveText(["Choose on the device", "Ana", "Leo"]);
  await picture(page, info, "front-door-confirm", { whole: true });
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: "It’s in" })).toBeVisible();
  await picture(page, info, "front-door-message");
});

test("devices being signed out, and what came of each", async ({ page, home, first }, info) => {
  // The picture is taken while the page waits, and may take longer than the page has patience.
  await page.addInitScript(() => {
    AbortSignal.timeout = () => new AbortController().signal;
  });
  const television = await home.app("Bedroom TV", "tv");
  for (const [name, kind] of [
    ["Leo’s tablet", "tablet"],
    ["Kitchen speaker", "speaker"],
  ] as const) {
    await home.app(name, kind);
  }
  await signIn(page, home);
  await open(page, home, "/devices");
  await page.getByRole("button", { name: "Sign out of all devices" }).click();

  // The home answers when the picture is taken; one of the devices has been signed out by then.
  let release = () => {};
  const held = new Promise<void>((go) => {
    release = go;
  });
  await page.route("**/api/v1/devices/sign-out", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("dialog").getByRole("button", { name: "Sign out 4 devices" }).click();
  await expect(page.getByText("0 of 4 signed out")).toBeVisible();
  expect((await first.request.post(`/api/v1/devices/${television.id}/sign-out`)).ok()).toBe(true);
  await expect(page.getByText("1 of 4 signed out")).toBeVisible();
  await picture(page, info, "sign-out-progress");
  release();
  await expect(page.getByRole("dialog", { name: "4 devices signed out" })).toBeVisible();
  await picture(page, info, "sign-out-result");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("1 device is signed in to your account.")).toBeVisible();
});

test("a list that cannot be loaded, and a home that does not answer", async ({ page, home }, info) => {
  await signIn(page, home);
  const broken = { status: 500, json: { error: "internal", message: "Something went wrong at home. Try again." } };
  await page.route("**/api/v1/alerts*", (route) => route.fulfill(broken));
  await page.goto(`${home.url}/#/alerts`);
  await expect(page.getByRole("heading", { name: "This could not be loaded" })).toBeVisible();
  await picture(page, info, "failed");
  // A browser that knows nothing of it; one that does is in offline.spec.ts.
  await page.context().clearCookies();
  await page.reload();
  await expect(page.getByLabel("Login name")).toBeVisible();
  await page.route("**/api/v1/**", (route) => route.abort());
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your home does not answer" })).toBeVisible();
  await picture(page, info, "unreachable");
});

test("what only the installed app has", async ({ page, home }, info) => {
  await signIn(page, home);
  await page.goto(`${home.url}/#/connect`);
  await expect(page.getByText("A page in a browser always belongs to the home it was opened from.")).toBeVisible();
  await picture(page, info, "connect-in-a-browser");
  await asWindow(page);
  await page.reload();
  await expect(page.getByLabel("Address")).toBeVisible();
  await picture(page, info, "connect");
  await open(page, home, "/settings");
  await expect(page.getByText("Notifications, tray and keyring all work.")).toBeVisible();
  await picture(page, info, "settings-app", { whole: true });
});
