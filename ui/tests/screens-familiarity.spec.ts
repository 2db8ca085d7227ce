// The screens about what is and is not familiar: pictures, and nothing serious for axe to find.

import {
  BRAVIA,
  choose,
  expect,
  HOME_NETWORK,
  Home,
  LISBON,
  MADRID,
  open,
  RIGA,
  row,
  signIn,
  stealCookies,
  test,
} from "./home";
import { picture, shows } from "./picture";

test.describe.configure({ timeout: 600_000 });

test("a new home that learns", async ({ page }, info) => {
  const home = await Home.start();
  await choose((await home.setUp({ learns: true })).request, "Ana");
  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(page.getByRole("heading", { name: "Getting to know your home" })).toBeVisible();
  await shows(page);
  await picture(page, info, "learning");
  await home.stop();
});

test("a stolen sign-in", async ({ page, home, first }, info) => {
  await first.askAsThief();
  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(row(page, "Ana’s computer")).toContainText("On hold");
  await picture(page, info, "devices-on-hold");
  await open(page, home, `/devices/${first.id}`);
  await expect(page.getByRole("button", { name: "Yes, it is ours" })).toBeVisible();
  await shows(page);
  await picture(page, info, "device-on-hold", { whole: true });
  await open(page, home, "/alerts");
  await picture(page, info, "alerts-on-hold");
  await page
    .getByRole("link", { name: /Ana’s computer/ })
    .first()
    .click();
  await expect(page.getByText(/On hold since/)).toBeVisible();
  await shows(page);
  await picture(page, info, "alert-on-hold", { whole: true });
  await page.getByRole("button", { name: "Yes, it is ours" }).click();
  await expect(page.getByText("Good. It goes on where it was")).toBeVisible();
  await picture(page, info, "alert-goes-on");
  await open(page, home, "/history");
  await expect(page.getByText("The sign-in of Ana’s computer was put on hold")).toBeVisible();
  await picture(page, info, "history-on-hold");
});

test("a browser whose sign-in is on hold", async ({ browser, home }, info) => {
  const { viewport, isMobile, hasTouch, locale } = info.project.use;
  const where = { extraHTTPHeaders: { "x-forwarded-for": LISBON } };
  const context = await browser.newContext({ viewport, isMobile, hasTouch, locale, ...where });
  const other = await context.newPage();
  await signIn(other, home, "Rui");
  await stealCookies(other, home);
  await other.reload();
  await expect(other.getByRole("heading", { name: "This sign-in is on hold" })).toBeVisible();
  await picture(other, info, "on-hold");
  await context.close();
});

test("a new device at home, and one that came back", async ({ page, home, first }, info) => {
  await home.app("Bravia", "tv", { address: HOME_NETWORK, declared: BRAVIA });
  await signIn(page, home);
  await open(page, home, "/alerts");
  await picture(page, info, "alerts-at-home");
  await page.getByRole("link", { name: /Bravia/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bravia is new at home. Is it yours?" })).toBeVisible();
  await shows(page);
  await picture(page, info, "alert-at-home", { whole: true });
  await page.getByRole("button", { name: "Yes, it is ours" }).click();
  await expect(page.getByText("Good.")).toBeVisible();
  const { devices } = await (await first.request.get("/api/v1/devices")).json();
  const { id } = devices.find((device: { name: string }) => device.name === "Bravia");
  await first.request.patch(`/api/v1/devices/${id}`, { data: { name: "Living-room TV" } });

  const now = await home.app("Bravia", "tv", { address: MADRID, declared: BRAVIA });
  await open(page, home, "/alerts");
  await page.getByRole("link", { name: /Bravia/ }).click();
  await expect(page.getByRole("heading", { name: "Probably “Living-room TV”" })).toBeVisible();
  await shows(page);
  await picture(page, info, "alert-probably", { whole: true });
  await open(page, home, `/devices/${now.id}`);
  await expect(page.getByRole("heading", { name: "Probably “Living-room TV”" })).toBeVisible();
  await shows(page);
  await picture(page, info, "device-probably");
  await page.getByRole("button", { name: "Yes, the same device" }).click();
  await expect(page.getByText(/^It took the place of/)).toBeVisible();
  await picture(page, info, "device-merged", { whole: true });
});

test("the alert settings, and why a stranger cannot change them", async ({ browser, page, home }, info) => {
  await signIn(page, home);
  await open(page, home, "/settings");
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await page.getByText("How this was measured").click();
  await page.getByText("The same in figures").click();
  await picture(page, info, "alert-settings", { whole: true });

  const { viewport, isMobile, hasTouch, locale } = info.project.use;
  const where = { extraHTTPHeaders: { "x-forwarded-for": RIGA } };
  const context = await browser.newContext({ viewport, isMobile, hasTouch, locale, ...where });
  const stranger = await context.newPage();
  await signIn(stranger, home);
  await open(stranger, home, "/settings");
  await stranger.getByText("Fewer", { exact: true }).click();
  await expect(stranger.getByText("Your household does not know this device yet")).toBeVisible();
  await picture(stranger, info, "alert-settings-refused", { whole: true });
  await context.close();
});
