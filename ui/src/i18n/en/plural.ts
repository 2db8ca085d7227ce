// How English counts.

const rules = new Intl.PluralRules("en");

/** "1 device", "2 devices": `#` stands for the number. */
export const plural = (count: number, forms: { one: string; other: string }): string =>
  forms[rules.select(count) === "one" ? "one" : "other"].replace("#", count.toLocaleString("en"));

export const devices = (count: number): string => plural(count, { one: "# device", other: "# devices" });

const small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** A small number as a word, for the middle of a sentence. */
export const word = (count: number): string => small[count] ?? count.toLocaleString("en");
