// A new device that is an old one come back: said with one tap, and taken back.

import { BRAVIA, devicesSeenBy, expect, type Home, MADRID, open, row, signIn, test } from "./home";

/** A TV that the household knows. */
async function knownTelevision(home: Home, first: { request: import("@playwright/test").APIRequestContext }) {
  const television = await home.app("Bravia", "tv", { declared: BRAVIA });
  const { alerts } = await (await first.request.get("/api/v1/alerts?state=open")).json();
  for (const { id } of alerts) await first.request.post(`/api/v1/alerts/${id}/answer`, { data: { answer: "me" } });
  await first.request.patch(`/api/v1/devices/${television.id}`, { data: { name: "Living-room TV" } });
  return television;
}

test("a device that came back is one with its earlier self, and two again when asked", async ({
  page,
  home,
  first,
}) => {
  const before = await knownTelevision(home, first);
  const now = await home.app("Bravia", "tv", { declared: BRAVIA });
  await signIn(page, home);
  await open(page, home, `/devices/${now.id}`);
  const offer = page.getByRole("region", { name: "Probably “Living-room TV”" });
  await expect(offer).toContainText("It will be signed out, and taking this back does not sign it in again.");
  await offer.getByRole("button", { name: "Yes, the same device" }).click();

  await expect(page.getByRole("heading", { name: "Living-room TV", exact: true })).toBeVisible();
  await expect(page.getByText(/^It took the place of an earlier device of that name, since /)).toBeVisible();
  await expect(offer).toHaveCount(0);
  expect((await before.ask()).code).toBe("session_ended");
  expect((await devicesSeenBy(first.request)).map(({ id }) => id)).not.toContain(before.id);

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("They are two devices again")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Bravia", exact: true })).toBeVisible();

  await offer.getByRole("button", { name: "Yes, the same device" }).click();
  await page.getByRole("button", { name: "They are two devices" }).click();
  await expect(page.getByRole("heading", { name: "Bravia", exact: true })).toBeVisible();
  expect((await devicesSeenBy(first.request)).map(({ id }) => id)).toContain(before.id);
});

test("the list shows one device after that, and two once it was taken back", async ({ page, home, first }) => {
  await knownTelevision(home, first);
  const now = await home.app("Bravia", "tv", { declared: BRAVIA });
  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(row(page, "Bravia")).toBeVisible();
  const { devices } = await (await first.request.get("/api/v1/devices")).json();
  const before = devices.find((device: { name: string }) => device.name === "Living-room TV");
  await first.request.post(`/api/v1/devices/${now.id}/merge`, { data: { with: before.id } });
  await expect(row(page, "Bravia")).toHaveCount(0);
  await expect(row(page, "Living-room TV")).toHaveCount(1);
  await first.request.post(`/api/v1/devices/${now.id}/separate`);
  await expect(row(page, "Bravia")).toBeVisible();
  await page.getByText("Signed out: 1 device").click();
  await expect(row(page, "Living-room TV")).toHaveCount(1);
});

test("saying so on the alert answers it", async ({ page, home, first }) => {
  await knownTelevision(home, first);
  const now = await home.app("Bravia", "tv", { address: MADRID, declared: BRAVIA });
  await signIn(page, home);
  await open(page, home, "/alerts");
  await page
    .getByRole("link", { name: /Bravia/ })
    .first()
    .click();
  await page.getByRole("button", { name: "Yes, the same device" }).click();
  await expect(page.getByText("Good. This device and this place are familiar from now on.")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "It is “Living-room TV” from now on" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Yes, the same device" })).toHaveCount(0);
  expect((await now.ask()).status).toBe(200);
  await open(page, home, "/history");
  await expect(page.getByText("Bravia took the place of “Living-room TV”")).toBeVisible();
});
