//! The model of Freeman et al. (NDSS 2016, doi 10.14722/ndss.2016.23240) with the weights that Wiefling et al. found for
//! a large real service (ACM TOPS 2022, doi 10.1145/3546069).
//!
//! The score of user u with features x is
//!
//! ```text
//! S = Π over features k of  p(x_k) / p(x_k | u)  ·  p(u | attack) / p(u)
//! ```
//!
//! Each feature has subfeatures, from the exact value to the vaguest: address → network → country, and user agent →
//! browser with version → system with version → type. Both probabilities are sums over these levels, each with its
//! weight: Σ `w_h` · count(h) / N. Unseen values are smoothed as in the published reproduction of the model:
//! - everyone's exact value by the values that may be unseen, M = 1 + the number of distinct values of every vaguer
//!   level: seen c times it has c / (N + M), unseen 1 / (N + M). Within its vaguer value it is smoothed likewise,
//!   by the factor c / (c + m), m = the number of levels (each exact value has one value of every vaguer level);
//! - the user's are not smoothed. Where none of the levels was ever seen of a user, a smoothed value would make the
//!   score low when everyone's is low too; the reproduction divides everyone's by 4 instead, and so does this.
//!
//! All users are equally likely attacked: p(u | attack) / p(u) = (1 / users) / (its events / N).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use latchkey::familiarity::SignIn;

use crate::dice::real;

/// Weights of address, network and country.
pub const PLACE: [f64; 3] = [0.6, 0.3, 0.1];
/// Weights of user agent, browser, system and type.
pub const AGENT: [f64; 4] = [0.5387, 0.2680, 0.1882, 0.0051];

/// What a feature counts of which a user has never had any level: the reproduction's edge case.
const NEVER_SEEN: f64 = 4.0;

/// What is compared: one number a level, place first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features([u64; 7]);

impl Features {
    /// Of a sign-in.
    pub fn of(sign_in: &SignIn) -> Self {
        let client = &sign_in.client;
        let place = &sign_in.place;
        Self([
            number(&sign_in.address),
            number(&place.asn),
            number(&place.country_code),
            number(client),
            number(&(&client.app.name, &client.app.version)),
            number(&(&client.os.name, &client.os.version)),
            number(&client.kind),
        ])
    }

    #[cfg(test)]
    fn made_of(values: [u64; 7]) -> Self {
        Self(values)
    }
}

/// A number for a value: the same in every run.
fn number(value: &impl std::fmt::Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{value:?}").hash(&mut hasher);
    hasher.finish()
}

/// How often every value was seen.
#[derive(Clone, Debug, Default)]
struct History {
    events: usize,
    counts: HashMap<(usize, u64), usize>,
    distinct: [usize; 7],
}

impl History {
    fn learn(&mut self, features: &Features) {
        self.events += 1;
        for (level, value) in features.0.iter().enumerate() {
            let count = self.counts.entry((level, *value)).or_insert(0);
            self.distinct[level] += usize::from(*count == 0);
            *count += 1;
        }
    }

    fn count(&self, level: usize, features: &Features) -> usize {
        self.counts.get(&(level, features.0[level])).copied().unwrap_or(0)
    }

    /// Without smoothing, as of a user.
    fn of_user(&self, features: &Features, first: usize, weights: &[f64]) -> f64 {
        let share = |at: usize| real(self.count(first + at, features)) / real(self.events);
        weights.iter().enumerate().map(|(at, weight)| weight * share(at)).sum()
    }

    /// With the exact value smoothed, as of everyone.
    fn of_everyone(&self, features: &Features, first: usize, weights: &[f64]) -> f64 {
        let unseen = 1 + (1..weights.len()).map(|at| self.distinct[first + at]).sum::<usize>();
        let all = real(self.events + unseen);
        let exact = match self.count(first, features) {
            0 => 1.0 / all,
            count => real(count) / all * (real(count) / real(count + weights.len())),
        };
        let vaguer = weights.iter().enumerate().skip(1);
        let share = |at: usize| real(self.count(first + at, features)) / real(self.events);
        weights[0] * exact + vaguer.map(|(at, weight)| weight * share(at)).sum::<f64>()
    }
}

/// Everyone's history and each user's.
#[derive(Clone, Debug, Default)]
pub struct Freeman {
    everyone: History,
    users: HashMap<u64, History>,
}

impl Freeman {
    /// The score of a user's features; `None` while nothing is known of the user.
    pub fn score(&self, user: u64, features: &Features) -> Option<f64> {
        let own = self.users.get(&user)?;
        let ratio = |first: usize, weights: &[f64]| {
            let everyone = self.everyone.of_everyone(features, first, weights);
            let own = own.of_user(features, first, weights);
            if own > 0.0 { everyone / own } else { NEVER_SEEN }
        };
        let attacked = 1.0 / real(self.users.len());
        let present = real(own.events) / real(self.everyone.events);
        Some(ratio(0, &PLACE) * ratio(PLACE.len(), &AGENT) * attacked / present)
    }

    /// Learns an event of a user.
    pub fn learn(&mut self, user: u64, features: &Features) {
        self.everyone.learn(features);
        self.users.entry(user).or_default().learn(features);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [u64; 7] = [1, 10, 100, 5, 50, 500, 5000];
    /// The same country and type, all else differs.
    const B: [u64; 7] = [2, 20, 100, 6, 60, 600, 5000];
    /// Nothing in common.
    const C: [u64; 7] = [3, 30, 300, 7, 70, 700, 7000];

    /// Two users: the first was A three times and B once, the second B four times. N = 8, U = 2.
    fn two_users() -> Freeman {
        let mut model = Freeman::default();
        for (user, values) in [(1, A), (1, A), (1, A), (1, B), (2, B), (2, B), (2, B), (2, B)] {
            model.learn(user, &Features::made_of(values));
        }
        model
    }

    /// Worked out by hand. Distinct values: 2 networks, 1 country: M of addresses = 1 + 2 + 1 = 4. 2 browsers, 2 systems,
    /// 1 type: M of user agents = 1 + 2 + 2 + 1 = 6. Both users have half of the events: the last factor is
    /// (1/2) / (4/8) = 1.
    #[test]
    fn scores_are_those_worked_out_by_hand() {
        let mixed = [1, 10, 100, 6, 60, 600, 5000];
        let new_address = [9, 10, 100, 5, 50, 500, 5000];
        let new_version = [1, 10, 100, 8, 80, 500, 5000];
        // Everyone's place of A: 0.6·(3/12)(3/6) + 0.3·3/8 + 0.1·8/8; of B: 0.6·(5/12)(5/8) + 0.3·5/8 + 0.1.
        let (place_a, place_b) = (0.075 + 0.1125 + 0.1, 0.156_25 + 0.1875 + 0.1);
        // Everyone's agent of A: 0.5387·(3/14)(3/7) + 0.2680·3/8 + 0.1882·3/8 + 0.0051.
        let agent_a = 0.049_472_448_979_591_84 + 0.1005 + 0.070_575 + 0.0051;
        // Of B: 0.5387·(5/14)(5/9) + 0.2680·5/8 + 0.1882·5/8 + 0.0051.
        let agent_b = 0.106_884_920_634_920_63 + 0.1675 + 0.117_625 + 0.0051;
        // The first user's own: place of A 0.6·3/4 + 0.3·3/4 + 0.1, of B 0.6/4 + 0.3/4 + 0.1; likewise agents.
        let (own_place_a, own_place_b) = (0.775, 0.325);
        let own_agent_a = 0.404_025 + 0.201 + 0.141_15 + 0.0051;
        let own_agent_b = 0.134_675 + 0.067 + 0.047_05 + 0.0051;
        // A new address on A's network: 0.6/12 + 0.3·3/8 + 0.1 beside 0.3·3/4 + 0.1.
        let (place_new, own_place_new) = (0.05 + 0.1125 + 0.1, 0.325);
        // A new version of A's browser: 0.5387/14 + 0.1882·3/8 + 0.0051 beside 0.1882·3/4 + 0.0051.
        let agent_new = 0.038_478_571_428_571_43 + 0.070_575 + 0.0051;
        let own_agent_new = 0.141_15 + 0.0051;
        // Nothing seen before, neither of everyone nor of the user: 4 for each feature.
        let cases = [
            ("the usual", 1, A, place_a / own_place_a * (agent_a / own_agent_a)),
            ("the rarer of two", 1, B, place_b / own_place_b * (agent_b / own_agent_b)),
            ("usual place, rarer device", 1, mixed, place_a / own_place_a * (agent_b / own_agent_b)),
            (
                "new address, known network",
                1,
                new_address,
                place_new / own_place_new * (agent_a / own_agent_a),
            ),
            (
                "new version, known system",
                1,
                new_version,
                place_a / own_place_a * (agent_new / own_agent_new),
            ),
            ("nothing known", 1, C, 16.0),
            // The second user never had A but its country (0.1) and type (0.0051).
            ("another's device and place", 2, A, place_a / 0.1 * (agent_a / 0.0051)),
            ("the second user's only one", 2, B, place_b * agent_b),
        ];
        let model = two_users();
        for (what, user, values, expected) in cases {
            let score = model.score(user, &Features::made_of(values)).expect("known");
            assert!((score / expected - 1.0).abs() < 1e-9, "{what}: {score} beside {expected}");
        }
    }

    #[test]
    fn who_comes_rarely_has_a_higher_score() {
        // A third user with one event: N = 9, U = 3, so the last factor is (1/3) / (1/9) = 3 for it and 3/4 for
        // who has four. It is B too, whose share is then 6 of 9.
        let mut model = two_users();
        model.learn(3, &Features::made_of(B));
        let [rare, often] = [3, 2].map(|user| model.score(user, &Features::made_of(B)).expect("known"));
        assert!((rare / often - 4.0).abs() < 1e-9, "{rare} {often}");
        let place = 0.6 * (6.0 / 13.0) * (6.0 / 9.0) + 0.3 * 6.0 / 9.0 + 0.1;
        let agent = 0.5387 * (6.0 / 15.0) * (6.0 / 10.0) + (0.2680 + 0.1882) * 6.0 / 9.0 + 0.0051;
        assert!((rare / (3.0 * place * agent) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_said_of_who_was_never_seen() {
        assert_eq!(two_users().score(9, &Features::made_of(A)), None);
    }
}
