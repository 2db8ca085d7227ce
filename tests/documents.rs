//! What the documents say is shown by a test is shown by a test of that name.

use std::fs;
use std::path::Path;

/// Documents that name tests as `file: name`.
const DOCUMENTS: [&str; 1] = ["docs/asvs.md"];

#[test]
fn every_test_that_a_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut named, mut missing) = (0, Vec::new());
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).expect("the document");
        let is_test = |(file, test): &(&str, &str)| {
            Path::new(file).extension().is_some_and(|extension| extension == "rs")
                && test.bytes().all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
        };
        for (file, test) in text.split('`').filter_map(|quoted| quoted.split_once(": ")).filter(is_test) {
            named += 1;
            let code = fs::read_to_string(root.join(file)).unwrap_or_default();
            if !code.contains(&format!("fn {test}(")) {
                missing.push(format!("{document}: {file} has no {test}"));
            }
        }
    }
    assert!(named > 20, "the test found only {named} names: does it still read the document?");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
