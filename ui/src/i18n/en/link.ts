// The words of letting a TV in by the code it shows.

import type { DeviceKind } from "../../api/generated/DeviceKind";
import type { PlaceScope } from "../../api/generated/PlaceScope";

export const link = {
  title: "Link a TV",
  lead: "Enter the code your TV or box shows.",
  code: "Code",
  example: "Eight letters, like WDJB-MJHT.",
  next: "Continue",
  looking: "Looking for it…",
  foundTitle: "Let this device in?",
  kinds: {
    tv: "TV",
    streaming_box: "streaming box",
    console: "game console",
    phone: "phone",
    tablet: "tablet",
    computer: "computer",
    browser: "browser",
    speaker: "speaker",
    other: "device",
  } satisfies Record<DeviceKind, string>,
  callsItself: (kind: string) => `A ${kind} that calls itself`,
  showsCode: (code: string) => `is showing the code ${code}.`,
  sameLine: "It is on the same internet connection as the device you are using.",
  elsewhere: (place: string) => `It is NOT on your network: it asks from ${place}.`,
  unknown: (place: string) => `It is not known to be on your network: it asks from ${place}.`,
  from: {
    home_network: "the home network",
    this_computer: "the computer that Latchkey runs on",
    unknown: "an unknown place",
  } satisfies Record<Exclude<PlaceScope, "located">, string>,
  toBeTyped:
    "The device that this link is about is not known to be on your network. Type the code yourself, and only if you can see it on a device in front of you.",
  who: "Who will use it?",
  chooseThere: "Choose on the device",
  pinsThere: "Profiles with a PIN are chosen on the device.",
  warning: "Only allow a device that you can see in front of you, showing this code.",
  allow: "Allow",
  allowing: "Letting it in…",
  allowedTitle: "It may sign in",
  allowed: (kind: string) => `The ${kind} goes on by itself in a few seconds.`,
  deniedTitle: "It was not let in",
  denied: (kind: string) => `The ${kind} was not let in.`,
  another: "Another code",
  toDevices: "See your devices",
  expires: (when: string) => `The code runs out ${when}.`,
};
