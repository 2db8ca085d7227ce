// The app takes a home with a certificate of its own once somebody has compared letters, and no other in its place; and the home
// shows the letters.

import { expect, open, signIn, test } from "./home";
import { asWindow, connectedWith } from "./window";

const NAS = "https://nas:8470";

const unknown = (letters: string, pin: string) => ({
  error: "unknown_certificate",
  message: `Nobody vouches for the certificate that nas shows: ${letters}.`,
  pin,
});

test("a home with a certificate of its own is taken once its letters were compared", async ({ page, home }) => {
  await asWindow(page, [unknown("ABCD-EFGH", "one")]);
  await page.goto(`${home.url}/#/connect`);
  const address = page.getByLabel("Address");
  const connect = page.getByRole("button", { name: "Connect", exact: true });
  const compared = page.getByRole("button", { name: "The letters are the same: connect" });
  await address.fill(NAS);
  await connect.click();
  await expect(page.getByRole("alert")).toContainText("ABCD-EFGH");
  await expect(compared).toBeEnabled();
  // Who types another address has compared nothing of it.
  await address.fill("https://other:8470");
  await expect(compared).toHaveCount(0);
  await expect(connect).toBeEnabled();
  await address.fill(NAS);
  await compared.click();
  const asked = { url: NAS, clearAccepted: false };
  await expect
    .poll(() => connectedWith(page))
    .toEqual([
      { ...asked, pin: null },
      { ...asked, pin: "one" },
    ]);
});

test("a key that has changed is refused, and taken only when its letters were compared anew", async ({
  page,
  home,
}) => {
  const changed = { error: "key_changed", message: "nas does not show the key that your home had before." };
  await asWindow(page, [changed, unknown("IJKL-MNOP", "two")]);
  await page.goto(`${home.url}/#/connect`);
  await page.getByLabel("Address").fill(NAS);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("does not show the key");
  await page.getByRole("button", { name: "It was set up anew: compare again" }).click();
  await expect(page.getByRole("alert")).toContainText("IJKL-MNOP");
  await page.getByRole("button", { name: "The letters are the same: connect" }).click();
  const pins = async () => (await connectedWith(page)).map(({ pin }) => pin);
  await expect.poll(pins).toEqual([null, "", "two"]);
});

test("the settings, and “Add a phone”, show the letters of the home’s own key", async ({ page, home }) => {
  await signIn(page, home);
  const { fingerprint } = await page.evaluate(async () => (await fetch("/api/v1/status")).json());
  expect(fingerprint).toMatch(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
  await open(page, home, "/settings");
  await expect(page.getByRole("heading", { name: "The home’s own key" })).toBeVisible();
  await expect(page.getByText(fingerprint, { exact: true })).toBeVisible();
  await open(page, home, "/add-phone");
  await expect(page.getByText("it asks whether your home shows the same letters")).toBeVisible();
  await expect(page.getByText(fingerprint, { exact: true })).toBeVisible();
});

test("somebody who answers in the home’s place is not taken for a home that is away", async ({ page, home }) => {
  await signIn(page, home);
  await open(page, home, "/devices");
  // As the app says it: another key, and later nobody at all.
  const refusal = { error: "key_changed", message: "nas does not show the key that your home had before." };
  await page.route("**/api/v1/**", (route) => route.fulfill({ status: 502, json: refusal }));
  await page.goto(`${home.url}/#/alerts`);
  await expect(page.getByText(/^As of .* nas does not show the key that your home had before\.$/)).toBeVisible();
  await expect(page.getByText("This home does not answer.")).toHaveCount(0);
  const knock = () => page.evaluate(() => window.dispatchEvent(new Event("online")));
  refusal.error = "home_unreachable";
  await knock();
  await expect(page.getByText(/^As of .*This home does not answer\.$/)).toBeVisible();
  await page.unroute("**/api/v1/**");
  await knock();
  await expect(page.getByText(/^As of /)).toHaveCount(0);
});
