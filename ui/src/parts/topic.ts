// A topic of an ntfy server whose name nobody guesses: whoever knows it reads what is said there.

/** 32 of them, so that each stands for five bits; none looks like another. */
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** The address of a topic made up just now, with 120 random bits in its name. */
export function madeUpTopic(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return `https://ntfy.sh/latchkey-${Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}
