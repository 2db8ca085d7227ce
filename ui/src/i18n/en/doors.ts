// The words on the way in and out: the first start, signing in, who is using it, and proofs.

export const setUp = {
  title: "Welcome home",
  lead: "Latchkey keeps an eye on who is signed in to your household’s account. First, create that account.",
  codeLabel: "Set-up code",
  codeHint: "It was printed where Latchkey was started. It proves that this home is yours.",
  accountTitle: "Your account",
  loginLabel: "Login name",
  loginHint: "What your devices sign in with. One for the whole household.",
  passwordLabel: "Password",
  passwordHint: "At least 8 characters. A few words in a row are easy to remember.",
  passwordAgain: "Password again",
  mismatch: "The two passwords are not the same.",
  tooShort: "Choose a password of at least 8 characters.",
  profilesTitle: "Who lives here?",
  profilesHint:
    "A profile for each person; lines without a name are left out. Kids’ profiles cannot reach devices, alerts or account settings.",
  nameOf: (position: number) => `Name of person ${position}`,
  namePlaceholder: { adult: "A grown-up’s name", kids: "A child’s name, if any" },
  kindOf: (name: string) => `${name || "This person"} is`,
  remove: (name: string) => `Remove ${name || "this person"}`,
  add: "Add somebody",
  pinsTitle: "A PIN for the grown-ups?",
  pinsLead:
    "Whoever picks up a device that is signed in can choose any profile. A PIN keeps the children out of yours, and so out of devices, alerts and account settings.",
  pinOf: (name: string) => `PIN for ${name}`,
  pinHint: "Four to eight digits. Leave it empty for none; you can set one later.",
  pinWrong: "A PIN has four to eight digits.",
  someGrownUp: (position: number) => `grown-up ${position}`,
  needCode: "Type the set-up code. It was printed where Latchkey was started.",
  needLogin: "Choose a login name, such as your family’s name.",
  needAdult: "Give at least one grown-up a name: somebody has to look after the account.",
  submit: "Create the account",
  working: "Creating the account…",
  elsewhere: "My home already runs on another machine",
};

export const firstDevice = {
  title: "This is your first device",
  lead: "It is signed in, and marked as the current one. Every device that signs in from now on will show up here, and Latchkey tells you at once when an unfamiliar one does.",
  go: "See your devices",
};

export const signIn = {
  title: "Sign in",
  lead: "Use your household’s login name.",
  login: "Login name",
  password: "Password",
  submit: "Sign in",
  working: "Signing in…",
  show: "Show password",
  hide: "Hide password",
  elsewhere: "My home runs on another machine",
  forgotten: "Forgotten the password?",
  code: "Your home shows a code?",
};

export const recover = {
  title: "Choose a new password",
  lead: "The home’s own computer shows the code: open Latchkey’s window there, or run latchkey-server recover.",
  leadHere:
    "This is the computer that your home runs on, so you need nothing but a new password. Everybody in the household is told.",
  code: "Code",
  everything: "Sign out every device",
  everythingHint: "In case somebody else knew the old password.",
  submit: "Choose it",
  back: "Back",
  doneTitle: "The password is new",
  done: (login: string, signedOut: number) =>
    signedOut === 0
      ? `Sign in as ${login} with it. Devices that were signed in still are.`
      : `${signedOut === 1 ? "One device was" : `${signedOut} devices were`} signed out. Sign in as ${login} with the new password.`,
  signIn: "Sign in",
};

export const signedOut = {
  title: "This device was signed out",
  lead: "It cannot reach the account any more. To use it here, sign in again. If the password was changed, you need the new one.",
  title_here: "You are signed out",
  lead_here: "This device cannot reach the account any more.",
  title_all: "Everything is signed out",
  lead_all: "All devices, this one as well. Each has to sign in again.",
  again: "Sign in again",
};

export const who = {
  title: "Who’s using it?",
  pinTitle: (name: string) => `${name}’s PIN`,
  pin: "PIN",
  go: "Continue",
  other: "Somebody else",
  hasPin: "PIN",
  kids: "Kids",
  forgotten: "Forgotten the PIN? Use the password",
  choose: (name: string) => `${name} is using it`,
};

export const grownUps = {
  title: (names: string) => `Ask ${names}`,
  nobody: "Ask a grown-up",
  lead: "This page is for the grown-ups who look after the account.",
  leadPin: "Since somebody here has a PIN, only profiles with a PIN reach this page. Switch to yours, or ask for it.",
  switch: "Switch profile",
  home: "Back to the start",
};

export const proof = {
  pinTitle: (name: string) => `${name}’s PIN`,
  passwordTitle: "Your household’s password",
  lead: "So that nobody who merely picked this device up can change it. You are not asked again for five minutes.",
  usePassword: "Use the password instead",
  usePin: "Use the PIN instead",
  go: "Continue",
};

export const connect = {
  title: "Your home, elsewhere",
  lead: "When Latchkey runs on another machine in the house, give its address here.",
  address: "Address",
  hint: "For example https://192.168.1.20:8470, or the link of the code that “Add a phone” shows.",
  hintPhone: "For example https://latchkey.home.example",
  submit: "Connect",
  /** What is pressed to go on, by what was asked. */
  allTheSame: {
    in_the_clear: "Connect all the same",
    unknown_certificate: "The letters are the same: connect",
    key_changed: "It was set up anew: compare again",
  },
  working: "Connecting…",
  own: "Use the home on this computer",
  onlyApp: "A page in a browser always belongs to the home it was opened from. Open the other home’s address instead.",
};
