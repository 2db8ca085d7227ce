// Coming in: the set-up, signing in with and without JavaScript, and who is using it.

import { choosePerson, expect, LOGIN, open, PASSWORD, PIN, row, signIn, test } from "./home";

test("the account is made on the page, and this browser is its first device", async ({ page, empty }) => {
  await page.goto(empty.url);
  await expect(page.getByRole("heading", { name: "Welcome home" })).toBeVisible();
  await page.getByLabel("Set-up code").fill(empty.setupCode);
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill("something else");
  await page.getByLabel("Name of person 1").fill("Ana");
  await page.getByLabel("Name of person 2").fill("Leo");
  await page.getByRole("button", { name: "Add somebody" }).click();
  await page.getByLabel("Name of person 3").fill("Rui");
  // Where a child lives, the grown-ups are offered a PIN.
  await page.getByLabel("PIN for Ana").fill("12");
  await expect(page.getByLabel("PIN for Rui")).toBeVisible();
  await expect(page.getByLabel("PIN for Leo")).toHaveCount(0);
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByText("The two passwords are not the same.")).toBeVisible();

  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByText("A PIN has four to eight digits.")).toBeVisible();
  await page.getByLabel("PIN for Ana").fill(PIN);
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByRole("heading", { name: "This is your first device" })).toBeVisible();
  await page.getByRole("button", { name: "See your devices" }).click();
  await expect(page.getByRole("heading", { name: "Manage access and devices" })).toBeVisible();
  await expect(page.getByRole("group", { name: "Devices that are signed in" }).getByRole("listitem")).toHaveCount(1);
  await expect(page.getByText("Current device")).toBeVisible();

  await open(page, empty, "/profiles");
  for (const name of ["Ana", "Leo", "Rui"]) {
    const profile = page.getByRole("button", { name: `Change ${name}’s profile` });
    await expect(profile).toBeVisible();
    await expect(profile.getByText("PIN")).toHaveCount(name === "Ana" ? 1 : 0);
  }
});

test("a wrong set-up code is refused with a sentence that says where to find it", async ({ page, empty }) => {
  await page.goto(empty.url);
  await page.getByLabel("Set-up code").fill("NOT-THE-CODE");
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByLabel("Name of person 1").fill("Ana");
  await page.getByRole("button", { name: "Remove this person" }).last().click();
  await expect(page.getByLabel("PIN for Ana")).toHaveCount(0);
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByRole("alert")).toContainText("set-up code is not right");
});

test("a wrong password is refused; the right one leads to who is using it, and a PIN is asked for", async ({
  page,
  home,
}) => {
  await page.goto(home.url);
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill("not it at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("not right");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();

  await page.getByRole("button", { name: "Rui" }).click();
  await page.getByLabel("PIN").fill("1111");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toContainText("PIN is not right");
  await page.getByRole("button", { name: "Somebody else" }).click();
  await choosePerson(page, "Rui");
  await expect(page.getByRole("heading", { level: 1, name: /, Rui$/ })).toBeVisible();
});

test("the front door needs no JavaScript", async ({ browser, page, home }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto(`${home.url}/sign-in`);
  await plain.getByLabel("Login name").fill(LOGIN);
  await plain.getByLabel("Password").fill(PASSWORD);
  await plain.getByRole("button", { name: "Sign in" }).click();
  await expect(plain.getByRole("heading", { name: "Who’s using it?" })).toBeVisible();
  await plain.getByRole("button", { name: "Ana" }).click();
  await plain.getByLabel("PIN").first().fill(PIN);
  await plain.getByRole("button", { name: "Continue" }).click();
  await expect(plain).not.toHaveURL(/\/who/);
  const session = await (await context.request.get(`${home.url}/api/v1/session`)).json();
  expect(session.profile.name).toBe("Ana");

  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(row(page, session.device_name).first()).toBeVisible();
  await context.close();
});

test("a browser whose cookies get lost is told so, and is no new device at every try", async ({
  browser,
  home,
  first,
}) => {
  const context = await browser.newContext();
  // Says that it keeps cookies, and loses them: as those for https only get lost where the home is opened without.
  await context.route("**/*", async (route) => {
    const asked = route.request();
    const { cookie: _, ...headers } = await asked.allHeaders();
    const sent = Object.entries(headers).filter(([name]) => !name.startsWith(":") && name !== "host");
    const body = asked.postDataBuffer();
    const answer = await fetch(asked.url(), {
      method: asked.method(),
      headers: Object.fromEntries(sent),
      redirect: "manual",
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
    const told = [...answer.headers].filter(([name]) => !["set-cookie", "content-encoding"].includes(name));
    const bytes = Buffer.from(await answer.arrayBuffer());
    await route.fulfill({ status: answer.status, headers: Object.fromEntries(told), body: bytes });
  });
  const page = await context.newPage();
  await page.goto(home.url);
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  for (let attempt = 0; attempt < 3; attempt++) {
    const refused = page.waitForResponse(`${home.url}/api/v1/sign-in`);
    await page.getByRole("button", { name: "Sign in" }).click();
    expect((await refused).status()).toBe(403);
    await expect(page.getByRole("alert")).toContainText("does not keep cookies");
  }
  const { devices } = await (await first.request.get("/api/v1/devices")).json();
  expect(devices).toHaveLength(1);
  await context.close();
});

test("a device signs itself out, and says so", async ({ page, home }) => {
  await signIn(page, home);
  await page.getByRole("button", { name: "Your menu" }).click();
  await page.getByRole("menuitem", { name: "Sign out this device" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await expect(page.getByLabel("Login name")).toBeVisible();
});

test("when the home was updated while the page was opening, the page says so instead of waiting for ever, and comes back", async ({
  page,
  home,
}) => {
  // What an older page asks for is not there any more: everything but what the page itself names.
  const named = await (await fetch(`${home.url}/`)).text();
  const isGone = (url: URL) => url.pathname.startsWith("/assets/") && !named.includes(url.pathname);
  await page.route(isGone, (route) => route.fulfill({ status: 404 }));
  await page.goto(home.url);
  await expect(page.getByRole("alert").getByRole("heading", { name: "Your home does not answer" })).toBeVisible();
  await page.unroute(isGone);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByLabel("Login name")).toBeVisible();
});
