// The words in use, and everything that turns a value into words.

import type { Catalogue } from "./en";
import { en } from "./en";
import { isPseudo, pseudo } from "./pseudo";

const turned = isPseudo();

/** The catalogue in use. */
export const t: Catalogue = turned ? pseudo(en) : en;

if (turned) document.documentElement.dir = "rtl";
