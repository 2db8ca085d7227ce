// The words of a bad evening: what happened, the plan, and what came of it.

import type { PlanKind } from "../../api/generated/PlanKind";
import type { PlanTaskKind } from "../../api/generated/PlanTaskKind";
import { plural } from "./plural";

const signIns = (count: number) => plural(count, { one: "# sign-in", other: "# sign-ins" });

export const evening = {
  title: "A bad evening",
  entryLead: "A phone is lost, somebody moved out, something is wrong",
  lead: "One plan for everything that has to be ended. You see all of it first; nothing happens until you say so.",
  what: "What happened?",
  kinds: {
    lost_device: { name: "I lost this phone", lead: "Everything that a device holds, here and at every service" },
    moved_out: { name: "Somebody moved out", lead: "Everything that one person uses, and the passwords they know" },
    something_wrong: { name: "Something is wrong", lead: "Everything but this device, and then the passwords" },
  } satisfies Record<PlanKind, { name: string; lead: string }>,
  which: "Which device is it?",
  who: "Who moved out?",
  choose: "Choose",
  noDevices: "No other device is signed in.",
  devicesFailed: "The devices could not be loaded",
  draw: "Show me the plan",
  drawing: "Drawing it up…",
  nothingYet: "Nothing is ended by this.",
  lostThis: "I lost this",
};

export const plan = {
  path: "A bad evening",
  gone: "There is no such plan",
  goneHint: "It may have been dropped, or the address is not right.",
  failed: "The plan could not be loaded",
  titles: {
    lost_device: (about: string | null) => (about ? `${about} is lost` : "A device is lost"),
    moved_out: (about: string | null) => (about ? `${about} moved out` : "Somebody moved out"),
    something_wrong: () => "Something is wrong",
  } satisfies Record<PlanKind, (about: string | null) => string>,
  leadBefore: "Nothing of this is done yet. Look through it, take out what should stay, then begin.",
  leadUnderWay: "It is under way. What could not be done yet stays here until it is.",
  leadDone: "All of it is done.",
  begunAt: "Begun",
  rowsTitle: "What is ended",
  rowsNone: "No sign-in is known that would have to be ended.",
  chosen: (count: number, all: number) => `${count.toLocaleString("en")} of ${signIns(all)} chosen`,
  progress: (done: number, all: number) => `${done.toLocaleString("en")} of ${signIns(all)} ended`,
  stays: "Stays signed in",
  chooseRow: (source: string, device: string) => `End ${source} on ${device}`,
  integrations: "Programs’ keys are not chosen unless you choose them: something in your house may stop working.",
  tasksTitle: "What only you can do",
  tasksLeadBefore: "After that, tick these off one by one.",
  tasksLead: "Tick off what you have done.",
  tasks: {
    open_page: (name: string) => `Look at ${name}, and sign it out there`,
    change_password: (name: string) => `Change the password of ${name}`,
    change_pin: (name: string) => `Change the PIN of ${name}`,
  } satisfies Record<PlanTaskKind, (name: string) => string>,
  open: "Open",
  openOf: (name: string) => `Open the page of ${name}`,
  ticked: "done",
  begin: (count: number) => (count === 0 ? "Begin" : plural(count, { one: "End # sign-in", other: "End # sign-ins" })),
  beginning: "Beginning…",
  begun: "It is under way",
  drop: "Drop this plan",
  dropTitle: "Drop this plan?",
  dropBefore: "Nothing of it was done yet, and nothing will be.",
  dropUnderWay:
    "What was asked for goes on. What is left to do is not on any list any more, and the ticks are forgotten.",
  dropped: "The plan was dropped",
  unfinishedTitle: "Not done yet",
  left: (count: number) => plural(count, { one: "# thing is left to do", other: "# things are left to do" }),
  notBegun: "Drawn up, and not begun",
  doneTitle: "All of it is done",
};
