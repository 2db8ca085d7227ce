// How much somebody wants to hear, in three levels: a home knows four budgets of false alarms, whose difference nobody can feel.

import type { Budget } from "../api/generated/Budget";

/** From the quietest on. */
export const levels = ["fewer", "usual", "more"] as const;

/** How much is told. */
export type Level = (typeof levels)[number];

const budgets = { fewer: "quarterly", usual: "monthly", more: "weekly" } satisfies Record<Level, Budget>;
const levelsOf = { yearly: "fewer", quarterly: "fewer", monthly: "usual", weekly: "more" } satisfies Record<
  Budget,
  Level
>;

/** What a level asks of the home. */
export const budgetOf = (level: Level): Budget => budgets[level];

/** The level that a home's budget belongs to. */
export const levelOf = (budget: Budget): Level => levelsOf[budget];
