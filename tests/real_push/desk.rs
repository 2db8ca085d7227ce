//! The desktop: what its notification daemon shows, and the mouse.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::until;

/// The session that `tools/dev/push-tests.sh` made: dunst writes down what it shows; a left click on a notification opens its
/// menu, which answers with the line that was chosen here; a right click is a tap on the notification.
pub struct Desk {
    folder: PathBuf,
    /// What was shown before this test.
    before: usize,
}

impl Desk {
    /// The desktop of this session.
    pub fn here() -> Self {
        let folder = std::env::var_os("LATCHKEY_TEST_DUNST").expect("run by tools/dev/push-tests.sh");
        // What another test left on the screen is not ours to click on.
        run("dunstctl", &["close-all"]);
        let mut desk = Self { folder: Path::new(&folder).to_owned(), before: 0 };
        desk.before = desk.titles().len();
        desk
    }

    /// Everything that was shown, oldest first.
    fn titles(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.join("shown")).unwrap_or_default();
        let entries = log.split_terminator('\u{1e}').filter_map(|entry| entry.split_once('\u{1f}'));
        entries.map(|(title, _)| title.to_owned()).collect()
    }

    /// The title of the notification after the first `nth` of this test, once it is shown.
    pub async fn shows(&self, nth: usize) -> String {
        until("a notification is shown", async || self.titles().get(self.before + nth).cloned()).await
    }

    /// Clicks on the notification, and on this button of it.
    pub async fn click(&self, button: &str) {
        fs::write(self.folder.join("choice"), button).expect("writes");
        Self::mouse("1").await;
    }

    /// Taps on the notification itself.
    pub async fn tap(&self) {
        Self::mouse("3").await;
    }

    /// A real click of the mouse on the notification.
    async fn mouse(which: &str) {
        let window = until("the notification is on the screen", async || {
            let found = output("xdotool", &["search", "--onlyvisible", "--class", "dunst"]);
            found.lines().next().map(str::to_owned)
        })
        .await;
        run("xdotool", &["mousemove", "--window", &window, "60", "20", "click", which]);
    }

    /// Takes a picture of the screen, for a person to look at.
    pub fn picture(name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-results");
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(format!("{name}.png"));
        run("scrot", &["--overwrite", file.to_str().expect("text")]);
    }
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    let status = status.unwrap_or_else(|error| panic!("{program} does not start: {error}"));
    assert!(status.success(), "{program} {arguments:?}: {status}");
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("it starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
