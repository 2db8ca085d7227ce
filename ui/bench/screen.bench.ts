// From a device's sign-in to its row on an open screen, and from its sign-out to that row's leave: the optimised
// server, a real Chromium, and the time at which the page itself has painted.

import { choose, Home, open, signIn, test } from "../tests/home";
import { figure, quantile } from "./figure";
import { Household } from "./household";
import { clocksAgree, watchRow } from "./row";

const ROUNDS = 200;

/** Rounds before, that are not counted. */
const WARMING = 5;

/** Longest time to the painted row, in milliseconds. */
const LONGEST_MS = 250;

test("screen", async ({ page }) => {
  const places = (process.env.LATCHKEY_BENCH_GEOIP ?? "").split(":").filter((file) => file !== "");
  const home = await Home.start(...places.flatMap((file) => ["--geoip", file]));
  try {
    const first = await home.setUp();
    await choose(first.request, "Ana");
    const [profile] = first.profiles;
    if (!profile) throw new Error("the account has no profile");
    const household = new Household(home, await first.token(), profile.id);
    const phones = await household.growFor(ROUNDS + WARMING);
    await signIn(page, home);
    await open(page, home, "/devices");
    await clocksAgree(page);

    const fromAsked: number[] = [];
    const fromSignIn: number[] = [];
    const fromSignOut: number[] = [];
    for (let round = 0; round < ROUNDS + WARMING; round += 1) {
      const name = `TV ${round} of the bench`;
      const signsIn = await household.knock(name, "tv");
      const appears = await watchRow(page, name, "appears");
      const device = await signsIn();
      const appeared = await appears.painted();
      const leaves = await watchRow(page, name, "leaves");
      const signedOut = await household.signOut(device.id);
      const left = await leaves.painted();
      if (appeared < device.asked) throw new Error(`${name} was painted before it asked to sign in`);
      if (round < WARMING) continue;
      fromAsked.push(appeared - device.asked);
      fromSignIn.push(appeared - device.answered);
      fromSignOut.push(left - signedOut);
    }
    await clocksAgree(page);

    console.log(`screen: the list of devices, open in Chromium with ${phones + 2} on it, over ${ROUNDS} rounds`);
    figure("sign-in answered to its row painted, p99", quantile(fromSignIn, 0.99), LONGEST_MS);
    figure("  its median", quantile(fromSignIn, 0.5));
    figure("  counted from the device's request, p99", quantile(fromAsked, 0.99));
    figure("sign-out answered to its row gone from the list, p99", quantile(fromSignOut, 0.99), LONGEST_MS);
    figure("  its median", quantile(fromSignOut, 0.5));
  } finally {
    await home.stop();
  }
});
