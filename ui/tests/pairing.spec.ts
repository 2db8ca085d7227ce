// A phone is let in by a code that another screen shows, once both show the same two digits; and by no code that has run out or
// that somebody else used too.

import { type Browser, type Page, request } from "@playwright/test";
import type { Pairing } from "../src/api/generated/Pairing";
import { choosePerson, devicesSeenBy, expect, HOME_NETWORK, type Home, open, RIGA, signIn, test } from "./home";
import { picture } from "./picture";

const ANDROID =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";

const CALLS = /\/api\/v1\/pairings(\/[0-9a-f-]{36}(\/answer)?)?$/;

/** A phone of the household, which is not signed in. */
async function aPhone(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
    userAgent: ANDROID,
    locale: "en-GB",
    serviceWorkers: "block",
    extraHTTPHeaders: { "x-forwarded-for": HOME_NETWORK },
  });
  return context.newPage();
}

/** Has the home say that a phone can open it, as one does that listens on its network, and whatever else is different. */
async function reachable(page: Page, home: Home, changed: (pairing: Pairing) => Partial<Pairing> = () => ({})) {
  await page.route(CALLS, async (route) => {
    const response = await route.fetch();
    const pairing = (await response.json()) as Pairing;
    const addresses = [`${home.url}/#/pair/${pairing.code}`];
    await route.fulfill({ response, json: { ...pairing, addresses, no_address: null, ...changed(pairing) } });
  });
}

const shownCode = async (page: Page) => (await page.getByText(/^[A-Z]{4}-[A-Z]{4}$/).textContent()) ?? "";

/** Brings a code as a program does. */
async function bring(home: Home, code: string, address: string): Promise<number> {
  const program = await request.newContext({ baseURL: home.url, extraHTTPHeaders: { "x-forwarded-for": address } });
  const answer = await program.post("/api/v1/pairings/claim", { data: { code } });
  await program.dispose();
  return answer.status();
}

test("a phone's camera opens the address, both screens show two digits, and the phone is in", async ({
  page,
  browser,
  home,
  first,
}, info) => {
  await reachable(page, home);
  await signIn(page, home);
  await page.getByRole("link", { name: /Add a phone/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Add a phone" })).toBeVisible();
  await expect(page.getByRole("img", { name: /^QR code for your phone’s camera/ })).toBeVisible();
  await expect(page.getByText(/^Good for (\d min )?\d+ s, and for one phone\.$/)).toBeVisible();
  await picture(page, info, "add-phone", { whole: true });
  const code = await shownCode(page);

  const phone = await aPhone(browser);
  await phone.goto(`${home.url}/#/pair/${code}`);
  await expect(phone.getByRole("heading", { level: 1, name: "Join your household" })).toBeVisible();
  // The code is read and gone from the address; and not used up yet.
  await expect(phone).toHaveURL(/#\/pair$/);
  await expect(page.getByRole("heading", { level: 1, name: "Add a phone" })).toBeVisible();
  await picture(phone, info, "pair");
  await phone.getByRole("button", { name: "Ask to be let in" }).click();
  await expect(phone.getByRole("heading", { level: 1, name: "Look at the other screen" })).toBeFocused();
  const digits = (await phone.getByText(/^\d\d$/).textContent()) ?? "";
  await expect(phone.getByText(`It must show ${digits}, too.`)).toBeVisible();
  await picture(phone, info, "pair-digits");

  await expect(page.getByRole("heading", { level: 1, name: "Let this phone in?" })).toBeFocused();
  await expect(page.getByText(digits, { exact: true })).toBeVisible();
  await expect(page.getByText("It is on the same internet connection as the device you are using.")).toBeVisible();
  // Rui has a PIN: only he can hand his profile over.
  await expect(page.getByRole("option")).toHaveText(["Choose on the device", "Ana", "Leo"]);
  await picture(page, info, "add-phone-asks", { whole: true });
  await page.getByRole("button", { name: `Both show ${digits} — let it in` }).click();

  await choosePerson(phone, "Leo");
  await expect(phone.getByRole("heading", { level: 1, name: /, Leo$/ })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: "It is signed in" })).toBeVisible();
  await page.getByRole("link", { name: "See this device" }).click();
  await expect(page).toHaveURL(/#\/devices\/[0-9a-f-]{36}$/);
  const listed = await devicesSeenBy(first.request);
  expect(listed.filter((device) => device.method === "code").map(({ signed_in }) => signed_in)).toEqual([true]);

  // It is in already, and says so.
  await phone.goto(`${home.url}/#/pair/${code}`);
  await expect(phone.getByRole("heading", { level: 1, name: "This device is signed in already" })).toBeVisible();
  await phone.context().close();
});

test("without a camera the code is typed; a home that listens on its computer only says so first", async ({
  page,
  browser,
  home,
  first,
}, info) => {
  await signIn(page, home);
  await open(page, home, "/add-phone");
  await expect(page.getByRole("heading", { level: 1, name: "A phone cannot reach this home" })).toBeVisible();
  await expect(page.getByText("so leave your phone where it is for now.")).toBeVisible();
  await expect(page.getByRole("img", { name: /QR code/ })).toHaveCount(0);
  await picture(page, info, "add-phone-unreachable", { whole: true });
  const code = await shownCode(page);

  const phone = await aPhone(browser);
  await phone.goto(home.url);
  await phone.getByRole("link", { name: "Your home shows a code?" }).click();
  await phone.getByLabel("Code").fill("BBBB-BBBB");
  await phone.getByRole("button", { name: "Ask to be let in" }).click();
  await expect(phone.getByRole("alert")).toContainText("That code is not good any more");
  await phone.getByLabel("Code").fill(code.replace("-", " ").toLowerCase());
  await phone.getByRole("button", { name: "Ask to be let in" }).click();
  await expect(phone.getByRole("heading", { level: 1, name: "Look at the other screen" })).toBeVisible();

  await page.getByRole("button", { name: "They differ" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Nobody was let in" })).toBeFocused();
  await expect(phone.getByRole("heading", { level: 1, name: "Not let in" })).toBeFocused();
  await expect(phone.getByRole("alert")).toContainText("This device was not let in.");
  await phone.getByRole("link", { name: "Sign in with the password instead" }).click();
  await expect(phone.getByLabel("Login name")).toBeVisible();
  expect((await devicesSeenBy(first.request)).filter(({ method }) => method === "code")).toEqual([]);
  await phone.context().close();
});

test("a code that somebody else used too lets nobody in, and the next one does", async ({
  page,
  browser,
  home,
  first,
}) => {
  await reachable(page, home);
  await signIn(page, home);
  await open(page, home, "/add-phone");
  const code = await shownCode(page);
  const phone = await aPhone(browser);
  await phone.goto(`${home.url}/#/pair/${code}`);
  await phone.getByRole("button", { name: "Ask to be let in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Let this phone in?" })).toBeVisible();
  expect(await bring(home, code, RIGA)).toBe(409);
  await expect(page.getByRole("heading", { level: 1, name: "Another device used this code too" })).toBeVisible();
  await expect(phone.getByRole("alert")).toContainText("Another device used this code too");

  await page.getByRole("button", { name: "Show a new code" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Add a phone" })).toBeVisible();
  const next = await shownCode(page);
  expect(next).not.toBe(code);
  await phone.goto(`${home.url}/#/pair/${next}`);
  await phone.getByRole("button", { name: "Ask to be let in" }).click();
  const digits = (await phone.getByText(/^\d\d$/).textContent()) ?? "";
  await page.getByLabel("Who will use it?").selectOption("Leo");
  await page.getByRole("button", { name: `Both show ${digits} — let it in` }).click();
  await expect(phone.getByRole("heading", { level: 1, name: /, Leo$/ })).toBeVisible();
  expect((await devicesSeenBy(first.request)).filter(({ method }) => method === "code")).toHaveLength(1);
  await phone.context().close();
});

test("a code that has run out says so, on both screens, and what to do", async ({ page, browser, home }) => {
  let over = false;
  await reachable(page, home, () => (over ? { state: { kind: "expired" } } : {}));
  await signIn(page, home);
  await open(page, home, "/add-phone");
  const code = await shownCode(page);
  over = true;
  await expect(page.getByRole("heading", { level: 1, name: "The code has run out" })).toBeFocused();
  over = false;
  await page.getByRole("button", { name: "Show a new code" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Add a phone" })).toBeVisible();

  // The newer one took the place of the one before.
  const phone = await aPhone(browser);
  await phone.goto(`${home.url}/#/pair/${code}`);
  await phone.getByRole("button", { name: "Ask to be let in" }).click();
  await expect(phone.getByRole("heading", { level: 1, name: "Not let in" })).toBeFocused();
  await expect(phone.getByRole("alert")).toContainText("Have your home show another.");
  await phone.getByRole("button", { name: "Type another code" }).click();
  await expect(phone.getByLabel("Code")).toBeVisible();
  await phone.context().close();
});

test("a device that asks from elsewhere is said to be elsewhere", async ({ page, home }) => {
  await reachable(page, home);
  await signIn(page, home);
  await open(page, home, "/add-phone");
  expect(await bring(home, await shownCode(page), RIGA)).toBe(201);
  await expect(page.getByText("It is NOT on your network: it asks from near Riga, Latvia.")).toBeVisible();
});
