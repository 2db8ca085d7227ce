// Every word of the interface, in English, subject by subject. Another language is another catalogue of this shape.

import { account, password, profiles, security } from "./en/account";
import { alertSettings } from "./en/alert-settings";
import { alert, alerts, learning, onHold, probably, score } from "./en/alerts";
import { channels } from "./en/channels";
import { common, errors, kinds, kindsCounted, menu, path, start, time } from "./en/common";
import { device, devices, endedReasons, familiarity, methods, signOut } from "./en/devices";
import { connect, firstDevice, grownUps, proof, recover, setUp, signedOut, signIn, who } from "./en/doors";
import { drill } from "./en/drill";
import { evening, plan } from "./en/evenings";
import { history } from "./en/history";
import { homeNetwork, nearby } from "./en/home-network";
import { link } from "./en/link";
import { networks } from "./en/networks";
import { nextSteps } from "./en/next-steps";
import { offline, outbox } from "./en/offline";
import { addPhone, pair } from "./en/pairing";
import { map, place, places } from "./en/place";
import { reasons, within } from "./en/reasons";
import { addService, cards, services } from "./en/services";
import { sessions } from "./en/sessions";
import { settings } from "./en/settings";

export const en = {
  locale: "en",
  app: "Latchkey",
  common,
  errors,
  path,
  menu,
  kinds,
  kindsCounted,
  time,
  place,
  map,
  familiarity,
  start,
  setUp,
  firstDevice,
  signIn,
  recover,
  signedOut,
  who,
  grownUps,
  proof,
  account,
  security,
  devices,
  device,
  methods,
  endedReasons,
  alerts,
  alert,
  alertSettings,
  channels,
  drill,
  evening,
  plan,
  history,
  homeNetwork,
  learning,
  nearby,
  networks,
  nextSteps,
  onHold,
  probably,
  reasonParts: within,
  reasons,
  score,
  signOut,
  password,
  profiles,
  link,
  addPhone,
  pair,
  services,
  addService,
  cards,
  sessions,
  settings,
  places,
  connect,
  offline,
  outbox,
};

export type Catalogue = typeof en;
