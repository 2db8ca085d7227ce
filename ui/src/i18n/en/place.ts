// The words of places: approximate ones, the map, and the database they come from.

import { devices, plural } from "./plural";

export const place = {
  near: (where: string) => `near ${where}`,
  cityIn: (city: string, country: string) => `${city}, ${country}`,
  somewhere: (country: string) => `somewhere in ${country}`,
  home_network: "on the home network",
  this_computer: "on the home’s computer",
  unknown: "place unknown",
  title: "Where",
  through: (where: string, network: string) => `${where}, ${network}`,
  approximate: "Approximate",
  explain: {
    located: "Worked out from its internet address, so it is never exact.",
    within: (radius: string) => `It is probably within ${radius} of here.`,
    noRadius: "It may be off by tens of kilometres.",
    countryOnly: "Only the country is known.",
    home_network: "It came from your own network, so there is no address to look up.",
    this_computer: "It came from the computer that your home runs on.",
    unknown: "The place database does not know its address.",
  },
  network: (name: string) => `Network: ${name}`,
  database: (date: string) => `Place database of ${date}.`,
  credit: "IP geolocation by DB-IP",
};

export const map = {
  label: (places: number) =>
    plural(places, {
      one: "World map with # place. The list tells the same in words.",
      other: "World map with # places. The list tells the same in words.",
    }),
  one: (where: string) => `Map: ${where}`,
  group: (where: string, count: number) => `${where}: ${devices(count)}`,
  whole: "Whole world",
  closer: "Closer",
  nowhere: "None of these devices has a place that can be shown on a map.",
};

export const places = {
  offerTitle: "See places more closely",
  offer: {
    none: "Without a place database nobody can tell where a sign-in came from. The free city database, about 60 MB, tells places to the nearest city. Addresses are looked up at home and sent to nobody.",
    country:
      "So far only countries are known. The free city database, about 60 MB, tells places to the nearest city. Addresses are looked up at home and sent to nobody.",
  },
  update: "Update the place database",
  getCities: "Get the city database",
  noAddress: "No address for updates is configured.",
  from: (host: string) => `From ${host}`,
  downloading: (received: string, total: string | null) =>
    total ? `Downloading: ${received} of ${total}` : `Downloading: ${received}`,
  checking: "Checking the new database…",
  updated: "The new database is in use, from the next sign-in on.",
  failed: (message: string) => `The update failed. ${message}`,
  failedKept: (message: string) => `The update failed; the old database stays in use. ${message}`,
};
