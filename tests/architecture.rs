//! Data moves one way: `device → http → access → model + familiarity → store`, and out again as events. This
//! reads the `use` lines and fails when an arrow points the other way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the core may know of. What is not listed here is free to use by all: the words
/// (`model`), errors, the clock and randomness.
const ARROWS: [(&str, &[&str]); 20] = [
    ("model", &[]),
    ("clock", &[]),
    ("random", &[]),
    ("error", &[]),
    ("memory", &[]),
    ("spreadsheet", &[]),
    ("familiarity", &[]),
    ("wire", &["familiarity"]),
    ("store", &[]),
    ("geo", &["wire"]),
    ("identify", &[]),
    ("tls", &[]),
    ("events", &["wire"]),
    ("access", &["familiarity", "store", "geo", "identify", "events", "wire", "tls"]),
    ("home", &["access", "wire", "tls", "events", "spreadsheet"]),
    ("alerting", &["home", "wire", "familiarity"]),
    ("config", &[]),
    ("http", &["home", "access", "wire", "config"]),
    ("replay", &["familiarity", "geo", "identify", "spreadsheet"]),
    ("demo", &["app", "access", "config", "wire", "home"]),
];

/// Parts that everybody may use.
const WORDS: [&str; 4] = ["model", "error", "clock", "random"];

/// Parts that do no input or output: neither files, nor sockets, nor the database, nor a task of its own.
const PURE: [&str; 2] = ["model", "familiarity"];

#[test]
fn no_arrow_points_the_wrong_way() {
    let allowed: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (file, part) in sources() {
        // `app` puts everything together; `lib.rs` is the map.
        let Some(allowed) = allowed.get(part.as_str()) else { continue };
        for statement in own_code(&file).split(';') {
            for used in crate_paths(&statement.replace('\n', " ")) {
                seen += 1;
                let is_free =
                    used == part || WORDS.contains(&used.as_str()) && !PURE.contains(&part.as_str());
                let is_word_of_pure = PURE.contains(&part.as_str()) && WORDS.contains(&used.as_str());
                if !is_free && !is_word_of_pure && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{}: {part} must not use {used}", file.display()));
                }
            }
        }
    }
    assert!(seen > 100, "the test found only {seen} arrows: does it still read the code?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_part_is_known_to_this_test() {
    let known: Vec<_> = ARROWS.iter().map(|(part, _)| *part).chain(["app", "lib", "bin"]).collect();
    for (file, part) in sources() {
        assert!(known.contains(&part.as_str()), "{} is of a part without arrows", file.display());
    }
}

#[test]
fn what_judges_does_no_input_or_output() {
    let outside = ["sqlx", "tokio", "axum", "reqwest", "std::fs", "std::net::Tcp", "std::process", "tracing"];
    for (file, part) in sources() {
        if PURE.contains(&part.as_str()) {
            let code = own_code(&file);
            for name in outside {
                assert!(!code.contains(name), "{} uses {name}", file.display());
            }
        }
    }
}

#[test]
fn only_the_store_speaks_sql_and_only_the_shell_knows_tauri() {
    for (file, part) in sources() {
        let code = own_code(&file);
        assert!(!code.contains("tauri::"), "{} knows the window", file.display());
        if part != "store" && part != "error" {
            assert!(!code.contains("sqlx::query"), "{} speaks SQL", file.display());
        }
    }
}

/// Every source file of the core, with the part it belongs to.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(&root).expect("below the root");
                let first = below.components().next().expect("a name").as_os_str().to_string_lossy();
                files.push((path.clone(), first.trim_end_matches(".rs").to_owned()));
            }
        }
    }
    assert!(files.len() > 60, "the test found only {} files", files.len());
    files
}

/// The code of a file without its tests and comments: tests may use whatever proves something.
fn own_code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a source file");
    if file.ends_with("tests.rs") {
        return String::new();
    }
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The parts that a statement names: `crate::NAME`, also within `use crate::{a::…, b::…}`.
fn crate_paths(statement: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut parts = Vec::new();
    for after in statement.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            None => parts.push(name(after)),
            Some(list) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => parts.push(name(std::mem::take(&mut item).trim())),
                        _ if depth == 0 => item.push(c),
                        _ => {}
                    }
                }
                parts.push(name(item.trim().trim_end_matches(';')));
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[test]
fn the_reader_of_use_lines_reads_lists() {
    assert_eq!(crate_paths("use crate::access::{Core, alerts};"), ["access"]);
    assert_eq!(crate_paths("use crate::{error::Result, model::*};"), ["error", "model"]);
    assert_eq!(crate_paths("use crate::{     access::{Core, x},     store, }"), ["access", "store"]);
    assert_eq!(crate_paths("pub(crate) fn x(y: crate::wire::Event) {}"), ["wire"]);
}
