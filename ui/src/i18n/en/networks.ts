// The words for what sort of network an address belongs to, and what that says of a place.

import type { NetworkKind } from "../../api/generated/NetworkKind";

export const networks = {
  /** In a few words, beside a place; nothing where the place is where it seems. */
  short: {
    fixed: "",
    mobile: "on a mobile network",
    hosting: "through a data centre",
    vpn: "through a VPN",
    tor: "through Tor",
    in_flight: "on board",
  } satisfies Record<NetworkKind, string>,
  explain: {
    fixed: "",
    mobile: "A mobile network: the city says little, because its addresses serve people all over the country.",
    hosting: "A data centre: this is where the computer is, not the person. Where they are cannot be told.",
    vpn: "Through a VPN: this is where the VPN is, not the person. Where they are cannot be told.",
    tor: "Through Tor, which hides where somebody is: this is only where it lets them out.",
    in_flight: "Wi-Fi on board a plane or a ship: this is only where it reaches the ground.",
  } satisfies Record<NetworkKind, string>,
};
