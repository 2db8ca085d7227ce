//! How many thieves of a session are told of at their very first request: by what they have, and where they come from.

use serde::{Deserialize, Serialize};

/// What a thief of a session has besides it, and where they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Thief {
    /// Another client than the session's own, over another line of the household's city.
    OtherClientSameCity,
    /// The session's own client, to the version, from another country.
    SameClientAbroad,
    /// The session's own client, to the version, through a network of the household's city.
    SameClientSameCity,
}

/// The share of such thieves who are told of at their first request, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct FirstRequest {
    /// Who.
    pub thief: Thief,
    /// The least that was measured.
    pub least: f64,
    /// The most.
    pub most: f64,
}

/// What was measured with the usual budget, on households that were made independently of this project's simulator, which
/// prints the same split of its own. The last is a limit of every rule about requests: nothing in them differs. Such a thief
/// is found when both copies were used and one of them is behind; a key that cannot be copied would leave none.
pub const FIRST_REQUESTS: [FirstRequest; 3] = [
    FirstRequest { thief: Thief::OtherClientSameCity, least: 0.79, most: 0.88 },
    FirstRequest { thief: Thief::SameClientAbroad, least: 0.95, most: 0.95 },
    FirstRequest { thief: Thief::SameClientSameCity, least: 0.0, most: 0.01 },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_a_share_and_the_least_comes_first() {
        for FirstRequest { thief, least, most } in FIRST_REQUESTS {
            assert!((0.0..=1.0).contains(&least) && (least..=1.0).contains(&most), "{thief:?}");
        }
    }
}
