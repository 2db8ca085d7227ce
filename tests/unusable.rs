//! Files that a home cannot be opened with: refused by name, with the reason and what to do, and left as they are.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use support::server::Server;

const DATABASE: &str = "latchkey.db";

/// A folder with a home in it that has an account and was stopped.
fn home() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), &[]);
    server.ready();
    assert_eq!(server.stop().1, Some(0));
    folder
}

/// The program refuses to start in that folder, and says so.
fn refused(folder: &Path, sentence: &str) {
    let (complaint, code) = Server::start(folder, &[]).ended();
    assert_eq!(code, Some(1), "{complaint}");
    assert_eq!(complaint.trim_end(), sentence);
}

async fn open(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join(DATABASE));
    SqliteConnection::connect_with(&options).await.expect("opens")
}

#[test]
fn what_is_no_database_is_not_written_to() {
    let folder = home();
    let file = folder.path().join(DATABASE);
    let name = file.display();
    let back = "Put a copy of it back, and start again.";
    let good = fs::read(&file).expect("reads");

    fs::write(&file, "my shopping list, which is precious").expect("writes");
    refused(folder.path(), &format!("{name} cannot be used: it is damaged, or no database. {back}"));
    assert_eq!(fs::read_to_string(&file).expect("reads"), "my shopping list, which is precious");

    fs::write(&file, "").expect("writes");
    refused(
        folder.path(),
        &format!(
            "{name} cannot be used: it is empty. Put a copy of it back; or delete it, if there was never an account in it."
        ),
    );

    // Cut short: the beginning says that there is more.
    fs::write(&file, &good[..good.len() / 2]).expect("writes");
    refused(folder.path(), &format!("{name} cannot be used: the database is damaged. {back}"));

    // A page that was overwritten.
    let mut damaged = good.clone();
    let page = 4096;
    for start in (page..damaged.len()).step_by(page) {
        damaged[start..start + 64].fill(0xa5);
    }
    fs::write(&file, &damaged).expect("writes");
    let (complaint, code) = Server::start(folder.path(), &[]).ended();
    assert_eq!(code, Some(1), "{complaint}");
    assert!(
        complaint.starts_with(&format!("{name} cannot be used: ")) && complaint.contains("damaged"),
        "{complaint}"
    );

    fs::remove_file(&file).expect("is there");
    fs::create_dir(&file).expect("makes");
    refused(folder.path(), &format!("{name} cannot be used: it is a folder. Move it away, and start again."));
    fs::remove_dir(&file).expect("is there");

    fs::write(folder.path().join("latchkey.db-wal"), "changes").expect("writes");
    refused(
        folder.path(),
        &format!(
            "{name} cannot be used: it is missing, while its log latchkey.db-wal is there. Put it back; or move both away, to \
             begin anew."
        ),
    );
    fs::remove_file(folder.path().join("latchkey.db-wal")).expect("is there");

    fs::write(&file, &good).expect("writes");
    let mut server = Server::start(folder.path(), &[]);
    server.ready();
    server.stop();
}

#[cfg(unix)]
#[test]
fn a_log_that_leads_elsewhere_is_refused_and_what_it_leads_to_left_alone() {
    let folder = home();
    let precious = folder.path().join("precious");
    fs::write(&precious, "keep me").expect("writes");
    for name in ["latchkey.db-wal", "latchkey.db-shm"] {
        let file = folder.path().join(name);
        std::os::unix::fs::symlink(&precious, &file).expect("links");
        let why = "it is not a plain file. Put the file itself there, and start again.";
        refused(folder.path(), &format!("{} cannot be used: {why}", file.display()));
        fs::remove_file(&file).expect("is there");
    }
    assert_eq!(fs::read_to_string(&precious).expect("reads"), "keep me");
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_a_pipe() {
    let folder = home();
    let pipe = |name: &str| {
        let file = folder.path().join(name);
        assert!(Command::new("mkfifo").arg(&file).status().expect("runs").success());
        file
    };
    let settings = pipe("latchkey.toml");
    let (complaint, code) = Server::start(folder.path(), &[]).ended();
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("latchkey.toml") && complaint.contains("not a plain file"), "{complaint}");
    fs::remove_file(settings).expect("is there");
    // Without a database places are unknown, and everything else works.
    let places = pipe("places.mmdb");
    let mut server = Server::start(folder.path(), &["--geoip", places.to_str().expect("text")]);
    server.ready();
    let (log, code) = server.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("places.mmdb") && log.contains("not a plain file"), "{log}");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_to_files_that_another_home_may_use() {
    let folder = home();
    let other = tempfile::tempdir().expect("a folder");
    let file = other.path().join(DATABASE);
    std::os::unix::fs::symlink(folder.path().join(DATABASE), &file).expect("links");
    refused(
        other.path(),
        &format!(
            "{} cannot be used: it is a link to a file elsewhere, which another Latchkey could use unseen. Move the file \
             itself here, or name its own folder with --data-dir.",
            file.display()
        ),
    );
    fs::remove_file(&file).expect("is there");
    let (lock, precious) = (other.path().join("latchkey.lock"), other.path().join("precious"));
    fs::write(&precious, "keep me").expect("writes");
    fs::remove_file(&lock).expect("is there");
    std::os::unix::fs::symlink(&precious, &lock).expect("links");
    refused(
        other.path(),
        &format!(
            "{} cannot be used: it is not a plain file, as the lock of a home is. Delete it while no Latchkey is running, and \
             start again.",
            lock.display()
        ),
    );
    assert_eq!(fs::read_to_string(&precious).expect("reads"), "keep me");
}

#[tokio::test]
async fn a_newer_database_is_left_as_it_is_and_no_copy_is_spoken_of() {
    let folder = home();
    let mut database = open(folder.path()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9000, 'of tomorrow', TRUE, x'00', 0)",
    )
    .execute(&mut database)
    .await
    .expect("writes");
    database.close().await.expect("closes");
    let name = folder.path().join(DATABASE).display().to_string();
    refused(
        folder.path(),
        &format!(
            "{name} cannot be used: a newer Latchkey has written it. Start that version, or put a copy from before it back."
        ),
    );
    let copies = fs::read_dir(folder.path()).expect("reads").flatten();
    assert_eq!(copies.filter(|entry| entry.file_name().to_string_lossy().contains("before")).count(), 0);
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_said_to_be_in_use() {
    let folder = home();
    let mut database = open(folder.path()).await;
    sqlx::raw_sql("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        .execute(&mut database)
        .await
        .expect("locks");
    let name = folder.path().join(DATABASE).display().to_string();
    let server = Server::start(folder.path(), &[]);
    let (complaint, code) = tokio::task::spawn_blocking(move || server.ended()).await.expect("ends");
    assert_eq!(code, Some(1), "{complaint}");
    assert_eq!(
        complaint.trim_end(),
        format!(
            "{name} cannot be used: another program is using the database. Close that program, and start again."
        )
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_database_that_cannot_be_written_is_refused_at_the_start_and_not_at_the_first_sign_in() {
    use support::disk::Failing;
    let folder = home();
    let file = folder.path().join(DATABASE);
    // Also for root, for whom permissions do not count.
    let Some(read_only) = Failing::make(&file) else { return };
    refused(
        folder.path(),
        &format!(
            "{} cannot be used: Operation not permitted. Let the user that Latchkey runs as write it, and start again.",
            file.display()
        ),
    );
    drop(read_only);
}

#[test]
fn the_cause_is_in_the_log_and_the_log_has_no_colours_in_a_pipe() {
    let folder = home();
    fs::write(folder.path().join(DATABASE), "SQLite format 3\0 and then nothing that belongs there")
        .expect("writes");
    let answer = Command::new(env!("CARGO_BIN_EXE_latchkey-server"))
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path())
        .output()
        .expect("it runs");
    assert_eq!(answer.status.code(), Some(1));
    let log = String::from_utf8(answer.stdout).expect("text");
    assert!(log.contains("Latchkey cannot start") && log.contains("file is not a database"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
}

/// The size of what a process may use is set to what it uses now and a little.
#[cfg(target_os = "linux")]
fn leave_little_memory(process: u32) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).expect("a size");
    let kilobytes: u64 = size.trim().trim_end_matches(" kB").parse().expect("a number");
    // Less than a password check takes, and more than anything else.
    let limit = (kilobytes + 12 * 1024) * 1024;
    let set =
        Command::new("prlimit").args(["--pid", &process.to_string(), &format!("--as={limit}")]).status();
    assert!(set.expect("prlimit runs").success());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_right_password_without_the_memory_to_check_it_is_no_wrong_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
    command.args(["--listen", "127.0.0.1:0", "--log", "json", "--data-dir"]).arg(folder.path());
    // One heap, so that there is none with room that was reserved before.
    let mut server = Server::run(command.env("MALLOC_ARENA_MAX", "1"));
    let ready = server.ready();
    let url = ready["url"].as_str().expect("an address").to_owned();
    let client = latchkey::tls::http_client();
    let account = json!({
        "code": ready["setup_code"], "login": "ana", "password": "the first password",
        "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    let me: Value = client
        .post(format!("{url}/api/v1/setup"))
        .json(&account)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    leave_little_memory(server.child.id());
    let right = json!({ "login": "ana", "password": "the first password", "device": { "name": "TV" } });
    let answer = client.post(format!("{url}/api/v1/sign-in")).json(&right).send().await.expect("an answer");
    assert_eq!(answer.status(), 503);
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["error"], "busy");
    let history = client
        .get(format!("{url}/api/v1/history?kind=sign_in_failed"))
        .bearer_auth(me["token"].as_str().expect("a token"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(history.status(), 200);
    let history: Value = history.json().await.expect("JSON");
    assert_eq!(history["history"], json!([]));
    server.stop();
}
