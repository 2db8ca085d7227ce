// Answers may overtake each other. Of questions about the same thing only the answer to the latest counts.

/** Tells whether an answer is still that to the latest question. */
export class Latest {
  #asked = 0;

  /** Notes a question, or news that no earlier answer can know of. What it gives says whether that is still the latest. */
  ask(): () => boolean {
    this.#asked += 1;
    const mine = this.#asked;
    return () => mine === this.#asked;
  }
}
