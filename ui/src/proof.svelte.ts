// What needs a proof asks for the PIN or the password once, and goes on when it was given.

import type { Profile } from "./api/generated/Profile";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";

/** What is asked for just now. */
export interface Asked {
  /** Whose PIN does besides the password; nobody's where only the password does. */
  profile: Profile | null;
  /** Why it is asked, in the home's words. */
  why: HomeError;
  proven: () => void;
  refused: (why: HomeError) => void;
}

class Proofs {
  asked = $state.raw<Asked | null>(null);

  /** Does something; where that needs a proof, asks for it and does it again. */
  async with<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    try {
      return await household.during(operation());
    } catch (thrown) {
      const why = HomeError.from(thrown);
      if (why.code !== "proof_required") throw why;
      await this.#ask(why);
      return await household.during(operation());
    }
  }

  #ask(why: HomeError): Promise<void> {
    // One question at a time: whoever asks again takes it over.
    this.asked?.refused(this.asked.why);
    const profiles = household.session?.profiles ?? [];
    const profile = profiles.find(({ id }) => id === why.profileId) ?? null;
    return new Promise((proven, refused) => {
      this.asked = { profile, why, proven, refused };
    });
  }

  /** Gives what was typed to the home. Answers why it was not right, or nothing. */
  async give(as: "pin" | "password", typed: string): Promise<string> {
    const asked = this.asked;
    if (!asked) return "";
    const whose = as === "pin" && asked.profile ? { profile_id: asked.profile.id } : {};
    try {
      await household.during(home.prove({ [as]: typed, ...whose }));
    } catch (thrown) {
      return HomeError.from(thrown).message;
    }
    this.asked = null;
    asked.proven();
    return "";
  }

  /** Nobody gives it: what needed it is not done. */
  cancel() {
    const asked = this.asked;
    this.asked = null;
    asked?.refused(asked.why);
  }
}

/** What needs a proof, and who is asked for it. */
export const proofs = new Proofs();
