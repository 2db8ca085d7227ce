// The words of the settings.

import type { GeoState } from "../../api/generated/GeoState";
import type { ProxyProblem } from "../../api/generated/ProxyProblem";
import { plural } from "./plural";

export const settings = {
  title: "Settings",
  looksTitle: "Appearance",
  theme: "Light or dark",
  themes: { system: "Same as this device", light: "Light", dark: "Dark" },
  passwordTitle: "Password",
  passwordLead: "Change it if someone knows it who shouldn’t.",
  placesTitle: "Places",
  placesLead: {
    none: "There is no place database, so places stay unknown. Everything else works.",
    country: "Places are known to the country. The city database tells them apart more closely.",
    city: "Places are known to the nearest city, approximately.",
  } satisfies Record<GeoState, string>,
  proxies: {
    not_trusted: (address: string) =>
      `A proxy at ${address} speaks for devices without being trusted, so where they are is unknown. If it is yours, start Latchkey with --trusted-proxy ${address} to trust it.`,
    says_nothing: (address: string) =>
      `The trusted proxy at ${address} does not say whom it speaks for, so where those devices are is unknown. Have it send X-Forwarded-For with the address of each device.`,
    gateway: (address: string) =>
      `Devices come through ${address}, the gateway of this computer or of its container, so where they are is unknown. Let Latchkey use the computer’s own network, or put a proxy before it that sends X-Forwarded-For.`,
  } satisfies Record<ProxyProblem, (address: string) => string>,
  fileOf: (date: string) => `of ${date}`,
  fileAge: "date unknown",
  networks: (database: string, kinds: string) =>
    `Networks: RouteViews and DB-IP, CC BY 4.0, ${database}. Which are mobile, hosting or VPN: our table, ${kinds}.`,
  networksMissing: (kinds: string) =>
    `There is no separate database of networks: only their names are known, and a mobile network looks like one at home. The table of kinds is ${kinds}.`,
  torExits: (count: number, date: string) =>
    plural(count, { one: `# exit of the Tor network, ${date}.`, other: `# exits of the Tor network, ${date}.` }),
  keyTitle: "The home’s own key",
  keyLead:
    "By https your home answers with a certificate of its own, for which nobody else vouches. The app shows letters and asks whether your home shows the same ones:",
  keyWhere: "If they differ, do not go on: somebody stands in between. Surest are those on the home’s own computer.",
  fileProblem: (problem: string) => `Not in use: ${problem}`,
  appTitle: "This app",
  autostart: "Start when I log in",
  autostartHint: "So that you hear of an unfamiliar sign-in at once.",
  fine: "Notifications, tray and keyring all work.",
  finePhone: "Notifications work.",
  lock: "Lock Latchkey",
  lockHint:
    "Opening it takes your finger, your face or your phone’s code. Notifications and their buttons work all the same.",
  homeTitle: "Your home",
  homeHere: (url: string) => `It runs on this computer. Devices sign in at ${url}`,
  homeThere: (url: string) => `It runs at ${url}`,
  homeChange: "Use a home on another machine",
  aboutTitle: "About",
  version: (version: string) => `Latchkey ${version}`,
  about: "See who is signed in to your account, and sign anybody out.",
  license: "Free software, under the MIT or the Apache 2.0 licence, as you like.",
  outlines: "Map outlines by Natural Earth",
  font: "Letters: Figtree by Erik Kennedy, under the SIL Open Font Licence",
  icons: "Icons by Lucide",
};
