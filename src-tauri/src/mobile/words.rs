//! The words of a phone's notifications: the same as the service worker's (`ui/src/i18n/en/pushed.ts`), and those that only an app
//! needs, which goes on trying.

/// A title and what stands beneath it.
pub type Said = (&'static str, &'static str);

/// Where there is no better title.
pub const TITLE: &str = "Latchkey";
/// Where what came cannot be read.
pub const UNREADABLE: &str = "Something needs a look. Open Latchkey.";
/// The button that signs out.
pub const NO: &str = "No, sign it out";
/// The button that vouches.
pub const YES: &str = "Yes, it is ours";
/// Nothing was done.
pub const FAILED: &str = "Not answered";
/// Nothing was done, as the home says something that this app does not know.
pub const UNEXPECTED: &str = "the home answered in an unexpected way. Open Latchkey.";

/// While an answer is on its way.
pub const SENDING: &str = "Sending your answer…";
/// The home is not there; it is tried again.
pub const WAITS: Said = (
    "Not answered yet",
    "Your home does not answer. Your answer is kept, and sent as soon as it does: for a day from now.",
);
/// The home is there, and cannot do anything now; it is tried again.
pub const BUSY: Said = ("Not answered yet", "Your answer is kept, and sent again.");
/// It went by the relay, and nobody knows whether it arrived; it is tried again.
pub const UNCONFIRMED: Said = (
    "Sent by the relay, but your home has not confirmed it",
    "It may not have been done. It is sent again until your home says so: for a day from now.",
);
/// It waited for too long.
pub const TOO_LATE: Said = (
    "Not answered",
    "Your home did not answer for a day, and your answer was not sent. Who has signed in there since may be somebody else: answer again.",
);
/// The app looks at another home by now.
pub const OTHER_HOME: Said = (
    "Not answered",
    "This came from another home than the one that Latchkey is open at. Open that one to answer.",
);
/// There is no room on the phone.
pub const NOT_KEPT: Said =
    ("Not answered", "This phone could not keep your answer. Make some room on it, then try again.");

/// What an answer did, by the word that the home has for it; `None` for a word that this app does not know.
pub fn of(effect: &str) -> Option<Said> {
    Some(match effect {
        "signed_out" => ("Signed out", "Its next request will be refused."),
        "already_signed_out" => {
            ("Already signed out", "It had been signed out before. Nothing is left to do.")
        }
        "theirs_after_all" => (
            "Nothing was done",
            "Somebody of the household has said since that it is theirs. Open Latchkey to sign it out all the same.",
        ),
        "asked" => (
            "Its sign-out was asked for",
            "The service that it is signed in at has not confirmed it yet. It goes on by itself.",
        ),
        "refused" => (
            "It could not be signed out",
            "The service that it is signed in at does not let it be ended from here. Open Latchkey to see why.",
        ),
        "now_familiar" => ("It is one of yours", "This device and this place are familiar from now on."),
        "familiar_but_signed_out" => {
            ("It is one of yours", "It had been signed out, so it has to sign in again.")
        }
        "kept_in_sight" => ("Still in sight", "It stays signed in until you are sure."),
        "already_answered" => ("Answered already", "Nothing was changed. Open Latchkey to see by whom."),
        "open_latchkey" => (
            "Not answered",
            "Your home takes this answer in Latchkey itself only. Open it at home to say so.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_that_a_browsers_notification_has() {
        let worker = include_str!("../../../ui/src/i18n/en/pushed.ts");
        let effects = [
            "signed_out",
            "already_signed_out",
            "theirs_after_all",
            "asked",
            "refused",
            "now_familiar",
            "familiar_but_signed_out",
            "kept_in_sight",
            "already_answered",
            "open_latchkey",
        ];
        let said = effects.map(|effect| of(effect).expect("a word of the home's"));
        let all = said.iter().flat_map(|(title, body)| [title, body]);
        for words in all.chain([&TITLE, &UNREADABLE, &NO, &YES, &FAILED, &UNCONFIRMED.0]) {
            assert!(worker.contains(&format!("\"{words}\"")), "{words}");
        }
        assert!(of("something_new").is_none() && of("").is_none());
    }
}
