// The words in use, and everything that turns a value into words.

import type { Catalogue } from "./en";
import { en } from "./en";

/** The catalogue in use. */
export const t: Catalogue = en;
