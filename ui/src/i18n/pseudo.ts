// A language that nobody speaks: English with other letters, half as long again, from right to left. What stays as it was is not in the
// catalogue; what is cut off or overflows would be in another language, too. Tests switch it on.

/** Under this name a browser keeps that it is on. */
const SWITCH = "latchkey-pseudo";

/** Marks of what is turned already, so that words put into words are turned once. Right-to-left, until the mark that ends it. */
const [FROM, TO] = ["\u202e", "\u202c"];

const LETTERS: Record<string, string> = {
  a: "á",
  e: "ë",
  i: "ï",
  o: "ö",
  u: "ü",
  y: "ÿ",
  n: "ñ",
  c: "ç",
  A: "Å",
  E: "É",
  I: "Î",
  O: "Ø",
  U: "Û",
};
/** What comes behind a word, so that each is half as long again. */
const LONGER = "~~~~~~~~~~~~~~~~";

/** Whether it is switched on in this browser. */
export function isPseudo(): boolean {
  try {
    return localStorage.getItem(SWITCH) === "on";
  } catch {
    return false;
  }
}

const word = (said: string): string =>
  said.replaceAll(/[a-zA-Z]/g, (letter) => LETTERS[letter] ?? letter) + LONGER.slice(0, Math.ceil(said.length / 2));

const stretch = (text: string): string => FROM + text.replaceAll(/[a-zA-Z’]+/g, word) + TO;

/** A text of the catalogue in it. */
function turn(text: string): string {
  // Between those that are turned already.
  const parts = text.split(new RegExp(`(${FROM}[^${TO}]*${TO})`, "u"));
  return parts.map((part, index) => (index % 2 === 1 || !/[a-zA-Z]/.test(part) ? part : stretch(part))).join("");
}

/** The catalogue in it; what it says of the language itself, and its name, stay. */
export function pseudo<Words>(words: Words): Words {
  if (typeof words === "string") return turn(words) as Words;
  if (typeof words === "function") {
    return ((...given: unknown[]) => pseudo((words as unknown as (...given: unknown[]) => unknown)(...given))) as Words;
  }
  if (Array.isArray(words)) return words.map(pseudo) as Words;
  if (typeof words !== "object" || words === null) return words;
  const turned = Object.entries(words).map(([name, said]) => [
    name,
    name === "locale" || name === "app" ? said : pseudo(said),
  ]);
  return Object.fromEntries(turned) as Words;
}
