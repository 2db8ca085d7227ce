//! How much of a list is asked for at once.

use crate::error::{Error, Result};

/// The number of entries of a page: 50 unless told, 1 to `most`.
///
/// # Errors
///
/// [`Error::Invalid`] for any other number: whoever asks for more would take a page for the whole.
pub fn page_limit(asked: Option<u32>, most: u32) -> Result<u32> {
    match asked {
        None => Ok(50),
        Some(limit) if (1..=most).contains(&limit) => Ok(limit),
        Some(_) => Err(Error::invalid("limit", format!("Ask for 1 to {most} at a time."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_fifty_entries_unless_told_and_never_more_than_it_may() {
        assert_eq!(page_limit(None, 200).expect("valid"), 50);
        assert_eq!(page_limit(Some(200), 200).expect("valid"), 200);
        assert!(page_limit(Some(0), 200).is_err());
        assert!(page_limit(Some(201), 200).is_err());
    }
}
