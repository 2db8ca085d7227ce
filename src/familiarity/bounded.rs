//! Lists of a bounded size.

/// Drops what was unseen for longest until at most `most` are left. Which go does not depend on how often they were
/// seen, so that lessons of one moment may come in any order.
pub(super) fn keep_latest<T, K: Ord>(list: &mut Vec<T>, most: usize, key: impl Fn(&T) -> K) {
    while list.len() > most {
        if let Some(at) = (0..list.len()).min_by_key(|at| key(&list[*at])) {
            list.swap_remove(at);
        }
    }
}
