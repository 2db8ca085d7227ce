//! Data moves one way: `device → http → access → model + familiarity → store`, and out again as events. This
//! reads the `use` lines and fails when an arrow points the other way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the core may know of. What is not listed here is free to use by all: the words
/// (`model`), errors, the clock and randomness.
const ARROWS: [(&str, &[&str]); 27] = [
    ("model", &[]),
    ("words", &[]),
    ("clock", &[]),
    ("random", &[]),
    ("error", &[]),
    ("files", &[]),
    ("memory", &[]),
    ("spreadsheet", &[]),
    ("familiarity", &[]),
    ("wire", &["familiarity", "words"]),
    ("store", &["files", "words"]),
    ("geo", &["files", "wire"]),
    ("identify", &[]),
    ("tls", &["files"]),
    ("events", &["wire"]),
    ("outside", &["tls"]),
    ("services", &["files", "outside", "tls"]),
    ("nearby", &[]),
    (
        "access",
        &[
            "familiarity",
            "store",
            "geo",
            "identify",
            "events",
            "wire",
            "words",
            "tls",
            "outside",
            "nearby",
            "services",
        ],
    ),
    ("home", &["access", "wire", "words", "tls", "events", "spreadsheet"]),
    ("alerting", &["home", "wire", "words", "familiarity"]),
    ("watching", &["access", "services"]),
    ("delivery", &["access", "alerting", "outside", "watching", "wire", "words"]),
    ("config", &["files", "outside"]),
    ("http", &["home", "access", "wire", "config", "nearby"]),
    ("replay", &["familiarity", "geo", "identify", "spreadsheet", "words"]),
    ("demo", &["app", "access", "config", "wire", "home"]),
];

/// Parts that everybody may use.
const WORDS: [&str; 4] = ["model", "error", "clock", "random"];

/// Parts that do no input or output: neither files, nor sockets, nor the database, nor a task of its own.
const PURE: [&str; 3] = ["model", "familiarity", "words"];

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
    // Nor through a third part: what a pure part uses, and what that uses, is as pure.
    let mut seen: BTreeSet<String> = PURE.into_iter().map(str::to_owned).collect();
    loop {
        let mut used = seen.clone();
        for (file, part) in sources() {
            if seen.contains(&part) {
                let code = own_code(&file);
                for name in outside {
                    assert!(!code.contains(name), "{} uses {name}", file.display());
                }
                used.extend(code.split(';').flat_map(|statement| crate_paths(&statement.replace('\n', " "))));
            }
        }
        if used == seen {
            break;
        }
        seen = used;
    }
    assert!(seen.contains("error") && !seen.contains("store"), "{seen:?}");
}

/// Files of one part that import each other in a circle today. Take one out when it is mended; none may join.
const CIRCLES: [(&str, &str); 0] = [];

#[test]
fn no_files_of_a_part_import_each_other_in_a_circle() {
    let mut circles = Vec::new();
    let mut seen = 0;
    for folder in folders() {
        let arrows = arrows_in(&folder);
        seen += arrows.values().map(BTreeSet::len).sum::<usize>();
        for (from, to) in on_circles(arrows) {
            circles.push((folder.display().to_string(), format!("{from} → {}", to.join(", "))));
        }
    }
    assert!(seen > 100, "the test found only {seen} arrows: does it still read the code?");
    let found = circles.iter().map(|(folder, arrow)| (folder.as_str(), arrow.as_str())).collect::<Vec<_>>();
    assert_eq!(found, CIRCLES, "{found:#?}");
}

/// The folders of the core, from its root: a part, or what is below one.
fn folders() -> BTreeSet<PathBuf> {
    sources()
        .iter()
        .filter_map(|(file, _)| file.strip_prefix(root()).ok()?.parent().map(Path::to_path_buf))
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect()
}

/// Which files, or folders as one, of a folder use which others of it. `mod.rs` puts them together, and what it holds itself
/// belongs to all: arrows from it and to it do not count.
fn arrows_in(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let inside =
        folder.components().map(|name| name.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>();
    let handed_on = handed_on(&fs::read_to_string(root().join(folder).join("mod.rs")).unwrap_or_default());
    let mut nodes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut uses = Vec::new();
    for (file, _) in sources() {
        let Ok(below) = file.strip_prefix(root().join(folder)) else { continue };
        let mut module = below
            .with_extension("")
            .components()
            .map(|name| name.as_os_str().to_string_lossy().into_owned())
            .collect::<Vec<_>>();
        if module.last().is_some_and(|name| name == "mod") {
            module.pop();
        }
        let Some(node) = module.first().cloned() else { continue };
        let of_tests = |name: &String| name.ends_with("tests");
        if module.iter().any(of_tests) {
            continue;
        }
        nodes.entry(node.clone()).or_default();
        let module = inside.iter().chain(&module).cloned().collect::<Vec<_>>();
        uses.push((node, used_modules(&own_code(&file), &module)));
    }
    for (node, paths) in uses {
        for path in paths {
            let Some(rest) = path.strip_prefix(inside.as_slice()) else { continue };
            let Some(name) = rest.first() else { continue };
            let target = handed_on.get(name).unwrap_or(name);
            if *target != node && nodes.contains_key(target) {
                nodes.entry(node.clone()).or_default().insert(target.clone());
            }
        }
    }
    nodes
}

/// What a `mod.rs` hands on of its files: name → file.
fn handed_on(text: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for statement in text.split(';') {
        let Some((_, tree)) = statement.split_once("pub use ") else { continue };
        for path in expanded(tree) {
            if let [file, .., name] = path.as_slice() {
                names.insert(name.clone(), file.clone());
            }
        }
    }
    names
}

/// The modules, from the core's root, that code in `module` names by `super::` or `crate::`.
fn used_modules(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices("super::") {
        if code[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &code[at..];
        let mut from = module.len();
        while let Some(after) = rest.strip_prefix("super::") {
            (rest, from) = (after, from.saturating_sub(1));
        }
        used.extend(expanded(rest).into_iter().map(|path| [&module[..from], path.as_slice()].concat()));
    }
    for (at, mark) in code.match_indices("crate::") {
        used.extend(expanded(&code[at + mark.len()..]));
    }
    used
}

/// The paths of the use tree that a text begins with: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim_start();
    if let Some(list) = tree.strip_prefix('{') {
        let mut depth = 0;
        let mut items = vec![String::new()];
        for c in list.chars() {
            match c {
                '}' if depth == 0 => break,
                ',' if depth == 0 => {
                    items.push(String::new());
                    continue;
                }
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            items.last_mut().expect("one at least").push(c);
        }
        return items.iter().flat_map(|item| expanded(item)).collect();
    }
    let name = tree.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    if name.is_empty() {
        return Vec::new();
    }
    match tree[name.len()..].strip_prefix("::").map(expanded) {
        Some(below) if !below.is_empty() => {
            below.into_iter().map(|path| [vec![name.clone()], path].concat()).collect()
        }
        _ => vec![vec![name]],
    }
}

/// The arrows that are left when whatever leads nowhere, and whatever nothing leads to, is taken away.
fn on_circles(mut arrows: BTreeMap<String, BTreeSet<String>>) -> Vec<(String, Vec<String>)> {
    loop {
        let before = arrows.len();
        let targets = arrows.values().flatten().cloned().collect::<BTreeSet<_>>();
        arrows.retain(|node, to| !to.is_empty() && targets.contains(node));
        let left = arrows.keys().cloned().collect::<BTreeSet<_>>();
        for to in arrows.values_mut() {
            to.retain(|node| left.contains(node));
        }
        if arrows.len() == before {
            return arrows.into_iter().map(|(from, to)| (from, to.into_iter().collect())).collect();
        }
    }
}

#[test]
fn the_reader_of_circles_follows_trees_and_what_is_handed_on() {
    let paths = |text| expanded(text).into_iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(paths("a::{b, c::{d, e}, f::*};"), ["a::b", "a::c::d", "a::c::e", "a::f"]);
    let module = ["access", "live", "session"].map(str::to_owned);
    let used = used_modules("use super::super::asking::Asking; super::tokens::x()", &module);
    let used = used.into_iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(used, ["access::asking::Asking", "access::live::tokens::x"]);
    assert_eq!(handed_on("pub use id::{A, B};\nmod id;").get("B").map(String::as_str), Some("id"));
    let arrow = |from: &str, to: &[&str]| (from.to_owned(), to.iter().map(|to| (*to).to_owned()).collect());
    let arrows =
        BTreeMap::from([arrow("a", &["b"]), arrow("b", &["c"]), arrow("c", &["b"]), arrow("d", &["a"])]);
    assert_eq!(on_circles(arrows), [("b".into(), vec!["c".into()]), ("c".into(), vec!["b".into()])]);
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

/// Where the core is.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file of the core, with the part it belongs to.
fn sources() -> Vec<(PathBuf, String)> {
    let root = root();
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
    if file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs") {
        return String::new();
    }
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
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
