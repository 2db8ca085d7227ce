// Another language than English: one that nobody speaks, half as long again and from right to left, on every main screen. What is not in
// the catalogue shows as English, and what has no room for longer words runs over the edge.

import { withinWindow } from "./axe";
import { expect, signIn, test } from "./home";
import { picture } from "./picture";
import { furnish, walk } from "./walk";

/** Begins what is turned. */
const TURNED = "\u202e";
const PICTURED = ["/devices", "/settings", "/alerts"];

test("every main screen holds words half as long again, from right to left", async ({ page, home, first }, info) => {
  test.slow();
  const screens = await furnish(home, first);
  await signIn(page, home);
  await page.evaluate(() => localStorage.setItem("latchkey-pseudo", "on"));
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await walk(page, home, screens, async (screen) => {
    await expect.soft(page.getByRole("heading", { level: 1 }).first(), screen).toContainText(
      // A device is called what it is called.
      screen.startsWith("/devices/") ? /./ : TURNED,
    );
    await withinWindow(page, `${screen}, pseudo`);
    if (PICTURED.includes(screen)) await picture(page, info, `pseudo${screen.replaceAll("/", "-")}`);
  });
});
