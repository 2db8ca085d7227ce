// The words of the service worker: a notification's buttons, and what came of them. Only the worker imports this file, as it has
// to stay in one piece; it is of no catalogue for that reason.

import type { ActionEffect } from "../../api/generated/ActionEffect";
import type { AnswerEffect } from "../../api/generated/AnswerEffect";

export const pushed = {
  title: "Latchkey",
  /** Where what came cannot be read. */
  unreadable: "Something needs a look. Open Latchkey.",
  no: "No, sign it out",
  yes: "Yes, it is ours",

  out: {
    signed_out: { title: "Signed out", body: "Its next request will be refused." },
    already_signed_out: { title: "Already signed out", body: "It had been signed out before. Nothing is left to do." },
    theirs_after_all: {
      title: "Nothing was done",
      body: "Somebody of the household has said since that it is theirs. Open Latchkey to sign it out all the same.",
    },
    asked: {
      title: "Its sign-out was asked for",
      body: "The service that it is signed in at has not confirmed it yet. It goes on by itself.",
    },
    refused: {
      title: "It could not be signed out",
      body: "The service that it is signed in at does not let it be ended from here. Open Latchkey to see why.",
    },
  } satisfies Record<ActionEffect, { title: string; body: string }>,
  answered: {
    now_familiar: { title: "It is one of yours", body: "This device and this place are familiar from now on." },
    familiar_but_signed_out: {
      title: "It is one of yours",
      body: "It had been signed out, so it has to sign in again.",
    },
    kept_in_sight: { title: "Still in sight", body: "It stays signed in until you are sure." },
    already_answered: { title: "Answered already", body: "Nothing was changed. Open Latchkey to see by whom." },
  } satisfies Record<Exclude<AnswerEffect, ActionEffect>, { title: string; body: string }>,

  /** An answer that went by the relay, as the home could not be reached. */
  relay: {
    unconfirmed: {
      title: "Sent by the relay, but your home has not confirmed it",
      body: "It may not have been done. Try again, or open Latchkey at home to see.",
    },
    not_carried: {
      title: "Not answered",
      body: "Neither your home nor the relay could be reached. Check that this device is online, then try again.",
    },
    open_latchkey: {
      title: "Not answered",
      body: "Your home takes this answer in Latchkey itself only. Open it at home to say so.",
    },
    first: (name: string) => `${name} had answered before.`,
  },

  failed: "Not answered",
  because: (reason: string) => `Not answered because: ${reason}`,
  unreachable: "your home does not answer. Check that this device is online, then try again.",
  unexpected: (status: number) => `the home answered in an unexpected way (${status}). Open Latchkey.`,
  elsewhere: "this came from another address of your home than the one Latchkey is open at here. Open Latchkey.",
};
