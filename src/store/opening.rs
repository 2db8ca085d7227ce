//! Opening the database's file: what cannot be used is refused before anything is written to it, by its name, with the
//! reason and what to do.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sqlx::SqlitePool;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::fault::fault_of;
use super::{FILE, LOG};
use crate::error::{Error, Fault, Result};

/// How every file of SQLite's begins (<https://sqlite.org/fileformat2.html>, section 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Largest file whose pages are all looked at before it is used, in bytes. A larger one would make the home wait; damage in
/// it is found where it is read.
const MOST_CHECKED: u64 = 32 * 1024 * 1024;

/// Opens the database in `folder` and brings it up to date. Before an existing one is changed a copy is put beside it.
pub(super) async fn open(
    options: &SqliteConnectOptions,
    folder: &Path,
    migrations: &Migrator,
) -> Result<SqlitePool> {
    let file = folder.join(FILE);
    let size = look_at(&file, &folder.join(LOG))?;
    let failed = |cause: sqlx::Error| unusable(&file, cause);
    let first = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await;
    let first = first.map_err(failed)?;
    restrict_to_owner(&file)?;
    let mut copy = None;
    if let Some(size) = size {
        if size <= MOST_CHECKED {
            check_pages(&first, &file).await?;
        }
        let applied = applied(&first).await.map_err(failed)?;
        refuse_newer(&file, &applied, migrations)?;
        copy = copy_before_migration(&first, folder, &applied, migrations).await?;
    }
    migrations.run(&first).await.map_err(|cause| match cause {
        MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)
            if fault_of(&cause).is_some() =>
        {
            unusable(&file, cause)
        }
        cause => Error::migrate(&file, copy.as_deref(), cause),
    })?;
    Ok(first)
}

/// The error of a file that cannot be opened.
pub(super) fn unusable(file: &Path, cause: sqlx::Error) -> Error {
    at_start(file, cause.into())
}

/// An error of the database as it is told to somebody who starts the home: by the file's name, and with what to do then.
pub(super) fn at_start(file: &Path, error: Error) -> Error {
    let Error::Storage { fault, cause } = error else { return error };
    Error::Unusable {
        file: file.display().to_string(),
        reason: fault.reason(),
        remedy: match fault {
            Fault::InUse => "Close that program, and start again.",
            Fault::Damaged => PUT_A_COPY_BACK,
            Fault::DiskFull => "Make room there, and start again.",
            Fault::ReadOnly => MAKE_IT_WRITABLE,
            _ => "Look at the disk that it is on, and start again.",
        },
        cause: Some(cause),
    }
}

const PUT_A_COPY_BACK: &str = "Put a copy of it back, and start again.";
const MAKE_IT_WRITABLE: &str = "Let the user that Latchkey runs as write it, and start again.";

/// Looks at the file before SQLite does: that would make a new one, or write to what is none. Its size; nothing when there
/// is none yet.
fn look_at(file: &Path, log: &Path) -> Result<Option<u64>> {
    refuse_no_plain_log(log)?;
    let refused = |reason: &str, remedy| Error::unusable(file, io::Error::other(reason), remedy);
    let found = match fs::symlink_metadata(file) {
        Ok(found) => found,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return if fs::metadata(log).is_ok_and(|log| log.len() > 0) {
                let remedy = "Put it back; or move both away, to begin anew.";
                Err(refused("it is missing, while its log latchkey.db-wal is there", remedy))
            } else {
                Ok(None)
            };
        }
        Err(cause) => return Err(Error::unusable(file, cause, MAKE_IT_WRITABLE)),
    };
    if found.is_symlink() {
        let reason = "it is a link to a file elsewhere, which another Latchkey could use unseen";
        return Err(refused(reason, "Move the file itself here, or name its own folder with --data-dir."));
    }
    if found.is_dir() {
        return Err(refused("it is a folder", "Move it away, and start again."));
    }
    if !found.is_file() {
        return Err(refused("it is not a plain file", "Move it away, and start again."));
    }
    if found.len() == 0 {
        let remedy = "Put a copy of it back; or delete it, if there was never an account in it.";
        return Err(refused("it is empty", remedy));
    }
    // Opened for writing: SQLite would be content with reading, until the first sign-in.
    let mut opened = OpenOptions::new()
        .read(true)
        .write(true)
        .open(file)
        .map_err(|cause| Error::unusable(file, cause, MAKE_IT_WRITABLE))?;
    if begins_like_a_database(&mut opened) {
        Ok(Some(found.len()))
    } else {
        Err(refused("it is damaged, or no database", PUT_A_COPY_BACK))
    }
}

/// The log, and what SQLite keeps beside it, would be written wherever a link leads to.
fn refuse_no_plain_log(log: &Path) -> Result<()> {
    for beside in [log.to_path_buf(), log.with_extension("db-shm")] {
        match fs::symlink_metadata(&beside) {
            Ok(found) if !found.is_file() => {
                let why = io::Error::other("it is not a plain file");
                return Err(Error::unusable(&beside, why, "Put the file itself there, and start again."));
            }
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Err(Error::unusable(&beside, cause, MAKE_IT_WRITABLE));
            }
            _ => {}
        }
    }
    Ok(())
}

fn begins_like_a_database(opened: &mut File) -> bool {
    let mut beginning = [0; MAGIC.len()];
    opened.read_exact(&mut beginning).is_ok() && beginning == *MAGIC
}

async fn check_pages(first: &SqlitePool, file: &Path) -> Result<()> {
    let found: (String,) = sqlx::query_as("PRAGMA quick_check(1)")
        .fetch_one(first)
        .await
        .map_err(|cause| unusable(file, cause))?;
    if found.0 == "ok" {
        return Ok(());
    }
    Err(Error::Unusable {
        file: file.display().to_string(),
        reason: "it is damaged".into(),
        remedy: PUT_A_COPY_BACK,
        cause: Some(found.0.into()),
    })
}

/// The versions that the database was brought up to.
async fn applied(first: &SqlitePool) -> sqlx::Result<Vec<i64>> {
    let has_table: Option<(String,)> =
        sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_optional(first)
            .await?;
    if has_table.is_none() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64,)> = sqlx::query_as("SELECT version FROM _sqlx_migrations").fetch_all(first).await?;
    Ok(rows.into_iter().map(|(version,)| version).collect())
}

fn refuse_newer(file: &Path, applied: &[i64], migrations: &Migrator) -> Result<()> {
    let is_unknown = |version: &&i64| migrations.iter().all(|known| known.version != **version);
    match applied.iter().find(is_unknown) {
        None => Ok(()),
        Some(version) => Err(Error::Unusable {
            file: file.display().to_string(),
            reason: "a newer Latchkey has written it".into(),
            remedy: "Start that version, or put a copy from before it back.",
            cause: Some(format!("version {version} of the tables is not known here").into()),
        }),
    }
}

/// Puts a copy of the database beside it when it is about to be changed by a newer version.
async fn copy_before_migration(
    first: &SqlitePool,
    folder: &Path,
    applied: &[i64],
    migrations: &Migrator,
) -> Result<Option<PathBuf>> {
    let newest = migrations.iter().map(|migration| migration.version).max().unwrap_or_default();
    let is_missing = migrations.iter().any(|migration| !applied.contains(&migration.version));
    if applied.is_empty() || !is_missing {
        return Ok(None);
    }
    let copy = folder.join(format!("latchkey-before-{newest:04}.db"));
    // Looked at itself: a link to nothing would be followed.
    if fs::symlink_metadata(&copy).is_ok() {
        fs::remove_file(&copy)
            .map_err(|cause| Error::file(format!("cannot replace {}", copy.display()), cause))?;
    }
    // VACUUM INTO writes a consistent copy, whatever is in the write-ahead log.
    let made = sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(first).await;
    if let Err(cause) = made {
        // Half a copy is none.
        let _ = fs::remove_file(&copy);
        return Err(unusable(&copy, cause));
    }
    restrict_to_owner(&copy)?;
    tracing::info!(copy = %copy.display(), "copied the database before bringing it up to date");
    Ok(Some(copy))
}

/// The database holds addresses and habits: only its owner reads it.
fn restrict_to_owner(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))
            .map_err(|cause| Error::file(format!("cannot protect {}", file.display()), cause))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
