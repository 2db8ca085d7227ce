//! Every number of the rule, in one place, with where it comes from.
//!
//! "Measured" means by `./dev bench familiarity`, which prints what each choice costs and catches. "Chosen" means that
//! no figure was found; the bench shows what follows from it. The ratios are how many times likelier a stranger
//! makes an observation than the household does: above 1 speaks for a stranger, below for the household.

use std::time::Duration;

/// Distance beyond both accuracy radii below which two places count as one, in kilometres. Good databases place
/// the same mobile address 180 to 210 km apart in the median: anything nearer would alert on their disagreement.
pub const FAR_KM: f64 = 300.0;

/// Fastest that a person travels, in kilometres an hour: an airliner cruises at 900.
pub const FASTEST_KMH: f64 = 1000.0;

/// Two requests of one session this close come "at once": shorter than changing from one device to another with
/// the session copied by hand. Chosen.
pub const AT_ONCE: Duration = Duration::from_mins(15);

/// From which age on a session's token is renewed while it is used: that of an access token, so that a copy of either
/// grows old as fast. Chosen.
pub const RENEW_AFTER: Duration = Duration::from_hours(1);

/// A trusted phone seen at a place this lately is there still. Chosen: a weekend.
pub const COMPANION_FOR: Duration = Duration::from_hours(72);

/// How long a new home learns without alerts what comes up on its own line, however many devices that are: a family has
/// fifteen, and brings them in over a weekend. Whoever is on that line is in the house. Chosen.
pub const LEARN_FOR: Duration = Duration::from_hours(72);

/// How long it learns what comes from near it, and not from its own line, unless [`LEARN_NEARBY_SIGN_INS`] come first. From the
/// issue.
pub const LEARN_NEARBY_FOR: Duration = Duration::from_hours(24);

/// How many sign-ins a new home has until it learns from its own line only, unless [`LEARN_NEARBY_FOR`] passes first. From the
/// issue.
pub const LEARN_NEARBY_SIGN_INS: u32 = 5;

/// A cause that was told is not told again while it keeps coming up at least this often. Chosen: a holiday, or a
/// winter away, is one cause; coming back a season later is another.
pub const SAME_CAUSE: Duration = Duration::from_hours(24 * 60);

/// How often strangers come, as odds against a sign-in of the household. One sign-in in ten thousand: chosen, of
/// the order that large services report. Verdicts do not depend on it; only the words for a score do.
pub const PRIOR_ODDS: f64 = 1e-4;

/// Most devices kept of an account; the longest unseen goes first.
pub const MOST_DEVICES: usize = 64;
/// Most places kept of an account.
pub const MOST_PLACES: usize = 64;
/// Most /24 and /64 networks kept of an account.
pub const MOST_PREFIXES: usize = 256;
/// Most networks (AS) kept of an account.
pub const MOST_NETWORKS: usize = 64;
/// Most networks kept of one device.
pub const MOST_USED: usize = 12;
/// Most programs kept of one device: an app, its player, its web view, and one to spare.
pub const MOST_AGENTS: usize = 4;
/// Most places at which one device's sign-ins are counted.
pub const MOST_SPOTS: usize = 8;

/// What each nearness says, as decimal logarithms of likelihood ratios. The stranger's side is the mix of the
/// published attacker models (naive 40 %, right country 30 %, right network too 25 %, right city too 5 %); the
/// household's is how a year of a household divides. Chosen from those two, measured together.
pub mod nearness {
    /// The household's own address range. Nobody is there by chance.
    pub const HOME: f64 = -3.0;
    /// A line that the household uses all the time.
    pub const HOME_CONNECTION: f64 = -3.0;
    /// A /24 or /64 that the household has used: a neighbour, or a guest of the same hotel, may come from there.
    pub const SAME_PREFIX: f64 = -0.2;
    /// The same /16 and network, or the same /48: the next address a provider hands out, to anybody.
    pub const SAME_SITE: f64 = -0.1;
    /// Nothing is known of the place. A missing place is no failure.
    pub const UNPLACED: f64 = 0.0;
    /// The same network in the same area. No more than where nothing is known: coming again must not look worse.
    pub const SAME_NETWORK_NEAR: f64 = 0.0;
    /// Another network in the same area.
    pub const NEAR: f64 = 0.15;
    /// A VPN, data centre or Tor exit of a kind the household uses.
    pub const KNOWN_EXIT: f64 = 0.15;
    /// The first in-flight network: people fly, and its place says nothing.
    pub const NEW_IN_FLIGHT: f64 = 0.5;
    /// The same network, far from where the account has been.
    pub const SAME_NETWORK: f64 = 1.2;
    /// A country where the account has been, far from there.
    pub const SAME_COUNTRY: f64 = 1.5;
    /// The first VPN exit.
    pub const NEW_VPN: f64 = 1.8;
    /// A television, box or loudspeaker away from home. They move house once in years, and then the phones have
    /// been on the new line before them. Chosen as for a country where nobody has been.
    pub const LEFT_THE_HOUSE: f64 = 2.4;
    /// The first address of a data centre, or of Tor.
    pub const NEW_HOSTING: f64 = 2.4;
    /// A country where the account has never been.
    pub const NEW_COUNTRY: f64 = 2.4;
}

/// How often the household must have used a line for it to be its home line, and how often beside the line it uses most.
/// Chosen: a hotel's line is used for a week of a year.
pub mod home_connection {
    /// Times at least.
    pub const TIMES: u32 = 4;
    /// One in so many of the most used line's times at least.
    pub const SHARE: u32 = 8;
}

/// What the client says, as decimal logarithms of likelihood ratios.
pub mod client {
    /// It has the device's secret, which a stranger has only by stealing it.
    pub const SECRET: f64 = -2.0;
    /// A device of the household comes without its secret: cookies cleared, an app installed anew. One sign-in in
    /// fifty: chosen.
    pub const SECRET_MISSING: f64 = 1.7;
    /// The same client as a known one, of a kind that many people have: a guess of the most common is right for
    /// three in ten.
    pub const SAME_COMMON: f64 = -0.5;
    /// The same client as a known one, of a kind that few have.
    pub const SAME_RARE: f64 = -1.7;
    /// The same sort of device and system as a known one.
    pub const SIMILAR: f64 = 0.5;
    /// Like no known one.
    pub const DIFFERENT: f64 = 1.3;
    /// It does not say what it is.
    pub const UNTOLD: f64 = 0.0;
}

/// What speaks for a stolen session, as decimal logarithms of likelihood ratios.
pub mod stolen {
    /// Client and place both changed, or two clients at once, or faster than anybody travels.
    pub const RULE: f64 = 5.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_of_100_means_that_one_in_a_hundred_is_a_stranger() {
        let odds = 100.0 * PRIOR_ODDS;
        assert!((odds / (1.0 + odds) - 0.01).abs() < 0.001, "so it is documented where a score is shown");
    }
}
