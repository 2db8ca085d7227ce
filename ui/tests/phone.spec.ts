// The interface at the thumb: the ways at the lower edge, a list that is not eleven screens, the keyboard, and the number
// of alerts on the tab and on the app's icon.

import type { APIRequestContext, Page } from "@playwright/test";
import type { Alert } from "../src/api/generated/Alert";
import type { Device } from "../src/api/generated/Device";
import type { DeviceKind } from "../src/api/generated/DeviceKind";
import { BRAVIA, expect, isPhone, open, RIGA, signIn, test } from "./home";
import { picture } from "./picture";

const DAY_MS = 86_400_000;

const ways = (page: Page) => page.getByRole("navigation", { name: "Latchkey" });

test("the main ways are one touch away, and say where one is", async ({ page, home }, info) => {
  await signIn(page, home);
  const links = ways(page).getByRole("link");
  await expect(links).toHaveText([/Devices$/, /Alerts$/, /History$/, /Account$/]);
  for (const [name, heading] of [
    ["Devices", "Manage access and devices"],
    ["Alerts", "Alerts"],
    ["History", "History"],
    ["Account", /, Ana$/],
  ] as const) {
    const way = ways(page).getByRole("link", { name });
    if (isPhone(page)) await way.tap();
    else await way.click();
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await expect(way).toHaveAttribute("aria-current", "page");
    await expect(ways(page).locator("[aria-current]")).toHaveCount(1);
  }
  for (const link of await links.all()) {
    const box = await link.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  }
  const { top, bottom } = await ways(page).evaluate((nav) => nav.getBoundingClientRect());
  if (isPhone(page)) expect(bottom).toBe(844);
  else expect(top).toBeLessThan(72);
  await picture(page, info, "ways");
});

test("the main ways are used from the keyboard alone", async ({ page, home }) => {
  await signIn(page, home);
  await ways(page).getByRole("link", { name: "Devices" }).focus();
  await page.keyboard.press("Tab");
  await expect(ways(page).getByRole("link", { name: "Alerts" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Alerts" })).toBeFocused();
});

/** A household of sixteen, made of one device. */
function sixteen(one: Device): Device[] {
  const kinds: DeviceKind[] = ["tv", "phone", "tablet", "computer", "browser", "console", "speaker", "streaming_box"];
  return Array.from({ length: 16 }, (_, index) => ({
    ...one,
    // The one that is there stays itself: what the home tells of it is about one of the sixteen.
    id: index === 0 ? one.id : `f${one.id.slice(1, -2)}${String(index).padStart(2, "0")}`,
    name: `${["Living-room", "Kitchen", "Bedroom", "Guest"][index % 4]} ${kinds[index % 8]}`,
    kind: kinds[index % 8] ?? "other",
    current: index === 0,
    last_title: index % 2 ? "Planet Earth: the long version of it, with the making of" : null,
    last_active_at: new Date(Date.now() - (index < 13 ? index * 0.4 : 95 + index) * DAY_MS).toISOString(),
    familiarity: { ...one.familiarity, verdict: index === 3 ? "new_place" : "familiar" },
  }));
}

test("sixteen devices are at most three screens, in parts, and none is lost", async ({ page, home }, info) => {
  await signIn(page, home);
  let made: Device[] = [];
  await page.route("**/api/v1/devices?**", async (route) => {
    const answer = await route.fetch({ maxRetries: 2 });
    const { devices } = (await answer.json()) as { devices: Device[] };
    const one = devices.find(({ current }) => current);
    if (!one) throw new Error("no current device");
    made = sixteen(one);
    await route.fulfill({ json: { devices: made, next_cursor: null } });
  });
  await open(page, home, "/devices");
  const list = page.getByRole("group", { name: "Devices that are signed in" });
  await expect(list.getByRole("heading", { level: 2 })).toHaveText([
    "Needs an answer1",
    "Here now1",
    "At home11",
    "Not used for 90 days",
  ]);
  const screens = await page.evaluate(() => document.documentElement.scrollHeight / window.innerHeight);
  if (isPhone(page)) expect(screens).toBeLessThanOrEqual(3);
  const folded = list.getByRole("list", { name: "Not used for 90 days" });
  await expect(folded).toBeHidden();
  await picture(page, info, "sixteen", { whole: true });
  await list.getByText("Not used for 90 days").click();
  await expect(folded.getByRole("listitem")).toHaveCount(3);
  await list.getByText("Not used for 90 days").click();
  await expect(folded).toBeHidden();

  // A search finds what is folded, and selecting several reaches it.
  await page.getByRole("searchbox").fill(made[14]?.name ?? "");
  await expect(folded.getByRole("listitem").first()).toBeVisible();
  await page.getByRole("button", { name: "Clear the search" }).click();
  await page.getByRole("button", { name: "Select several" }).click();
  await page.getByRole("button", { name: "Select all shown" }).click();
  await expect(page.getByText("16 selected")).toBeVisible();
  await expect(folded.getByRole("checkbox").first()).toBeChecked();
});

test("what can be pressed in the list is large enough for a thumb", async ({ page, home }) => {
  await home.app("Kitchen tablet", "tablet");
  await signIn(page, home);
  await open(page, home, "/devices");
  const targets = page.getByRole("main").getByRole("button");
  await expect(page.getByRole("button", { name: "Sign out Kitchen tablet" })).toBeVisible();
  for (const target of await targets.all()) {
    if (!(await target.isVisible())) continue;
    const box = await target.boundingBox();
    const name = (await target.getAttribute("aria-label")) ?? (await target.textContent());
    // The dots of the map are as large as their places are many, and the list beside it says the same.
    if (await target.evaluate((it) => it.closest(".map") !== null)) continue;
    expect(box?.height, name ?? "").toBeGreaterThanOrEqual(44);
  }
});

test("the keyboard of a phone never lies over the field, nor the ways over it", async ({ page, home }) => {
  test.skip(!isPhone(page), "a computer’s keyboard covers nothing");
  await signIn(page, home);
  await open(page, home, "/settings?password");
  const field = page.getByLabel("New password again");
  await field.tap();
  await expect(field).toBeFocused();
  // As the browser does where a page asks for `resizes-content`.
  await page.setViewportSize({ width: 390, height: 420 });
  const inSight = () =>
    field.evaluate((it) => {
      const { top, bottom, left, width } = it.getBoundingClientRect();
      const above = document.elementFromPoint(left + width / 2, (top + bottom) / 2);
      return top >= 0 && bottom <= window.innerHeight && above === it;
    });
  await expect.poll(inSight).toBe(true);
  await expect(ways(page)).toBeHidden();
  await page.setViewportSize({ width: 390, height: 844 });
  await field.blur();
  await expect(ways(page)).toBeVisible();
});

/** The alerts that wait for an answer. */
async function openAlerts(device: APIRequestContext): Promise<Alert[]> {
  return (await (await device.get("/api/v1/alerts?state=open")).json()).alerts;
}

test("the tab and the app’s icon carry the number of alerts", async ({ page, home, first }) => {
  await page.addInitScript(() => {
    const badges: number[] = [];
    Object.assign(window, { badges });
    Object.assign(navigator, {
      setAppBadge: async (count: number) => void badges.push(count),
      clearAppBadge: async () => void badges.push(0),
    });
  });
  const badges = () => page.evaluate(() => (window as unknown as { badges: number[] }).badges.at(-1));
  const icon = page.locator('link[rel="icon"]');
  await signIn(page, home);
  await open(page, home, "/devices");
  // The browser itself is new at home: it cannot vouch for itself, a device that is known does.
  const own = await openAlerts(first.request);
  expect(own).toHaveLength(1);
  await expect(page).toHaveTitle("(1) Manage access and devices · Latchkey");
  await first.request.post(`/api/v1/alerts/${own[0]?.id}/answer`, { data: { answer: "me" } });
  await expect(page).toHaveTitle("Manage access and devices · Latchkey");
  await expect.poll(badges).toBe(0);

  await home.app("Bravia", "tv", { address: RIGA, declared: BRAVIA });
  await home.app("Hotel TV", "tv", { address: RIGA, profile: null });
  await expect(page).toHaveTitle("(2) Manage access and devices · Latchkey");
  await expect.poll(badges).toBe(2);
  await expect(icon).toHaveAttribute("href", /^data:image\/svg\+xml,/);
  const drawn = decodeURIComponent((await icon.getAttribute("href")) ?? "");
  expect(drawn).toContain(">2</text>");
  await expect(ways(page).getByRole("link", { name: "Alerts: 2 are waiting" })).toBeVisible();

  for (const { id } of await openAlerts(first.request)) {
    await open(page, home, `/alerts/${id}`);
    await page.getByRole("button", { name: "No, sign it out" }).click();
    await expect(page.getByRole("status").filter({ hasText: "Signed out" })).toBeVisible();
  }
  await expect(page).toHaveTitle(/^Alert: .* · Latchkey$/);
  await expect.poll(badges).toBe(0);
  await expect(icon).toHaveAttribute("href", /favicon\.svg$/);
});

test("it can be installed: a manifest with its icons, and headers that let a worker be", async ({ page, empty }) => {
  await page.goto(empty.url);
  const address = await page.locator('link[rel="manifest"]').getAttribute("href");
  const manifest = await page.request.get(new URL(address ?? "", `${empty.url}/`).href);
  expect(manifest.headers()["content-type"]).toContain("application/manifest+json");
  const { icons, display, start_url, scope } = await manifest.json();
  expect([display, start_url, scope]).toEqual(["standalone", "./", "./"]);
  expect(icons.some(({ purpose }: { purpose: string }) => purpose === "maskable")).toBe(true);
  for (const { src, sizes, type } of icons) {
    const icon = await page.request.get(new URL(src, `${empty.url}/`).href);
    expect(icon.headers()["content-type"]).toBe(type);
    if (type !== "image/png") continue;
    const [width = 0] = sizes.split("x").map(Number);
    // PNG (RFC 2083): the width of the picture is in bytes 16 to 19.
    expect((await icon.body()).readUInt32BE(16)).toBe(width);
  }
  const worker = await page.request.get(`${empty.url}/sw.js`);
  expect(worker.headers()["content-type"]).toContain("javascript");
  expect(worker.headers()["cache-control"]).toBe("no-cache");
  const policy = (await page.request.get(empty.url)).headers()["content-security-policy"] ?? "";
  expect(policy).toContain("worker-src 'self'");
  expect(policy).toContain("manifest-src 'self'");
});
