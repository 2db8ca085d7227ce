//! Passwords that anybody would try first: the commonest ones, the program's name, and the names of those who live here
//! (OWASP ASVS 5.0, 6.2.4 and 6.2.11).

/// What is tried this early is no password: the lists of common ones that zxcvbn carries have thirty thousand entries, and a
/// capital or a digit at the end is the next thing tried.
const TRIED_FIRST: u64 = 100_000;

/// Whether a password is among the first that somebody who knows these names would try.
pub(super) fn is_guessed_first(password: &str, names: &[&str]) -> bool {
    let known: Vec<&str> = names.iter().copied().chain(["latchkey", "Latchkey home"]).collect();
    zxcvbn::zxcvbn(password, &known).guesses() < TRIED_FIRST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_no_password() {
        for common in ["password", "Password1", "12345678", "qwertyuiop", "iloveyou", "latchkey", "Latchkey1"]
        {
            assert!(is_guessed_first(common, &[]), "{common}");
        }
        assert!(is_guessed_first("annamarie", &["Annamarie"]));
        for fine in ["correct horse", "nine lives of a cat", "Sommer am See", "k7#Vq2!p"] {
            assert!(!is_guessed_first(fine, &["Ana", "Leo"]), "{fine}");
        }
    }
}
