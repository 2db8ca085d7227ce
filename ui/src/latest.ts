// Answers may overtake each other. Of questions about the same thing only the answer to the latest counts.

/** Tells whether an answer is still that to the latest question. */
export class Latest {
  #asked = 0;
  /** Until the answer to the latest question is there. */
  #until: Promise<void> = Promise.resolve();

  /** Notes a question, or news that no earlier answer can know of. What it gives says whether that is still the latest. */
  ask(): () => boolean {
    this.#asked += 1;
    const mine = this.#asked;
    return () => mine === this.#asked;
  }

  /**
   * Asks a question, and hands its answer on unless a later one was asked meanwhile. Done when the answer that counts is there: whoever
   * waits for an earlier one, to lead the keyboard to what it brings, say, goes on with what the later one brings.
   */
  answer<T>(question: () => Promise<T>, take: (answer: T) => void, failed: (thrown: unknown) => void): Promise<void> {
    const isLatest = this.ask();
    const answered = question().then(
      (answer) => {
        if (isLatest()) take(answer);
      },
      (thrown) => {
        if (isLatest()) failed(thrown);
      },
    );
    const until: Promise<void> = answered.then(() => (this.#until === until ? undefined : this.#until));
    this.#until = until;
    return until;
  }
}
