// The words of the fire drill.

import type { DrillStepKind } from "../../api/generated/DrillStepKind";
import type { HandOver } from "../../api/generated/HandOver";

export const drill = {
  title: "Try it",
  lead: "A made-up stranger signs in, and you are told of it as of a real one. Sign them out from wherever you hear of it, and see that their next request is refused.",
  start: "Start a fire drill",
  starting: "Starting…",
  again: "Try it again",
  stop: "End the drill",
  stopping: "Ending…",
  failed: "The fire drill could not be loaded",

  nobodyOutside: "Nobody outside the house would be told: there is no way to be told yet.",
  addWay: "Add a way to be told",
  quietNow: "Without a sound: its quiet hours are on.",

  whatToDo: "What to do now",
  tap: (button: string) => `Tap ${button} where you are told: on your phone, in the mail, or wherever it comes to.`,
  button: "No, sign it out",
  orHere: "Or answer it here, as on any other day.",
  toAlert: "See the alert",

  stepsTitle: "How it goes",
  waitingFor: "Waiting for somebody to sign the stranger out…",
  steps: {
    signed_in: "The stranger signed in",
    alert_raised: "The alert was raised",
    signed_out: "The stranger was signed out",
    refused: "Their next request was refused",
    removed: "Everything about them was removed",
  } satisfies Record<DrillStepKind, string>,
  told: (name: string) => `Told by ${name}`,
  handOvers: {
    waiting: "On its way…",
    taken: "Handed over",
    late: "Cannot be reached. It is tried again by itself.",
    refused: "Refused. Nothing comes this way.",
    silent: "Its device is signed out, or may not know of alerts now.",
  } satisfies Record<HandOver, string>,
  /** A time since the beginning, in seconds: "0.05". */
  seconds: (figure: string) => `${figure} s`,

  passedTitle: "It works",
  cancelledTitle: "The drill was ended",
  cancelled: "The stranger was signed out with it.",
  timedOutTitle: "Nobody signed the stranger out",
  timedOut: (minutes: number) =>
    `The drill ended by itself after ${minutes} minutes. Look whether you were told, and try again.`,
  failedTitle: "That did not work",
  notRefused: "The stranger was signed out, and their next request was not refused. Look at the home’s log.",
  tidying: "Tidying up…",
  nothingLeft: "Nothing is left behind.",
};
