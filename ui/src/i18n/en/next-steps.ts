// The words of what is left to do once a home is set up.

import type { StepKind } from "../../api/generated/StepKind";
import type { StepState } from "../../api/generated/StepState";

export const nextSteps = {
  title: "What is left",
  lead: "A way out of the house, a minute each. Skip what you do not need.",
  failed: "What is left could not be loaded",
  steps: {
    get_told: { name: "Get told", lead: "Hear of an unfamiliar sign-in where you are" },
    phone: { name: "Open it on your phone", lead: "See who is signed in, and sign out with a tap" },
    tv: { name: "Link the TV", lead: "Sign it in with the code it shows" },
    places: { name: "Fetch places", lead: "So that Latchkey can say where a device is, roughly" },
    watch_servers: {
      name: "Watch your servers",
      lead: "See who is signed in to Jellyfin, Home Assistant and others, and sign out there",
    },
  } satisfies Record<StepKind, { name: string; lead: string }>,
  states: { open: "To do", works: "Works", skipped: "Skipped" } satisfies Record<StepState, string>,
  tryIt: "Try it: a fire drill, to see that you are told",
  skip: "Skip",
  skipOf: (step: string) => `Skip: ${step}`,
  undo: "Undo",
  undoOf: (step: string) => `Take up again: ${step}`,
  allSkipped: "Nothing is left.",
};
