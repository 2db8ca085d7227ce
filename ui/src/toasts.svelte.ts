// Short messages at the edge of the screen: an outcome, or an alert that has just come in.

/** One message. */
export interface Toast {
  id: number;
  text: string;
  detail?: string;
  tone: "plain" | "bad" | "alert";
  action?: { text: string; run: () => void };
}

const STAY_MS = 8000;
/** One that offers something to do stays until it can be read, thought about and reached. */
const STAY_TO_ACT_MS = 30_000;

class Toasts {
  shown = $state<Toast[]>([]);
  #last = 0;

  /** Shows a message. An alert stays until it is dealt with; the rest goes by itself. */
  show(toast: Omit<Toast, "id">): number {
    this.#last += 1;
    const id = this.#last;
    this.shown.push({ ...toast, id });
    const stay = toast.action ? STAY_TO_ACT_MS : STAY_MS;
    if (toast.tone !== "alert") setTimeout(() => this.dismiss(id), stay);
    return id;
  }

  /** Takes a message away. */
  dismiss(id: number) {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}

/** The messages on the screen. */
export const toasts = new Toasts();
