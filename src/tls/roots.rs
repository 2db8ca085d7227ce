//! Which certificates an Android phone trusts, read from where the system keeps them. The library that asks Android itself takes a
//! component from a registry of its own, and panics without it (decision 27).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Those of the system and not switched off by whoever holds the phone. What was added by hand is not trusted by apps, as
/// Android has it since version 7.
#[cfg(target_os = "android")]
pub fn of_the_phone() -> &'static [CertificateDer<'static>] {
    /// Ids of an app's process are that of its person times this, and its own.
    const IDS_OF_A_PERSON: u32 = 100_000;

    static ROOTS: std::sync::OnceLock<Vec<CertificateDer<'static>>> = std::sync::OnceLock::new();
    let read = || {
        // Since Android 14 they are updated apart from the system.
        let newer = Path::new("/apex/com.android.conscrypt/cacerts");
        let folder = if newer.is_dir() { newer } else { Path::new("/system/etc/security/cacerts") };
        let person = rustix::process::getuid().as_raw() / IDS_OF_A_PERSON;
        in_folder(folder, Path::new(&format!("/data/misc/user/{person}/cacerts-removed")))
    };
    ROOTS.get_or_init(read)
}

/// The certificates of a folder, but for those that a file of the same name in `removed` switches off. What cannot be read is
/// left out: fewer are trusted then.
fn in_folder(folder: &Path, removed: &Path) -> Vec<CertificateDer<'static>> {
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name()).collect::<BTreeSet<_>>()
    };
    let off = names(removed);
    let mut roots = Vec::new();
    for name in names(folder).difference(&off) {
        let text = fs::read(folder.join(name)).unwrap_or_default();
        let found = CertificateDer::pem_slice_iter(&text).flatten();
        // One that the library does not take would have it take none.
        roots.extend(found.filter(|root| RootCertStore::empty().add(root.clone()).is_ok()));
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate as Android keeps it: PEM, and what it says in words after it. Its key was thrown away.
    const ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBkjCCATegAwIBAgIUOXyvLjMqckWdNpcM4Rk0MYTyrjcwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSTGF0Y2hrZXkgdGVzdCByb290MCAXDTI2MTEyNzIwNTcxOVoY
DzIxMjYxMTAzMjA1NzE5WjAdMRswGQYDVQQDDBJMYXRjaGtleSB0ZXN0IHJvb3Qw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQO0zLUGM4b7RxNBOGodqWI3VySsBcZ
e/LbXLx7N+MX3SBTYwrJwqFfX506W+NLfrO2+o4LnBnGXN9d5ZS3xOXVo1MwUTAd
BgNVHQ4EFgQUp6WAcRRB3OL3iSeGni9IzpYcdq8wHwYDVR0jBBgwFoAUp6WAcRRB
3OL3iSeGni9IzpYcdq8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBG
AiEAmT0llYI/rnqTxdomooR75Opi51qsTDZMVgdlPUY/xEMCIQDkEkrFEZn9xdcc
zXZ7o/BnhpbKiwkgX+Ks9DZv6MDxOg==
-----END CERTIFICATE-----
Certificate:
    Data:
        Version: 3 (0x2)
";

    #[test]
    fn what_was_switched_off_or_is_none_is_not_trusted() {
        let (folder, removed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let garbled = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (name, text) in
            [("a.0", ROOT), ("b.0", ROOT), ("c.0", "no certificate"), ("d.0", ""), ("e.0", garbled)]
        {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let roots = in_folder(folder.path(), removed.path());
        assert_eq!(roots.len(), 2);
        fs::write(removed.path().join("b.0"), ROOT).unwrap();
        assert_eq!(in_folder(folder.path(), removed.path()).len(), 1);
        assert!(in_folder(&folder.path().join("none"), removed.path()).is_empty());
    }
}
