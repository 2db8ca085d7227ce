//! The desktop: what its notification daemon shows, and the mouse.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::until;

/// The session that `tools/dev/push-tests.sh` made: dunst writes down what it shows; a left click on a notification opens its
/// menu, which answers with the line that was chosen here; a right click is a tap on the notification.
pub struct Desk {
    folder: PathBuf,
    /// How much of what was shown is of before this test, or was looked at.
    seen: usize,
}

impl Desk {
    /// The desktop of this session.
    pub fn here() -> Self {
        let folder = std::env::var_os("LATCHKEY_TEST_DUNST").expect("run by tools/dev/push-tests.sh");
        let mut desk = Self { folder: Path::new(&folder).to_owned(), seen: 0 };
        // What another test left on the screen is not ours to click on.
        Self::clear();
        desk.seen = desk.all().len();
        desk
    }

    /// Puts away what is on the screen.
    pub fn clear() {
        run("dunstctl", &["close-all"]);
    }

    /// Titles and texts of everything that was shown, oldest first.
    fn all(&self) -> Vec<(String, String)> {
        let log = fs::read_to_string(self.folder.join("shown")).unwrap_or_default();
        let entries = log.split_terminator('\u{1e}').filter_map(|entry| entry.split_once('\u{1f}'));
        entries.map(|(title, text)| (title.to_owned(), text.to_owned())).collect()
    }

    /// The text of the next notification with that title, once it is shown.
    pub async fn shows(&mut self, title: &str) -> String {
        let (at, text) = until(&format!("“{title}” is shown"), async || {
            let after = self.all().into_iter().enumerate().skip(self.seen);
            after.into_iter().find(|(_, (shown, _))| shown == title).map(|(at, (_, text))| (at, text))
        })
        .await;
        self.seen = at + 1;
        text
    }

    /// The title and text of what is in the place of what was looked at, once so many more were shown: nothing else stands there.
    pub async fn becomes(&mut self, more: usize) -> (String, String) {
        let until_now = self.seen + more;
        let last = until("the notification says what came of it", async || {
            let last = self.all().get(until_now - 1).cloned();
            last.filter(|_| output("dunstctl", &["count", "displayed"]).trim() == "1")
        })
        .await;
        self.seen = until_now;
        last
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

    /// Takes a picture of the screen once it is at rest, for a person to look at.
    pub async fn picture(name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-results");
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(format!("{name}.png"));
        let mut before = Vec::new();
        until("the screen is at rest", async || {
            run("scrot", &["--overwrite", file.to_str().expect("text")]);
            let now = fs::read(&file).expect("a picture");
            let is_at_rest = now == before;
            before = now;
            is_at_rest.then_some(())
        })
        .await;
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
