// Large letters and a narrow window: every main screen with letters twice as large, and in a window of 320 points, holds together and
// leaves nothing for axe to find.

import { accessible, setLetters, withinWindow } from "./axe";
import { signIn, test } from "./home";
import { furnish, walk } from "./walk";

const NARROW = { width: 320, height: 640 };

test("every main screen holds letters twice as large", async ({ page, home, first }) => {
  test.slow();
  const screens = await furnish(home, first);
  await signIn(page, home);
  await setLetters(page, 2);
  await walk(page, home, screens, async (screen) => {
    await withinWindow(page, `${screen}, 200 %`);
    await accessible(page, `${screen}, 200 %`);
  });
});

test("every main screen holds a window of 320 points", async ({ page, home, first }) => {
  test.slow();
  const screens = await furnish(home, first);
  await signIn(page, home);
  await page.setViewportSize(NARROW);
  await walk(page, home, screens, async (screen) => {
    await withinWindow(page, `${screen}, 320`);
    await accessible(page, `${screen}, 320`);
  });
});

test("every main screen leaves nothing for axe to find", async ({ page, home, first }) => {
  test.slow();
  const screens = await furnish(home, first);
  await signIn(page, home);
  await walk(page, home, screens, (screen) => accessible(page, `${screen}, 100 %`));
});
