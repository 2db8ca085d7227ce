//! Mail, taken by a mail server that somebody else wrote (aiosmtpd), which says what it was handed.

use std::io::{BufRead, BufReader, Lines};
use std::process::{ChildStdout, Stdio};

use latchkey::clock::ManualClock;
use latchkey::model::{Secret, Timestamp};
use latchkey::outside::Handed;
use latchkey::outside::mail::{Button, Encryption, Letter, Login, Settings, Thread, send};
use serde_json::Value;

use crate::peers::python;
use crate::support::server::Process;

/// A mail server, and what it says.
struct MailServer {
    _process: Process,
    says: Lines<BufReader<ChildStdout>>,
    port: u16,
    certificate: String,
}

impl MailServer {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            python().arg("mail_server.py").args(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut says = BufReader::new(child.stdout.take().expect("piped")).lines();
        let first: Value = serde_json::from_str(&says.next().expect("a line").expect("text")).expect("JSON");
        let port = first["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        let certificate = first["certificate"].as_str().expect("a certificate").to_owned();
        Self { _process: Process::from(child), says, port, certificate }
    }

    fn settings(&self, encryption: Encryption, password: Option<&str>) -> Settings {
        let login =
            password.map(|password| Login { user: "ana".into(), password: Secret::received(password) });
        Settings::new("localhost", self.port, encryption, login, "Latchkey <latchkey@home.example>")
            .expect("settings")
            .trusting(self.certificate.clone())
    }

    /// The next letter it was handed.
    fn letter(&mut self) -> Value {
        serde_json::from_str(&self.says.next().expect("a letter").expect("text")).expect("JSON")
    }
}

fn letter(to: &str) -> Letter {
    Letter {
        to: to.into(),
        subject: "Gerät in der Küche: “Łódź”\r\nBcc: eve@example.org".into(),
        paragraphs: vec![
            "“<b>Hall</b> tablet” signed in near Łódź.\r\n.\r\nMAIL FROM:<eve@example.org>".into(),
        ],
        buttons: vec![Button {
            label: "Look at it".into(),
            url: "https://home.example/a?b=1&c=2".parse().expect("an address"),
        }],
        footer: "From your own Latchkey.".into(),
        thread: Thread { about: "alert-1".into(), update: None },
    }
}

async fn sent(settings: &Settings, letter: &Letter) -> Handed {
    send(settings, letter, &ManualClock::at(Timestamp::from_millis(1_790_000_000_000))).await
}

#[tokio::test]
async fn a_letter_arrives_whole_by_every_kind_of_connection() {
    for (kind, encryption, is_secret) in [
        ("plain", Encryption::HomeNetworkOnly, false),
        ("starttls", Encryption::StartTls, true),
        ("implicit", Encryption::Implicit, true),
    ] {
        let mut server = MailServer::start(&[kind]);
        assert_eq!(
            sent(&server.settings(encryption, None), &letter("ana@example.org")).await,
            Handed::Done,
            "{kind}"
        );
        let arrived = server.letter();
        assert_eq!(arrived["tls"], is_secret, "{kind}");
        assert_eq!(
            (&arrived["sender"], &arrived["recipients"][0]),
            (&"latchkey@home.example".into(), &"ana@example.org".into())
        );
        assert_eq!(arrived["recipients"].as_array().map(Vec::len), Some(1), "{arrived}");
        let headers = arrived["headers"].as_array().expect("headers");
        let header = |name: &str| {
            let found = headers
                .iter()
                .filter(|header| header[0] == name)
                .map(|header| header[1].as_str().expect("text"));
            found.collect::<Vec<_>>()
        };
        assert_eq!(header("Subject"), ["Gerät in der Küche: “Łódź” Bcc: eve@example.org"]);
        assert_eq!((header("Auto-Submitted"), header("Bcc").len()), (vec!["auto-generated"], 0));
        assert_eq!(header("Message-ID").len(), 1);
        let (plain, html) =
            (arrived["plain"].as_str().expect("text"), arrived["html"].as_str().expect("text"));
        assert!(
            plain.contains("“<b>Hall</b> tablet” signed in near Łódź. . MAIL FROM:<eve@example.org>"),
            "{plain}"
        );
        // Lines of a letter end as RFC 5322 has it.
        let plain = plain.replace("\r\n", "\n");
        assert!(plain.contains("Look at it:\nhttps://home.example/a?b=1&c=2"), "{plain}");
        assert!(
            !html.contains("<b>Hall") && html.contains("href=\"https://home.example/a?b=1&#38;c=2\""),
            "{html}"
        );
    }
}

#[tokio::test]
async fn what_the_mail_server_says_is_an_outcome_without_the_password_in_it() {
    let server = MailServer::start(&["starttls", "--login"]);
    let (starttls, implicit) = (Encryption::StartTls, Encryption::Implicit);
    let good = server.settings(starttls, Some("hush"));
    assert_eq!(sent(&good, &letter("ana@example.org")).await, Handed::Done);
    let why = |handed: Handed| match handed {
        Handed::Later { why, .. } => format!("later: {why}"),
        Handed::Refused { why } => format!("refused: {why}"),
        other => panic!("{other:?}"),
    };
    for (settings, to, expected) in [
        (&good, "busy@example.org", "later: the mail server is not ready (451)"),
        (&good, "unknown@example.org", "refused: the mail server refuses (550)"),
        (&good, "nobody", "refused: the address to write to is none"),
        (
            &server.settings(starttls, Some("wrong password")),
            "ana@example.org",
            "refused: the mail server refuses (535)",
        ),
        (&server.settings(starttls, None), "ana@example.org", "refused: the mail server refuses (530)"),
        // It speaks plain text where TLS is expected.
        (&server.settings(implicit, Some("hush")), "ana@example.org", "later: "),
    ] {
        let said = why(sent(settings, &letter(to)).await);
        assert!(
            said.starts_with(expected) && !said.contains("hush") && !said.contains("wrong password"),
            "{said}"
        );
    }
    // A certificate that nobody vouches for.
    let stranger =
        Settings::new("localhost", server.port, starttls, None, "latchkey@home.example").expect("settings");
    let said = why(sent(&stranger, &letter("ana@example.org")).await);
    assert!(said.starts_with("later: there is no secure connection"), "{said}");
    // Nobody listens any more.
    let gone = good.clone();
    drop(server);
    assert!(why(sent(&gone, &letter("ana@example.org")).await).starts_with("later: "));
}
