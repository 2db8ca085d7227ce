//! The notification daemon: what it shows, and a person's taps on it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{run, until};

/// Dunst as `tools/dev/desktop-tests.sh` sets it up: a script of its own writes down what it shows, and its menu
/// is answered by another with the line that was chosen here.
pub struct Dunst {
    folder: PathBuf,
}

/// One notification as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its title.
    pub title: String,
    /// Its text, in the daemon's markup.
    pub text: String,
}

impl Dunst {
    /// The daemon of this session.
    pub fn here() -> Self {
        let folder = std::env::var_os("LATCHKEY_TEST_DUNST").expect("run by tools/dev/desktop-tests.sh");
        // What another test left on the screen is not ours to tap on.
        run("dunstctl", &["close-all"]);
        Self { folder: Path::new(&folder).to_owned() }
    }

    /// Everything shown so far, oldest first.
    pub fn shown(&self) -> Vec<Shown> {
        let log = fs::read_to_string(self.folder.join("shown")).unwrap_or_default();
        log.split_terminator('\u{1e}')
            .filter_map(|entry| entry.split_once('\u{1f}'))
            .map(|(title, text)| Shown { title: title.to_owned(), text: text.to_owned() })
            .collect()
    }

    /// Waits for the notification after the first `before` ones.
    pub async fn next(&self, before: usize) -> Shown {
        until("a notification is shown", async || self.shown().get(before).cloned()).await
    }

    /// How many are on the screen.
    pub fn on_screen() -> usize {
        run("dunstctl", &["count", "displayed"]).trim().parse().unwrap_or_default()
    }

    /// Shows a notification of another program.
    pub fn tell(title: &str) {
        run("notify-send", &[title]);
    }

    /// Taps on the button with these words.
    pub fn press(&self, button: &str) {
        fs::write(self.folder.join("choice"), button).unwrap();
        run("dunstctl", &["context"]);
    }

    /// Taps on the body of the newest one.
    pub fn tap() {
        run("dunstctl", &["action", "0"]);
    }
}
