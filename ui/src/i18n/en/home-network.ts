// The words of listening on the home network, and of finding a home there.

import type { HomeNetworkFixed } from "../../api/generated/HomeNetworkFixed";
import type { NoAddress } from "../../api/generated/NoAddress";

export const homeNetwork = {
  title: "Home network",
  listen: "Listen on the home network",
  listenHereToo: "Listen on this network, too",
  opening: "Opening…",
  means:
    "Whoever is on this network can then open the sign-in page, and whoever is on the way can read along, except where pages are opened by https. Your home is found on it as Latchkey, with nobody’s name. On no other network does it listen, until you say so there.",
  close: "Listen on the home’s computer only",
  closing: "Closing…",
  closes: "Devices that came by the network are cut off at once, and stay signed in.",
  on: (addresses: string[]) =>
    addresses.length === 1
      ? `Devices on your network open ${addresses[0]}`
      : `Devices on your network open one of ${new Intl.ListFormat("en", { type: "disjunction" }).format(addresses)}`,
  isOn: "Your home listens on the home network.",
  isOff: "Your home listens on its own computer only.",
  failed: "Where your home listens could not be loaded",
  switchOff: "It listens on the home network because somebody here said so.",
  settings: "Change that",
  none: {
    listens_here_only: "Your home listens on its own computer only, so no other device can open it.",
    in_container: "Your home runs in a container, whose own address no other device can open.",
    no_network: "The computer that your home runs on is on no home network now.",
    another_network:
      "The computer that your home runs on is on another network than before. There, your home listens on that computer only.",
    port_taken:
      "Another program uses your home’s port on this network, so no other device can open your home. Close that program, then try again.",
  } satisfies Record<NoAddress, string>,
  fixed: {
    told: "Your home was started so that it listens on the network (--listen). That is changed where it is started.",
    public_address: "Your home is opened by its public address (--public-url). What listens there is set beside it.",
    in_container:
      "Your home runs in a container. What reaches it is set there: publish its port, and name the address with --public-url.",
  } satisfies Record<HomeNetworkFixed, string>,
};

export const nearby = {
  title: "Homes on this network",
  look: "Look for homes on this network",
  again: "Look again",
  looking: "Looking around, for three seconds…",
  lead: "Anybody on this network can say that a home is here. Yours shows its address under “Add a phone”, and letters: go on only where they are the same.",
  none: "No home says that it is here. One does while it listens on the home network: switch that on under “Add a phone” there, or type its address above.",
};
