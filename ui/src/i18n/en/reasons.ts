// The words for why a sign-in is or is not familiar, by kind. `i18n/reasons.ts` turns a reason's figures into the words put in here.

import type { DeviceKind } from "../../api/generated/DeviceKind";
import type { NetworkKind } from "../../api/generated/NetworkKind";
import type { Reason } from "../../api/generated/Reason";

const times = (count: number) => (count === 1 ? "once" : `${count.toLocaleString("en")} times`);

export const reasons = {
  first_device: "The first device of this account",
  confirmed: "Someone in your household said it is yours",
  unreadable: "What was known of this sign-in cannot be read any more",
  still_learning: "Latchkey is still learning what is usual here",
  familiar_phone_there: "A familiar phone of the same profile is there too",
  changed_hands: "The same sign-in goes on as something else, on no line of your household",
  two_holders: "Two programs use the same sign-in at once, on two lines",
  too_far_too_soon: (distance: string) => `It was about ${distance} away too short a time ago to travel here`,
  two_copies: "Two copies of this sign-in are in use: one came back that a newer one had replaced",
  older_copy: (where: string | null) =>
    `An older copy of this sign-in came back, on another line than the newer one${where ? ` (${where})` : ""}`,
  signed_in_from_here: (device: string, count: number) => `This ${device} has signed in ${times(count)} from here`,
  signed_in_elsewhere: (device: string, count: number) =>
    count === 0
      ? `It is a ${device} of your household`
      : `This ${device} has signed in ${times(count)} before, from elsewhere`,
  unanswered: "Nobody has said yet that it is yours",
  like_known: (device: string, updated: boolean, unproven: boolean) =>
    `${unproven ? "It did not prove to be, but is" : "It is"} ${updated ? "an update of" : "the same as"} a ${device} you have`,
  first_on_account: "First time on this account",
  home_network: "On your home network",
  usual_line: "On the internet connection your household uses most",
  used_line: "On an internet connection your household has used",
  used_network: (network: string) => `On ${network}, a network your household uses`,
  near_home: (where: string) => `Near ${where}, where your household is`,
  near_on_new_network: (where: string) => `Near ${where}, on a network that is new`,
  first_near: (where: string, usually: string) => `First time near ${where}${usually}`,
  first_in_country: (country: string, usually: string) => `First time in ${country}${usually}`,
  known_exit: (exit: string) => `Through ${exit}, as before`,
  new_exit: (exit: string) => `First time through ${exit}: where it really is cannot be told`,
  left_the_house: (device: string, network: string | null) =>
    `First time on ${network ?? "another network"}, away from home: a ${device} stays where it was put up`,
  place_unanswered: "The account was used from there before, and nobody has said yet whether it was you",
  on_board: "On board: where it really is cannot be told",
  signed_others_out: (count: number) =>
    `This unfamiliar device signed out ${count === 1 ? "another device" : `${count.toLocaleString("en")} devices`}`,
  changed_password: "It changed the password",
  recovered_password: "It chose a new password with a code printed on the home’s own computer",
  wrong_pins: (count: number, name: string) =>
    `${count.toLocaleString("en")} wrong PINs for ${name}’s profile in a row`,
  wrong_passwords: (count: number) => `${count.toLocaleString("en")} wrong passwords in a row`,
  asks_to_vouch: (days: number) =>
    `It asks to answer for your household, where nobody else was active for ${days.toLocaleString("en")} days`,
  drill: "This is a fire drill: the stranger is made up",
  said_before: (text: string) => `An earlier version said: “${text}”`,
  unknown: "For a reason that this version of Latchkey does not know",
} satisfies Record<Reason["kind"], unknown>;

/** What reasons are put together from. */
export const within = {
  /** What a sort of device is called in the middle of a sentence. */
  devices: {
    tv: "TV",
    streaming_box: "streaming box",
    console: "console",
    phone: "phone",
    tablet: "tablet",
    computer: "computer",
    browser: "browser",
    speaker: "speaker",
    other: "device",
  } satisfies Record<DeviceKind, string>,
  exits: {
    fixed: "a network",
    mobile: "a network",
    hosting: "a data centre",
    vpn: "a VPN",
    tor: "the Tor network",
    in_flight: "a network on board",
  } satisfies Record<NetworkKind, string>,
  named: (exit: string, network: string) => `${exit} (${network})`,
  usually: (where: string, distance: string | null) =>
    distance ? `; usually ${where}, about ${distance} away` : `; usually ${where}`,
};
