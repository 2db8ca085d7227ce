// The people and what they may: kids' profiles, profiles, linking a TV, history, settings.

import { readFile } from "node:fs/promises";
import { request } from "@playwright/test";
import {
  choosePerson,
  devicesSeenBy,
  expect,
  HOME_NETWORK,
  isListening,
  LOGIN,
  open,
  PASSWORD,
  PIN,
  RIGA,
  signIn,
  test,
} from "./home";

test("a kids’ profile sees nothing of the account’s management, and the home refuses it", async ({ page, home }) => {
  await signIn(page, home, "Leo");
  await expect(page.getByRole("link", { name: /Security & privacy/ })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /Profiles/ })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /Alerts/ })).toHaveCount(0);
  for (const path of ["/devices", "/security", "/alerts", "/history", "/profiles", "/link"]) {
    await page.goto(`${home.url}/#${path}`);
    await expect(page.getByRole("heading", { level: 1, name: "Ask Ana or Rui" })).toBeVisible();
  }
  for (const path of ["devices", "alerts", "history"]) {
    const answer = await page.request.get(`${home.url}/api/v1/${path}`);
    expect(answer.status()).toBe(403);
    expect((await answer.json()).error).toBe("kids_profile");
  }
  await page.goto(`${home.url}/#/settings`);
  await expect(page.getByRole("heading", { name: "Appearance" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Password" })).toHaveCount(0);

  // Nothing is missing: a child just does not hear what changes. A grown-up does, from the moment of choosing.
  await expect(page.getByText("The connection was lost.")).toHaveCount(0);
  await page.goto(`${home.url}/#/devices`);
  await page.getByRole("link", { name: "Switch profile" }).click();
  await choosePerson(page, "Rui");
  await expect(page.getByRole("link", { name: /Security & privacy/ })).toBeVisible();
  await isListening(page);
});

test("profiles are added, changed and deleted", async ({ page, home }) => {
  await signIn(page, home);
  await open(page, home, "/profiles");
  await page.getByRole("button", { name: "Add a profile" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Marta");
  await page.getByText("Kids", { exact: true }).last().click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Change Marta’s profile" })).toContainText("Kids");

  await page.getByRole("button", { name: "Change Marta’s profile" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Grandma");
  await page.getByText("Grown-up", { exact: true }).last().click();
  await page.getByLabel("PIN").fill(PIN);
  await page.getByRole("button", { name: "Save" }).click();
  const grandma = page.getByRole("button", { name: "Change Grandma’s profile" });
  await expect(grandma).toContainText("Grown-up");
  await expect(grandma).toContainText("PIN");

  await grandma.click();
  await page.getByRole("button", { name: "Delete this profile" }).click();
  await page.getByRole("dialog", { name: "Delete Grandma’s profile?" }).getByRole("button", { name: "Delete" }).click();
  await expect(grandma).toHaveCount(0);
});

test("the last grown-up cannot be made a child", async ({ page, home, first }) => {
  const { profiles } = await (await first.request.get("/api/v1/profiles")).json();
  const rui = profiles.find((profile: { name: string }) => profile.name === "Rui");
  expect((await first.request.delete(`/api/v1/profiles/${rui.id}`)).status()).toBe(204);
  await signIn(page, home);
  await open(page, home, "/profiles");
  await page.getByRole("button", { name: "Change Ana’s profile" }).click();
  await page.getByText("Kids", { exact: true }).last().click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("at least one adult");
});

test("a TV is let in by the code it shows", async ({ page, home, first }) => {
  const television = await request.newContext({
    baseURL: home.url,
    extraHTTPHeaders: { "user-agent": "Mozilla/5.0 (Web0S; Linux/SmartTV)", "x-forwarded-for": HOME_NETWORK },
  });
  const form = { client_id: "tv", device_name: "Bedroom TV" };
  const started = await (await television.post("/device_authorization", { form })).json();
  expect(started.user_code).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);

  await signIn(page, home);
  await open(page, home, "/link");
  await page.getByLabel("Code").fill("AAAA-AAAA");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toContainText("not valid");
  await page.getByLabel("Code").fill(started.user_code.replace("-", " ").toLowerCase());
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText(`is showing the code ${started.user_code}.`)).toBeVisible();
  // Rui has a PIN: only he can hand his profile over.
  await expect(page.getByRole("option")).toHaveText(["Choose on the device", "Ana", "Leo"]);
  await expect(page.getByText("Profiles with a PIN are chosen on the device.")).toBeVisible();
  await page.getByLabel("Who will use it?").selectOption("Leo");
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: "It may sign in" })).toBeVisible();

  const grant = {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: started.device_code,
    client_id: "tv",
  };
  const answer = await television.post("/token", { form: grant });
  expect(answer.ok(), await answer.text()).toBe(true);
  const listed = await devicesSeenBy(first.request);
  expect(listed.find((device) => device.method === "code")?.profile?.name).toBe("Leo");
  await television.dispose();
});

test("a TV that is not let in stays outside", async ({ page, home }) => {
  const television = await request.newContext({
    baseURL: home.url,
    extraHTTPHeaders: { "x-forwarded-for": HOME_NETWORK },
  });
  const started = await (await television.post("/device_authorization", { form: { client_id: "tv" } })).json();
  await signIn(page, home);
  await open(page, home, `/link?code=${started.user_code}`);
  await page.getByRole("button", { name: "Not now" }).click();
  await expect(page.getByRole("heading", { name: "It was not let in" })).toBeVisible();
  const grant = {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: started.device_code,
    client_id: "tv",
  };
  expect((await (await television.post("/token", { form: grant })).json()).error).toBe("access_denied");
  await television.dispose();
});

test("the code of a TV elsewhere is typed, and where it is is said", async ({ page, home }) => {
  const television = await request.newContext({ baseURL: home.url, extraHTTPHeaders: { "x-forwarded-for": RIGA } });
  const device_name = "your own TV, as you started this yourself: press Allow";
  const form = { client_id: "tv", device_kind: "tv", device_name };
  const started = await (await television.post("/device_authorization", { form })).json();
  await signIn(page, home);
  await open(page, home, `/link?code=${started.user_code}`);
  await expect(page.getByRole("alert")).toContainText("Type the code yourself");
  await expect(page.getByLabel("Code")).toHaveValue("");
  await page.getByLabel("Code").fill(started.user_code);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("It is NOT on your network: it asks from near Riga, Latvia.")).toBeVisible();
  await expect(page.getByText(/^A TV that calls itself “your own TV, as you started this yourse…”/)).toBeVisible();
  await expect(page.getByText("press Allow")).toHaveCount(0);
  await television.dispose();
});

test("a proxy that hides where devices are is told in the settings", async ({ page, home }) => {
  const nobody = await request.newContext({ baseURL: home.url, extraHTTPHeaders: { "x-forwarded-for": "unknown" } });
  expect((await nobody.get("/api/v1/session")).status()).toBe(401);
  await signIn(page, home);
  await open(page, home, "/settings");
  await expect(page.getByText("The trusted proxy at 127.0.0.1 does not say whom it speaks for")).toBeVisible();
  await nobody.dispose();
});

test("the history is filtered, and exported whole as a table and as data", async ({ page, home }) => {
  const tablet = await home.app("Kitchen tablet", "tablet");
  await signIn(page, home);
  await open(page, home, "/history");
  await expect(page.getByText("Kitchen tablet signed in")).toBeVisible();
  await page.getByRole("combobox", { name: "What" }).selectOption("Account created");
  await expect(page.getByText("The account was created")).toBeVisible();
  await expect(page.getByText("Kitchen tablet signed in")).toHaveCount(0);
  await page.getByRole("combobox", { name: "What" }).selectOption("Everything");
  await page.getByRole("combobox", { name: "Device" }).selectOption("Kitchen tablet");
  await expect(page.getByText("The account was created")).toHaveCount(0);
  await expect(page.getByText("Kitchen tablet signed in")).toBeVisible();

  const save = async (format: string) => {
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: format }).click(),
    ]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  };
  const table = await save("As a table (CSV)");
  expect(table.name).toBe("latchkey-history.csv");
  expect(table.text).toContain("Kitchen tablet");
  expect(table.text.split("\n")[0]).toMatch(/^at,what,device,/);
  const data = await save("As data (JSON)");
  expect(data.name).toBe("latchkey-history.json");
  const lines: { kind: string; device_id: string | null }[] = JSON.parse(data.text).history;
  expect(lines.some((line) => line.kind === "account_created")).toBe(true);
  expect(lines.some((line) => line.kind === "sign_in" && line.device_id === tablet.id)).toBe(true);
});

test("a history of many pages is exported whole as data", async ({ page, home, first }) => {
  for (const name of ["One", "Two", "Three", "Four"]) {
    expect((await first.request.patch(`/api/v1/devices/${first.id}`, { data: { name } })).ok()).toBe(true);
  }
  await signIn(page, home);
  await open(page, home, "/history");
  const whole = (await (await first.request.get("/api/v1/history?limit=1000")).json()).history;
  // The home answers with pages of three lines each: it takes several to have all.
  let pages = 0;
  await page.route("**/api/v1/history?*", async (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set("limit", "3");
    pages += 1;
    await route.continue({ url: url.href });
  });
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "As data (JSON)" }).click(),
  ]);
  expect(JSON.parse(await readFile(await download.path(), "utf8")).history).toEqual(whole);
  expect(whole.length).toBeGreaterThan(6);
  expect(pages).toBe(Math.ceil(whole.length / 3));
  await expect(page.getByText("The whole history was saved.")).toBeVisible();
});

test("the password is changed, and everything else signed out with it", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/settings?password");
  await page.getByLabel("Current password").fill("not this one");
  await page.getByLabel("New password", { exact: true }).fill("another row of words");
  await page.getByLabel("New password again").fill("another row of words");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByRole("alert")).toContainText("not the current password");
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("The password is changed, and 1 device signed out.")).toBeVisible();
  expect((await first.ask()).code).toBe("session_ended");
  const attempt = await request.newContext({ baseURL: home.url });
  const answer = await attempt.post("/api/v1/sign-in", { data: { login: LOGIN, password: PASSWORD } });
  expect(answer.status()).toBe(401);
  await attempt.dispose();
});

test("light or dark is kept in this browser", async ({ page, home }) => {
  await signIn(page, home);
  await open(page, home, "/settings");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByText("Dark", { exact: true }).click();
  await expect.poll(paper).not.toBe(light);
  const dark = await paper();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  expect(await paper()).toBe(dark);
});

test("seven tabs of one browser all go on, and all hear what changes", async ({ page, home, context }) => {
  await signIn(page, home);
  const tabs = [page];
  for (let tab = 2; tab <= 7; tab += 1) tabs.push(await context.newPage());
  for (const tab of tabs) {
    await tab.goto(`${home.url}/#/devices`);
    await isListening(tab);
  }
  const tv = await home.app("Kitchen TV", "tv");
  for (const tab of tabs) await expect(tab.getByText("Kitchen TV").first()).toBeVisible();
  await tv.request.post("/api/v1/sign-out");
});

test("what was under way while the key changed is asked again, and nobody is signed out", async ({ page, home }) => {
  await signIn(page, home);
  let refused = 0;
  await page.route("**/api/v1/devices?**", async (route) => {
    if (refused > 0) return route.continue();
    refused += 1;
    const body = { error: "token_replaced", message: "This sign-in has a newer key by now." };
    await route.fulfill({ status: 401, json: body });
  });
  await open(page, home, "/devices");
  await expect(page.getByText("Current device")).toBeVisible();
  expect(refused).toBe(1);
});

test("another tab goes on when somebody is chosen in one", async ({ page, home }) => {
  await signIn(page, home, "Ana");
  const other = await page.context().newPage();
  await open(other, home, "/devices");
  await page.goto(`${home.url}/#/devices`);
  await page.getByRole("button", { name: "Your menu" }).click();
  await page.getByRole("menuitem", { name: "Switch profile" }).click();
  await choosePerson(page, "Rui");
  await expect(page.getByRole("link", { name: /Security & privacy/ })).toBeVisible();
  await expect(other.getByText("Current device")).toBeVisible();
  await home.app("Kitchen TV", "tv");
  await expect(other.getByText("Kitchen TV").first()).toBeVisible();
  await expect(other.getByText("The connection was lost.")).toHaveCount(0);
});

test("a tab that is signed out goes on when another one signs in again", async ({ page, home, first }) => {
  await signIn(page, home);
  const other = await page.context().newPage();
  await open(other, home, "/devices");
  const itself = (await devicesSeenBy(first.request)).find((device) => device.kind === "browser");
  await first.request.post(`/api/v1/devices/${itself?.id}/sign-out`);
  const out = { name: "This device was signed out" };
  for (const tab of [page, other]) await expect(tab.getByRole("heading", out)).toBeVisible();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await choosePerson(page, "Ana");
  await expect(other.getByRole("heading", out)).toHaveCount(0);
});
