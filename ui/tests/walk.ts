// A walk over the main screens of a household that has something on each of them.

import type { Page } from "@playwright/test";
import { type App, HOME_NETWORK, type Home, RIGA } from "./home";
import { shows } from "./picture";

/** Gives a household something to see; answers with the screens to walk. */
export async function furnish(home: Home, first: App): Promise<string[]> {
  await home.app("Bedroom TV", "tv", { address: HOME_NETWORK });
  const gone = await home.app("Grandmother’s old reading tablet", "tablet");
  await first.request.post(`/api/v1/devices/${gone.id}/sign-out`);
  const stranger = await home.app("Hotel television of the second floor", "tv", { address: RIGA, profile: null });
  const { alerts } = await (await first.request.get("/api/v1/alerts?state=open")).json();
  const alert = alerts.find(({ device_id }: { device_id: string }) => device_id === stranger.id);
  return [
    "/",
    "/security",
    "/devices",
    `/devices/${stranger.id}`,
    `/devices/${gone.id}`,
    "/alerts",
    `/alerts/${alert.id}`,
    "/history",
    "/profiles",
    "/settings",
    "/channels",
    "/drill",
    "/services",
    "/services/add",
    "/evening",
    "/link",
    "/add-phone",
    "/who",
  ];
}

/** Goes to each, and has `look` look at it. */
export async function walk(page: Page, home: Home, screens: string[], look: (screen: string) => Promise<void>) {
  for (const screen of screens) {
    await page.goto(`${home.url}/#${screen}`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await shows(page);
    await look(screen);
  }
}
