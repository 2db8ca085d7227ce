// The words of letting a phone in by a code: on the screen that shows it, and on the phone that brings it.

import type { NoAddress } from "../../api/generated/NoAddress";

export const addPhone = {
  title: "Add a phone",
  lead: "Point your phone’s camera at this square and open what it finds. Then both screens show the same two digits.",
  loading: "Making a code…",
  failed: "There is no code yet",
  qr: (code: string) => `QR code for your phone’s camera, with the code ${code}`,
  by: "The phone opens",
  goodFor: (minutes: number, seconds: number) =>
    `Good for ${minutes > 0 ? `${minutes} min ${seconds} s` : `${seconds} s`}, and for one phone.`,
  typedTitle: "Without the camera",
  typed: (origin: string) => `Open ${origin} on the phone, choose “Your home shows a code?” and type`,
  typedAnywhere:
    "If you reach your home by another address (a proxy, a VPN), open that on the phone, choose “Your home shows a code?” and type",
  plain:
    "This address is http: whoever is on the way can read along and change what is sent, also what both screens show. Use it on your own network only.",
  letters:
    "Before the Latchkey app sends the code, it asks whether your home shows the same letters. These are your home’s:",
  noAddressTitle: {
    listens_here_only: "A phone cannot reach this home",
    another_network: "A phone cannot reach this home here",
    port_taken: "A phone cannot reach this home",
    in_container: "This home does not know its address",
    no_network: "Your home’s computer is on no network",
  } satisfies Record<NoAddress, string>,
  noAddress: {
    listens_here_only: "Your home can be opened on its own computer only, so leave your phone where it is for now.",
    another_network:
      "The computer that your home runs on is on another network than before, and your home does not listen there. Leave your phone where it is for now.",
    port_taken:
      "Another program uses your home’s port on this network. Close that program, then try again; leave your phone where it is for now.",
    in_container:
      "Your home runs in a container, whose own address no phone can open. Start it with --public-url and the address that you open it by, such as http://192.168.1.5:8470.",
    no_network:
      "The computer that your home runs on has no address on a household’s network. Connect it to the network that your phone is on, then show a new code.",
  } satisfies Record<NoAddress, string>,
  otherWays:
    "Or put a reverse proxy with https before it, and name its address with --public-url. The README says how, under “Letting phones reach it”.",
  asksTitle: "Let this phone in?",
  showsDigits: "asks to be let in. It must show these two digits:",
  warning: "Only let it in if you hold it in your hand and it shows the same two digits.",
  same: (digits: string) => `Both show ${digits} — let it in`,
  letting: "Letting it in…",
  differ: "They differ",
  allowedTitle: "It may sign in",
  allowed: "Your phone goes on by itself in a moment. Keep its page open.",
  letInTitle: "It is signed in",
  letIn: "Your phone is a device of its own now: it is listed, and you can sign it out like any other.",
  see: "See this device",
  deniedTitle: "Nobody was let in",
  denied:
    "If the digits differed, the device that asked was not your phone: show a new code where only you can see it. Otherwise try again.",
  spoiledTitle: "Another device used this code too",
  spoiled:
    "Nobody was let in. Somebody may have seen the code, or it was opened twice. Show a new one where only you can see it, and open it once.",
  expiredTitle: "The code has run out",
  expired: "Nobody was let in. A code is good for two minutes, and a phone is waited for as long.",
  again: "Show a new code",
  another: "Add another phone",
};

export const pair = {
  title: "Join your household",
  lead: "Another screen of your household shows you a code. Ask to be let in, and keep an eye on that screen.",
  withCode: (code: string) => `With the code ${code}`,
  ask: "Ask to be let in",
  inApp: "Open in the Latchkey app",
  asking: "Asking…",
  typeTitle: "Type the code",
  typeLead: "Your household’s screen shows it under Account, “Add a phone”.",
  code: "Code",
  example: "Eight letters, like WDJB-MJHT.",
  digitsTitle: "Look at the other screen",
  mustShow: (digits: string) => `It must show ${digits}, too. If it does, let this device in there.`,
  differs: "If it shows other digits, or nothing, choose “They differ” there: somebody else may be using your code.",
  waiting: "Waiting for the other screen…",
  inTitle: "You are signed in",
  refusedTitle: "Not let in",
  another: "Type another code",
  signIn: "Sign in with the password instead",
  alreadyTitle: "This device is signed in already",
  already: "It needs no code. To use it as another account’s, sign it out first.",
  start: "To the start",
};
