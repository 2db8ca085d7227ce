//! Answers that were given and are not sent yet: a file that outlives the app and the phone's battery. There is one for each
//! notification, the latest, and it stays until it is known what came of it; what is sent twice then does nothing the second time
//! (decision 21).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use latchkey::error::causes;
use latchkey::model::{Answer, Timestamp};
use serde::{Deserialize, Serialize};

use super::told::About;
use crate::private::write_private;

/// More than anybody answers before there is a network.
const MOST: usize = 50;

/// One who reads and then writes is alone with the file.
static TURN: Mutex<()> = Mutex::new(());

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// What the notification was about.
    pub about: About,
    /// What was pressed.
    pub answer: Answer,
    /// When.
    pub at: Timestamp,
}

/// The answers that wait.
#[derive(Clone, Debug)]
pub struct Answers {
    file: PathBuf,
}

impl Answers {
    /// Those that wait in an app's folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self { file: folder.join("answers.json") }
    }

    /// Keeps an answer until it is sent, in place of another about the same. It is on disk when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be kept: somebody is told then, and it waits nowhere.
    pub fn keep(&self, given: Given) -> io::Result<()> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read();
        all.retain(|other| other.about.tag != given.about.tag);
        if all.len() >= MOST {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "too many answers wait already"));
        }
        all.push(given);
        self.write(&all)
    }

    /// What waits, in the order it was given in.
    pub fn all(&self) -> Vec<Given> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        self.read()
    }

    /// This one is done. One that took its place meanwhile waits still.
    ///
    /// # Errors
    ///
    /// When that cannot be kept: it is sent again then.
    pub fn done(&self, given: &Given) -> io::Result<()> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read();
        all.retain(|other| other != given);
        self.write(&all)
    }

    /// A file that cannot be read holds nothing. It is written whole or not at all, so that this is no crash's doing.
    fn read(&self) -> Vec<Given> {
        let text = match fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                tracing::warn!(error = %causes(&error), "the answers that wait cannot be read");
                return Vec::new();
            }
        };
        // The parser's own words would quote the file.
        serde_json::from_slice(&text).unwrap_or_else(|_| {
            tracing::warn!("the file of answers that wait is damaged, and is started anew");
            Vec::new()
        })
    }

    fn write(&self, all: &[Given]) -> io::Result<()> {
        write_private(&self.file, &serde_json::to_vec(all)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mobile::told::told;

    fn given(tag: &str, answer: Answer, millis: i64) -> Given {
        let pushed = serde_json::json!({ "notification": { "title": "New device", "tag": tag } });
        let shown = told("https://home.example/", pushed.to_string().as_bytes());
        let about = serde_json::from_str(&shown.about).unwrap();
        Given { about, answer, at: Timestamp::from_millis(millis) }
    }

    #[test]
    fn an_answer_outlives_the_app_and_the_latest_about_the_same_counts() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::in_folder(folder.path());
        assert!(answers.all().is_empty());
        answers.keep(given("one", Answer::NotMe, 1)).unwrap();
        answers.keep(given("two", Answer::Me, 2)).unwrap();
        answers.keep(given("one", Answer::Me, 3)).unwrap();
        let again = Answers::in_folder(folder.path());
        assert_eq!(again.all(), [given("two", Answer::Me, 2), given("one", Answer::Me, 3)]);
    }

    #[test]
    fn what_is_done_is_done_once_and_a_newer_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::in_folder(folder.path());
        let first = given("one", Answer::NotMe, 1);
        answers.keep(first.clone()).unwrap();
        let newer = given("one", Answer::Me, 2);
        answers.keep(newer.clone()).unwrap();
        // The first was on its way already.
        answers.done(&first).unwrap();
        assert_eq!(answers.all(), std::slice::from_ref(&newer));
        answers.done(&newer).unwrap();
        answers.done(&newer).unwrap();
        assert!(answers.all().is_empty());
    }

    #[test]
    fn a_crash_while_writing_leaves_what_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::in_folder(folder.path());
        answers.keep(given("one", Answer::NotMe, 1)).unwrap();
        fs::write(folder.path().join("answers.new"), "[{\"abo").unwrap();
        assert_eq!(answers.all().len(), 1);
        answers.keep(given("two", Answer::NotMe, 2)).unwrap();
        assert_eq!(answers.all().len(), 2);
    }

    #[test]
    fn what_cannot_be_kept_is_said_and_a_damaged_file_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::in_folder(folder.path());
        for number in 0..MOST {
            answers.keep(given(&number.to_string(), Answer::NotMe, 1)).unwrap();
        }
        let refused = answers.keep(given("one more", Answer::NotMe, 1)).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
        answers.keep(given("7", Answer::Me, 2)).unwrap();
        fs::write(folder.path().join("answers.json"), "{").unwrap();
        assert!(answers.all().is_empty());
        answers.keep(given("one", Answer::NotMe, 1)).unwrap();
        assert_eq!(answers.all().len(), 1);
        // A folder in the file's place: nothing can be written there.
        fs::remove_file(folder.path().join("answers.json")).unwrap();
        fs::create_dir(folder.path().join("answers.json")).unwrap();
        assert!(answers.keep(given("two", Answer::NotMe, 1)).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_app_itself_can_read_the_answers() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Answers::in_folder(folder.path()).keep(given("one", Answer::NotMe, 1)).unwrap();
        let mode = fs::metadata(folder.path().join("answers.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
