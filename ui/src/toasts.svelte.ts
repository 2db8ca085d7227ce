// Short messages at the edge of the screen: an outcome, or an alert that has just come in.

/** One message. */
export interface Toast {
  id: number;
  text: string;
  detail?: string;
  tone: "plain" | "bad" | "alert";
  action?: { text: string; run: () => void };
}

const STAY_MS = 6_000;
/** One that offers something to do, or says what went wrong, stays until it can be read and reached; what an alert is about also stands on the bell. */
const STAY_TO_ACT_MS = 15_000;
/** More than these cover what they are about: the oldest makes room. */
const MOST = 2;

class Toasts {
  shown = $state<Toast[]>([]);
  #last = 0;
  #ends = new Map<number, ReturnType<typeof setTimeout>>();
  #held = false;

  /** Shows a message. It goes by itself, but not while somebody is at it. */
  show(toast: Omit<Toast, "id">): number {
    this.#last += 1;
    const id = this.#last;
    this.shown = [...this.shown, { ...toast, id }].slice(-MOST);
    if (!this.#held) this.#count(id);
    return id;
  }

  /** Takes a message away. */
  dismiss(id: number) {
    clearTimeout(this.#ends.get(id));
    this.#ends.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
    // What is pressed is gone, and with it the pointer that was on it.
    if (this.shown.length === 0) this.#held = false;
  }

  /** Somebody is at them, by a pointer or the keyboard, or has left: they stay as long. */
  hold(held: boolean) {
    if (this.#held === held) return;
    this.#held = held;
    for (const { id } of this.shown) {
      clearTimeout(this.#ends.get(id));
      if (!held) this.#count(id);
    }
  }

  #count(id: number) {
    const toast = this.shown.find((shown) => shown.id === id);
    if (!toast) return;
    const stay = toast.action || toast.tone !== "plain" ? STAY_TO_ACT_MS : STAY_MS;
    this.#ends.set(
      id,
      setTimeout(() => this.dismiss(id), stay),
    );
  }
}

/** The messages on the screen. */
export const toasts = new Toasts();
