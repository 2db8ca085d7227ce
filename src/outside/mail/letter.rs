//! What a letter says, in plain text and in HTML, and the headers that make it one of a thread.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use url::Url;

use super::Settings;
use crate::model::{Timestamp, clean_text};

/// The longest subject, in characters.
const MOST_SUBJECT_CHARS: usize = 120;
/// The longest paragraph, in characters.
const MOST_PARAGRAPH_CHARS: usize = 2000;

/// A letter, of plain data: nothing in it is read as markup or as a header.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Whom it is for: `ana@example.org`.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// What it says, a paragraph each.
    pub paragraphs: Vec<String>,
    /// Links to pages where something can be done, the most important first.
    pub buttons: Vec<Button>,
    /// Why it was sent, and by what: small print.
    pub footer: String,
    /// What it belongs to.
    pub thread: Thread,
}

/// A link to a page.
#[derive(Clone, Debug)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub url: Url,
}

/// What a letter belongs to, so that mail programs show what became of something beside it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The id of whatever is told of.
    pub about: String,
    /// Which of the letters after the first this is; `None`: the first.
    pub update: Option<u32>,
}

/// Why a letter cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLetter {
    /// Whom it is for is no address.
    #[error("the address to write to is none")]
    To,
    /// It cannot be put into the form of mail.
    #[error("the letter cannot be written")]
    Form,
}

/// As it looks. The text is escaped by the template.
#[derive(Template)]
#[template(path = "mail.html")]
struct Page<'a> {
    subject: &'a str,
    paragraphs: &'a [String],
    buttons: &'a [Button],
    footer: &'a str,
}

impl Thread {
    /// The id of a message (RFC 5322 section 3.6.4). The same whenever the same is written again, so that a letter handed over twice is
    /// one to whoever sorts them.
    fn message_id(&self, update: Option<u32>, domain: &str) -> String {
        let about = URL_SAFE_NO_PAD.encode(&Sha256::digest(self.about.as_bytes())[..18]);
        match update {
            None => format!("<{about}.latchkey@{domain}>"),
            Some(number) => format!("<{about}.{number}.latchkey@{domain}>"),
        }
    }
}

impl Letter {
    /// The address that a person gave, as letters go to it.
    ///
    /// # Errors
    ///
    /// [`NoLetter::To`] when it is none.
    pub fn check_address(to: &str) -> Result<(), NoLetter> {
        mailbox(to).map(drop)
    }

    pub(super) fn written(&self, settings: &Settings, now: Timestamp) -> Result<Message, NoLetter> {
        let subject = clean_text(&self.subject, MOST_SUBJECT_CHARS);
        let paragraphs =
            self.paragraphs.iter().map(|text| clean_text(text, MOST_PARAGRAPH_CHARS)).collect::<Vec<_>>();
        let buttons = self
            .buttons
            .iter()
            .map(|button| Button { label: clean_text(&button.label, 60), url: button.url.clone() });
        let buttons = buttons.collect::<Vec<_>>();
        let footer = clean_text(&self.footer, MOST_PARAGRAPH_CHARS);
        let page = Page { subject: &subject, paragraphs: &paragraphs, buttons: &buttons, footer: &footer };
        let html = page.render().map_err(|_| NoLetter::Form)?;
        let links = buttons.iter().map(|button| format!("{}:\n{}", button.label, button.url));
        let parts = paragraphs.iter().cloned().chain(links).chain([format!("-- \n{footer}")]);
        let text = parts.collect::<Vec<_>>().join("\n\n");

        let domain = settings.from.email.domain();
        let id = self.thread.message_id(self.thread.update, domain);
        let mut message = Message::builder()
            .date(
                std::time::UNIX_EPOCH
                    + std::time::Duration::from_millis(u64::try_from(now.as_millis()).unwrap_or_default()),
            )
            .from(settings.from.clone())
            .to(mailbox(&self.to)?)
            .subject(subject)
            // RFC 3834 section 5: nobody's absence is answered to it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if self.thread.update.is_some() {
            let first = self.thread.message_id(None, domain);
            message = message.in_reply_to(first.clone()).references(first);
        }
        // Not random: nothing in the text begins a line with two dashes and a hash of itself.
        let boundary = hex::encode(&Sha256::digest([id.as_bytes(), text.as_bytes()].concat())[..16]);
        let body = MultiPart::alternative()
            .boundary(boundary)
            .singlepart(SinglePart::plain(text))
            .singlepart(SinglePart::html(html));
        message.message_id(Some(id)).multipart(body).map_err(|_| NoLetter::Form)
    }
}

fn mailbox(address: &str) -> Result<Mailbox, NoLetter> {
    address.trim().parse().map(|email| Mailbox::new(None, email)).map_err(|_| NoLetter::To)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::outside::mail::Encryption;

    fn settings() -> Settings {
        Settings::new("smtp.example.org", 587, Encryption::StartTls, None, "Latchkey <latchkey@home.example>")
            .expect("settings")
    }

    fn letter() -> Letter {
        Letter {
            to: "ana@example.org".into(),
            subject: "A new device signed in".into(),
            paragraphs: vec!["“Hall <b>tablet</b>” signed in near Lisbon.".into()],
            buttons: vec![Button {
                label: "Look at it".into(),
                url: "https://home.example/alerts/1?a=1&b=2".parse().expect("an address"),
            }],
            footer: "You get this from your own Latchkey.".into(),
            thread: Thread { about: "018f-alert".into(), update: None },
        }
    }

    fn written(letter: &Letter) -> String {
        let now = Timestamp::from_millis(1_790_000_000_000);
        String::from_utf8(letter.written(&settings(), now).expect("a letter").formatted()).expect("ASCII")
    }

    /// The lines before the first empty one, those that go on joined.
    fn headers(mail: &str) -> Vec<String> {
        let head = mail.split("\r\n\r\n").next().expect("headers");
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_letter_has_the_headers_of_one_that_a_program_writes() {
        let mail = written(&letter());
        let headers = headers(&mail);
        let has = |line: &str| assert!(headers.iter().any(|header| header == line), "{line}: {headers:#?}");
        has("From: Latchkey <latchkey@home.example>");
        has("To: ana@example.org");
        has("Subject: A new device signed in");
        has("Auto-Submitted: auto-generated");
        has("Date: Mon, 21 Sep 2026 14:13:20 +0000");
        assert!(
            headers
                .iter()
                .any(|header| header.starts_with("Message-ID: <")
                    && header.ends_with(".latchkey@home.example>"))
        );
        assert!(!mail.contains("In-Reply-To"));
        // The same again is the same to the byte.
        assert_eq!(mail, written(&letter()));
    }

    #[test]
    fn what_became_of_it_stands_below_the_first_letter() {
        let id_of = |mail: &str, name: &str| {
            let headers = headers(mail);
            headers
                .iter()
                .find_map(|header| header.strip_prefix(name).map(str::to_owned))
                .expect("the header")
        };
        let first = written(&letter());
        let update = Letter { thread: Thread { update: Some(1), ..letter().thread }, ..letter() };
        let update = written(&update);
        assert_eq!(id_of(&update, "In-Reply-To: "), id_of(&first, "Message-ID: "));
        assert_eq!(id_of(&update, "References: "), id_of(&first, "Message-ID: "));
        assert_ne!(id_of(&update, "Message-ID: "), id_of(&first, "Message-ID: "));
    }

    #[test]
    fn markup_from_a_device_stays_text() {
        let page = Page {
            subject: "x",
            paragraphs: &["<img src=x onerror=alert(1)> & co".into()],
            buttons: &letter().buttons,
            footer: "",
        };
        let html = page.render().expect("renders");
        assert!(!html.contains("<img") && html.contains("&#60;img src=x"), "{html}");
        assert!(html.contains("https://home.example/alerts/1?a=1&#38;b=2"), "{html}");
    }

    #[test]
    fn nobody_else_is_written_to() {
        for wrong in [
            "",
            "ana",
            "ana@example.org, eve@example.org",
            "ana@example.org\r\nBcc: eve@example.org",
            "<ana@example.org>",
        ] {
            assert_eq!(Letter::check_address(wrong), Err(NoLetter::To), "{wrong}");
        }
        assert_eq!(Letter::check_address(" ana@example.org "), Ok(()));
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_header(text in "(?s).{0,300}", line in "[\\r\\n]{1,3}(Bcc|X-Evil): .{1,20}") {
            let evil = format!("{text}{line}");
            let letter = Letter { subject: evil.clone(), paragraphs: vec![evil.clone()], footer: evil, ..letter() };
            let mail = written(&letter);
            let names = headers(&mail).iter().map(|header| header.split(':').next().expect("a name").to_owned()).collect::<Vec<_>>();
            let expected = ["Date", "From", "To", "Subject", "Auto-Submitted", "Message-ID", "MIME-Version", "Content-Type"];
            prop_assert!(names.iter().all(|name| expected.contains(&name.as_str())), "{names:?}");
        }
    }
}
