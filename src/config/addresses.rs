//! The two addresses that must fit together: where people reach the home, and the domain whose sites share its sign-in. What
//! a browser would refuse without a word is refused here, at the start and with one.

use url::{Host, Url};

use crate::error::{Error, Result};

/// An address of the form `https://latchkey.home.example`, and nothing more.
pub fn check_public_url(url: &Url) -> Result<()> {
    let refuse = |why: &str| {
        let like = "It reads like https://latchkey.home.example";
        // The address itself may hold a password, which no log should.
        Err(Error::Config(format!("--public-url {}: {why}. {like}.", bare(url))))
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    match url.host() {
        Some(Host::Ipv4(address)) if address.is_unspecified() => {
            refuse("nobody can open an address that stands for all of this computer's")
        }
        Some(Host::Ipv6(address)) if address.is_unspecified() => {
            refuse("nobody can open an address that stands for all of this computer's")
        }
        Some(_) if is_web => {
            if !url.username().is_empty() || url.password().is_some() {
                refuse("a name or a password before the @ has no place in it")
            } else if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
                refuse("nothing may follow the host and its port, for Latchkey is at the root of its host")
            } else {
                Ok(())
            }
        }
        _ => refuse("it is no address of a web page"),
    }
}

/// The address without what may be a secret in it.
fn bare(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())
}

/// A domain as browsers compare it: in lower case, its letters in ASCII, without the dot that some write before it.
pub fn shared_domain(text: &str) -> Result<String> {
    let bare = text.trim();
    let bare = bare.strip_prefix('.').unwrap_or(bare);
    let bare = bare.strip_suffix('.').unwrap_or(bare);
    // Before it is read as a host, which would turn some of these into something else.
    if let Some(sign) = bare.chars().find(|sign| "/:@?#\\[]%".contains(*sign) || sign.is_whitespace()) {
        let why = match sign {
            ':' => "a port or a scheme has no place in it: cookies know neither",
            '@' => "a name or a password has no place in it",
            _ => "it is more than the name of a domain",
        };
        return refuse(bare, why);
    }
    match Host::parse(bare) {
        Ok(Host::Domain(domain)) if domain.split('.').all(is_label) => Ok(domain),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => {
            refuse(bare, "sites share a sign-in by a domain, never by an IP address")
        }
        Ok(Host::Domain(_)) | Err(_) => refuse(bare, "it is no name of a domain"),
    }
}

/// Whether `name` is `domain` or below it.
pub fn is_within(name: &str, domain: &str) -> bool {
    name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether browsers keep a cookie for that domain which the home at `public_url` sets.
pub fn check_sharing(domain: &str, public_url: Option<&Url>) -> Result<()> {
    shared_domain(domain)?;
    if psl::domain_str(domain).is_none() {
        return refuse(
            domain,
            "everybody may have a name below it (it is on the public suffix list, or has no dot), so that browsers keep no cookie for it. Name the domain below it that is yours",
        );
    }
    match public_url.and_then(Url::host_str) {
        None => refuse(domain, "say with --public-url where in it people reach Latchkey"),
        Some(host) if is_within(host, domain) => Ok(()),
        Some(host) => refuse(
            domain,
            &format!(
                "Latchkey's own address, {host} (--public-url), is not in it, so that it may not set cookies for it"
            ),
        ),
    }
}

fn refuse<T>(domain: &str, why: &str) -> Result<T> {
    // What stands before an @ may be a password.
    let shown = domain.rsplit('@').next().unwrap_or_default();
    Err(Error::Config(format!("--cookie-domain {shown}: {why}. It reads like home.example.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("an address")
    }

    #[test]
    fn a_public_address_is_a_scheme_a_host_and_maybe_a_port() {
        for fine in ["https://latchkey.home.example", "http://192.168.1.5:8470/", "https://[fd00::5]"] {
            assert!(check_public_url(&url(fine)).is_ok(), "{fine}");
        }
        for (wrong, why) in [
            ("https://latchkey.home.example/sub", "nothing may follow"),
            ("https://latchkey.home.example/?a", "nothing may follow"),
            ("https://latchkey.home.example/#a", "nothing may follow"),
            ("https://ana:hush@latchkey.home.example", "has no place in it"),
            ("https://ana@latchkey.home.example", "has no place in it"),
            ("ftp://latchkey.home.example", "no address of a web page"),
            ("latchkey:8470", "no address of a web page"),
            ("http://0.0.0.0:8470", "nobody can open"),
            ("http://[::]:8470", "nobody can open"),
        ] {
            let error = check_public_url(&url(wrong)).expect_err(wrong).to_string();
            assert!(error.contains(why) && !error.contains("hush"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_domain_is_read_as_browsers_read_it() {
        for (text, domain) in [
            ("home.example", "home.example"),
            (".Home.Example", "home.example"),
            ("home.example.", "home.example"),
            ("häuschen.example", "xn--huschen-5wa.example"),
        ] {
            assert_eq!(shared_domain(text).expect(text), domain);
        }
        for (wrong, why) in [
            ("home.example:8470", "a port"),
            ("https://home.example", "a port or a scheme"),
            ("ana@home.example", "a password"),
            ("home.example/films", "more than the name"),
            ("home example", "more than the name"),
            ("192.168.1.5", "never by an IP address"),
            ("3232235781", "never by an IP address"),
            ("[::1]", "more than the name"),
            ("home..example", "no name of a domain"),
            ("*.home.example", "no name of a domain"),
            (".", "no name of a domain"),
        ] {
            let error = shared_domain(wrong).expect_err(wrong).to_string();
            assert!(error.starts_with("--cookie-domain ") && error.contains(why), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_domain_holds_itself_and_what_is_below_it() {
        assert!(is_within("home.example", "home.example"));
        assert!(is_within("photos.home.example", "home.example"));
        assert!(!is_within("evilhome.example", "home.example"));
    }

    #[test]
    fn sites_share_a_sign_in_by_a_domain_of_their_own_that_the_home_is_in() {
        let home = url("https://latchkey.home.example");
        assert!(check_sharing("home.example", Some(&home)).is_ok());
        assert!(check_sharing("latchkey.home.example", Some(&home)).is_ok());
        assert!(check_sharing("ana.duckdns.org", Some(&url("https://latchkey.ana.duckdns.org"))).is_ok());
        assert!(check_sharing("house.lan", Some(&url("http://latchkey.house.lan:8470"))).is_ok());
        for (domain, address, why) in [
            ("co.uk", "https://latchkey.home.co.uk", "public suffix list"),
            ("duckdns.org", "https://ana.duckdns.org", "public suffix list"),
            ("example", "https://latchkey.home.example", "public suffix list"),
            ("localhost", "http://localhost:8470", "public suffix list"),
            ("other.example", "https://latchkey.home.example", "is not in it"),
            ("me.example", "https://latchkey.home.example", "is not in it"),
            ("films.home.example", "https://latchkey.home.example", "is not in it"),
            ("home.example", "http://192.168.1.5:8470", "is not in it"),
        ] {
            let error = check_sharing(domain, Some(&url(address))).expect_err(domain).to_string();
            assert!(error.contains(why), "{domain}: {error}");
        }
        let error = check_sharing("home.example", None).expect_err("no address").to_string();
        assert!(error.contains("--public-url"), "{error}");
    }
}
