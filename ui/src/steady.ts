// Asks anew when something changed, however often that is told: never twice at once, and once more after the last time.

/** Runs a question again for as long as news came while it was asked. A flood of news costs one question after the other, not one each. */
export class Steady {
  #ask: () => Promise<void>;
  #under: Promise<void> | null = null;
  #again = false;

  constructor(ask: () => Promise<void>) {
    this.#ask = ask;
  }

  /** Asks; done when the answer knows of everything that was told before this. */
  run(): Promise<void> {
    if (this.#under) {
      this.#again = true;
      return this.#under;
    }
    this.#under = this.#round().finally(() => {
      this.#under = null;
    });
    return this.#under;
  }

  async #round() {
    do {
      this.#again = false;
      await this.#ask();
    } while (this.#again);
  }
}
