// The words of the account: its start, its security, its password and its people.

import { devices, plural } from "./plural";

export const account = {
  morning: (name: string) => `Good morning, ${name}`,
  day: (name: string) => `Hello, ${name}`,
  evening: (name: string) => `Good evening, ${name}`,
  login: "Account",
  device: "This device",
  securityLead: "Who is signed in, and what happened",
  profilesLead: (names: string) => names,
  linkLead: "Sign in a TV or box with the code it shows",
  addPhoneLead: "Sign in a phone with a code that this screen shows",
  settingsLead: "Password, alerts, appearance, places",
  kidsSettingsLead: "Light or dark",
  kidsLead: "All good here. Have fun!",
  newBadge: "New",
  waiting: (count: number) =>
    plural(count, {
      one: "An unfamiliar sign-in is waiting for your answer",
      other: "# unfamiliar sign-ins are waiting for your answer",
    }),
  look: "Have a look",
  /** One thing to do; the most useful first. */
  advice: {
    pin: (who: string) => `A child can choose ${who}’s profile, and with it everything here. Give it a PIN.`,
    idle: (what: string, count: number) =>
      `${what} ${count === 1 ? "has" : "have"} not been used for 90 days. Have a look whether ${count === 1 ? "it is" : "they are"} still needed.`,
    oldPlaces: "The file that places come from is a year old. Fetch a newer one.",
  },
};

export const security = {
  title: "Security & privacy",
  devicesLead: "Who is signed in, and how to sign them out",
  alertsLead: (count: number) =>
    count === 0
      ? "Nothing unfamiliar is waiting"
      : plural(count, {
          one: "# sign-in is waiting for your answer",
          other: "# sign-ins are waiting for your answer",
        }),
  historyLead: "Every sign-in and sign-out, for ever",
  passwordTitle: "Change password",
  passwordLead: "And sign everything else out, if you like",
};

export const password = {
  title: "Change the password",
  current: "Current password",
  next: "New password",
  again: "New password again",
  everythingElse: "Sign out everything else",
  everythingElseHint: "Every device but this one has to sign in with the new password.",
  submit: "Change the password",
  working: "Changing…",
  done: "The password is changed.",
  doneWith: (count: number) => `The password is changed, and ${devices(count)} signed out.`,
};

export const profiles = {
  title: "Profiles",
  lead: "One for each person. Kids’ profiles cannot reach account settings, here or on any other device.",
  add: "Add a profile",
  edit: (name: string) => `Change ${name}’s profile`,
  adult: "Grown-up",
  kids: "Kids",
  pin: "PIN",
  you: "You",
  nameLabel: "Name",
  kindLabel: "Kind of profile",
  kidsHint: "Cannot see devices, alerts, history or account settings.",
  adultHint: "May look after the account.",
  colorLabel: "Colour",
  colorNames: ["Sea", "Brick", "Moss", "Plum", "Ochre", "Ink", "Rose", "Slate"],
  pinLabel: "PIN",
  pinHint: "Four to eight digits, asked for when somebody chooses this profile. Leave empty for none.",
  pinKeepHint: "A PIN is set. Type another to replace it.",
  pinRemove: "Remove the PIN",
  pinRemoved: "The PIN will be removed.",
  addTitle: "A new profile",
  editTitle: (name: string) => `${name}’s profile`,
  delete: "Delete this profile",
  deleteTitle: (name: string) => `Delete ${name}’s profile?`,
  deleteText: "Devices it was chosen on ask again who is using them. The history keeps the name.",
  deleteConfirm: "Delete",
  deleted: (name: string) => `${name}’s profile was deleted`,
  saved: (name: string) => `${name}’s profile was saved`,
  added: (name: string) => `${name} was added`,
};
