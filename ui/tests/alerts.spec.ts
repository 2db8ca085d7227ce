// An unfamiliar sign-in: told while the app is open, and answered on its card.

import { BRAVIA, devicesSeenBy, expect, HOME_NETWORK, MADRID, open, PASSWORD, RIGA, row, signIn, test } from "./home";

test("an unfamiliar device is told at once, signed out with one tap, and seen to be refused", async ({
  page,
  home,
}) => {
  await signIn(page, home);
  await open(page, home, "/devices");
  const stranger = await home.app("Hotel TV", "tv", { address: RIGA, profile: null });

  await page
    .getByRole("alert")
    .filter({ hasText: "Hotel TV signed in and looks unfamiliar" })
    .getByRole("button", { name: "Have a look" })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Hotel TV signed in. Is it yours?" })).toBeVisible();
  await expect(page.getByText("First time on this account")).toBeVisible();
  await expect(page.getByRole("heading", { name: "near Riga, Latvia" })).toBeVisible();

  await page.getByRole("button", { name: "No, sign it out" }).click();
  await expect(page.getByText(/Signed out at \d\d:\d\d:\d\d\. Its next request will be refused\./)).toBeVisible();
  expect((await stranger.ask()).code).toBe("session_ended");
  await expect(page.getByText(/Its next request was refused at \d\d:\d\d:\d\d\./)).toBeVisible();

  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password", { exact: true }).fill("another row of words");
  await page.getByLabel("New password again").fill("another row of words");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("The password is changed, and 1 device signed out.")).toBeVisible();
});

test("an alert that is answered “it is ours” makes the device familiar", async ({ page, home, first }) => {
  await home.app("New phone", "phone");
  await signIn(page, home);
  await open(page, home, "/alerts");
  await page.getByRole("link", { name: /New phone/ }).click();
  await page.getByRole("button", { name: "Yes, it is ours" }).click();
  await expect(page.getByText("This device and this place are familiar from now on.")).toBeVisible();
  const phone = (await devicesSeenBy(first.request)).find((device) => device.name === "New phone");
  expect(phone?.familiarity.verdict).toBe("familiar");
  await open(page, home, "/devices");
  await expect(row(page, "New phone")).not.toContainText("New device");
});

test("an alert kept in sight can still be answered; answering after the end says so", async ({ page, home, first }) => {
  const phone = await home.app("New phone", "phone");
  await signIn(page, home);
  await open(page, home, "/alerts");
  await page.getByRole("link", { name: /New phone/ }).click();
  await page.getByRole("button", { name: "Not sure" }).click();
  await expect(page.getByText("It stays signed in, and stays here until you are sure.")).toBeVisible();
  expect((await phone.ask()).status).toBe(200);

  await first.request.post(`/api/v1/devices/${phone.id}/sign-out`);
  await open(page, home, "/alerts");
  await page.getByRole("link", { name: /New phone/ }).click();
  await expect(page.getByText("You said: not sure.")).toBeVisible();
  await expect(page.getByRole("button", { name: "No, sign it out" })).toHaveCount(0);
});

test("an alert whose device is signed out already asks only whose it was, and offers no sign-out", async ({
  page,
  home,
  first,
}) => {
  const television = await home.app("Hotel TV", "tv", { address: RIGA, profile: null });
  await first.request.post(`/api/v1/devices/${television.id}/sign-out`);
  await signIn(page, home);
  await open(page, home, "/alerts");
  const link = page.getByRole("link", { name: /Hotel TV/ });
  await expect(link).toContainText("Was it yours?");
  await link.click();
  await expect(page.getByRole("heading", { level: 1, name: "Hotel TV is signed out. Was it yours?" })).toBeVisible();
  await expect(page.getByRole("button", { name: "No, sign it out" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Yes, it was ours" })).toBeVisible();
  await page.getByRole("button", { name: "No, it was not ours" }).click();
  await expect(page.getByText(/It had been signed out already/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Change the password" })).toBeVisible();
});

test("an alert about the device in one’s own hand says so, and who can answer for it", async ({ browser, home }) => {
  const phone = await (await browser.newContext({ extraHTTPHeaders: { "x-forwarded-for": RIGA } })).newPage();
  await signIn(phone, home);
  await open(phone, home, "/alerts");
  await phone.getByRole("main").getByRole("link").filter({ hasText: "Riga" }).first().click();
  await expect(phone.getByRole("heading", { level: 1, name: "This is the device you are holding" })).toBeVisible();
  await expect(phone.getByText("Somebody of your household can, on a device that is known here")).toBeVisible();
  await expect(phone.getByRole("button", { name: "Yes, it is ours" })).toHaveCount(0);
  await expect(phone.getByRole("button", { name: "Sign out this device" })).toBeVisible();
  await phone.context().close();
});

test("everything that waits is said to be ours at once, and what looks stolen is left", async ({
  page,
  home,
  first,
}) => {
  for (const name of ["Hotel TV", "Hotel tablet"]) {
    await home.app(name, name.endsWith("TV") ? "tv" : "tablet", { address: RIGA, profile: null });
  }
  await signIn(page, home);
  await first.askAsThief();
  await open(page, home, "/alerts");
  await page.getByRole("button", { name: "These are all ours" }).click();
  const dialog = page.getByRole("dialog", { name: "Are these all yours?" });
  await expect(dialog.getByRole("listitem")).toContainText(["Hotel tablet", "Hotel TV"]);
  await dialog.getByRole("button", { name: "Yes, all of them" }).click();
  await expect(page.getByRole("link", { name: /Hotel TV/ })).toContainText("Ours");
  await expect(page.getByRole("link", { name: /Hotel tablet/ })).toContainText("Ours");
  await expect(page.getByRole("link", { name: /Ana’s computer/ }).first()).toContainText("On hold");
});

test("the answer given on another device shows here", async ({ page, home, first }) => {
  await home.app("New phone", "phone");
  await signIn(page, home);
  const { alerts } = await (await first.request.get("/api/v1/alerts")).json();
  const alert = alerts.find((candidate: { device_name: string }) => candidate.device_name === "New phone");
  await open(page, home, `/alerts/${alert.id}`);
  await first.request.post(`/api/v1/alerts/${alert.id}/answer`, { data: { answer: "not_me" } });
  await expect(page.getByText("You said: it is not ours.")).toBeVisible();
});

test("what is told of an alert goes when it is answered elsewhere, and the rest stays", async ({
  page,
  home,
  first,
}) => {
  await signIn(page, home);
  await open(page, home, "/devices");
  const answer = async (name: string) => {
    const { alerts } = await (await first.request.get("/api/v1/alerts?state=open")).json();
    const alert = alerts.find(({ device_name }: { device_name: string }) => device_name === name);
    const answered = await first.request.post(`/api/v1/alerts/${alert.id}/answer`, { data: { answer: "not_me" } });
    expect(answered.status()).toBe(200);
  };
  // One that is on its way out stays for a moment, and can be neither read nor pressed.
  const told = page.locator("[role=alert]:not([inert])", {
    has: page.getByRole("button", { name: "Have a look" }),
  });
  await home.app("Hotel TV", "tv", { address: RIGA, profile: null });
  await expect(told).toContainText("Hotel TV signed in and looks unfamiliar");
  await home.app("Hotel phone", "phone", { address: MADRID, profile: null });
  await expect(told).toContainText("Hotel phone");
  await answer("Hotel phone");
  await expect(told).toContainText("Hotel TV signed in and looks unfamiliar");
  await answer("Hotel TV");
  await expect(told).toHaveCount(0);
});

test("a new device at home is something to know, not an alarm", async ({ page, home }) => {
  await signIn(page, home);
  await open(page, home, "/devices");
  await home.app("Bedroom TV", "tv", { address: HOME_NETWORK });
  const told = page.getByRole("status").filter({ hasText: "Bedroom TV is new at home" });
  await told.getByRole("button", { name: "Have a look" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bedroom TV is new at home. Is it yours?" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "What is known of it" })).toBeVisible();
  await open(page, home, "/alerts");
  await expect(page.getByRole("link", { name: /Bedroom TV/ })).toContainText("New at home");
});

test("a place that says little is told with what hides it", async ({ page, home }) => {
  await home.app("Hotel TV", "tv", { address: RIGA, profile: null });
  // No test database knows a VPN by its number: the answer is as it would be then.
  await page.route("**/api/v1/alerts/*", async (route) => {
    const answer = await route.fetch({ maxRetries: 2 });
    const detail = await answer.json();
    detail.alert.place.network_kind = "vpn";
    await route.fulfill({ response: answer, json: detail });
  });
  await signIn(page, home);
  await open(page, home, "/alerts");
  await page.getByRole("link", { name: /Hotel TV/ }).click();
  await expect(page.getByText("near Riga, Latvia, through a VPN")).toBeVisible();
  await expect(page.getByText("this is where the VPN is, not the person")).toBeVisible();
});

for (const [where, address, second] of [
  ["another country", MADRID, "First time in Spain; usually Lisbon, Portugal, about 500 km away"],
  ["a data centre", RIGA, "First time through a data centre (Amber Hosting): where it really is cannot be told"],
] as const) {
  test(`the alert and the device say why, in the words of the rule: ${where}`, async ({ page, home, first }) => {
    const television = await home.app("Bravia", "tv", { address, declared: BRAVIA });
    const { alerts } = await (await first.request.get("/api/v1/alerts?state=open")).json();
    const alert = alerts.find(({ device_id }: { device_id: string }) => device_id === television.id);
    expect(alert.reasons[0]).toEqual({ kind: "first_on_account" });
    await signIn(page, home);
    for (const [path, title] of [
      [`/alerts/${alert.id}`, "Why it looks unfamiliar"],
      [`/devices/${television.id}`, "Why it is not familiar"],
    ] as const) {
      await open(page, home, path);
      await expect(page.getByRole("heading", { name: title })).toBeVisible();
      // What travels is data; the words are the screen's, one line for each reason.
      const why = page.locator("section", { has: page.getByRole("heading", { name: title }) }).getByRole("listitem");
      await expect(why).toHaveText(["First time on this account", second]);
      await expect(page.getByText("does not know")).toHaveCount(0);
      await expect(page.getByText(/^This looks (much )?more like a stranger/)).toBeVisible();
    }
  });
}

test("a reason and a detail that this version does not know are said to be such, and old ones are quoted", async ({
  page,
  home,
  first,
}) => {
  const television = await home.app("Bravia", "tv", { address: RIGA, declared: BRAVIA });
  const { alerts } = await (await first.request.get("/api/v1/alerts?state=open")).json();
  const alert = alerts.find(({ device_id }: { device_id: string }) => device_id === television.id);
  // A newer home, and one that has been there since sentences were kept.
  await page.route("**/api/v1/alerts/*", async (route) => {
    const answer = await route.fetch({ maxRetries: 2 });
    const detail = await answer.json();
    detail.alert.reasons = [
      { kind: "of_a_later_version", figure: 7 },
      { kind: "said_before", text: "<b>It smelled of fish</b>" },
      { kind: "too_far_too_soon", km: 3139 },
    ];
    await route.fulfill({ response: answer, json: detail });
  });
  await signIn(page, home);
  await open(page, home, `/alerts/${alert.id}`);
  await expect(page.getByText("For a reason that this version of Latchkey does not know")).toBeVisible();
  await expect(page.getByText("An earlier version said: “<b>It smelled of fish</b>”")).toBeVisible();
  await expect(page.getByText("It was about 3,100 km away too short a time ago to travel here")).toBeVisible();
});
