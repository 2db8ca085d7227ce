//! The alert budget: how many false alarms a person puts up with, and what is missed for it.

use serde::{Deserialize, Serialize};

pub use crate::model::Budget;

impl Budget {
    /// False alarms a month that it allows.
    pub const fn a_month(self) -> f64 {
        match self {
            Self::Yearly => 1.0 / 12.0,
            Self::Quarterly => 1.0 / 3.0,
            Self::Monthly => 1.0,
            Self::Weekly => 52.0 / 12.0,
        }
    }

    /// The decimal logarithm of the score above which a person is told. For a device that proves itself: the yearly one
    /// tells no new place at all, only what looks stolen or new, and what is probably a known device that lost its secret
    /// without a sound wherever the household is known to be; the quarterly one new countries, data centres and
    /// televisions away from home; the monthly one the first VPN as well; and the weekly one also what is far away within a
    /// known country.
    pub const fn threshold(self) -> f64 {
        match self {
            Self::Yearly => 1.4,
            Self::Quarterly => 0.0,
            Self::Monthly => -0.3,
            Self::Weekly => -1.0,
        }
    }
}

/// What was measured for a budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// False alarms a household and month.
    pub false_alarms_a_month: f64,
    /// What was missed.
    pub misses: Misses,
}

/// Shares of strangers that nobody is told of, 0 to 1, by what the stranger knows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Misses {
    /// A random country and device.
    pub naive: f64,
    /// The right country, through a VPN.
    pub vpn: f64,
    /// The right country and network, and a common device.
    pub targeted: f64,
    /// The same city, network and browser.
    pub very_targeted: f64,
    /// A copied session, over its first day.
    pub thief: f64,
    /// The same, by somebody who also calls themselves what the session's own client does.
    pub careful_thief: f64,
}

impl Budget {
    /// What `./dev bench familiarity` measured with it: 1,000 households for a year, the first seeds, device secrets
    /// present. The same bench prints seeds and parameters that nothing was tuned on beside it.
    pub const fn measured(self) -> Measured {
        let (false_alarms_a_month, [naive, vpn, targeted, very_targeted, thief, careful_thief]) = match self {
            Self::Yearly => (0.053, [0.0004, 0.0002, 0.0023, 0.0028, 0.0241, 0.3405]),
            Self::Quarterly => (0.149, [0.0004, 0.0002, 0.0023, 0.0028, 0.0117, 0.1379]),
            Self::Monthly => (0.191, [0.0004, 0.0002, 0.0023, 0.0028, 0.0094, 0.0977]),
            Self::Weekly => (0.246, [0.0004, 0.0002, 0.0023, 0.0028, 0.0094, 0.0967]),
        };
        Measured {
            false_alarms_a_month,
            misses: Misses { naive, vpn, targeted, very_targeted, thief, careful_thief },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_budget_costs_more_than_it_allows() {
        for budget in Budget::ALL {
            let measured = budget.measured().false_alarms_a_month;
            assert!(measured <= budget.a_month(), "{budget:?}: {measured}");
        }
    }
}
