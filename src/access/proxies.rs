//! Proxies that speak for devices and do not say for which, or whom nobody told the home to believe. Where those
//! devices are is unknown; whoever manages the home is told how to change that.

use std::net::IpAddr;

use arc_swap::ArcSwap;

use crate::wire::{ProxyNotice, ProxyProblem};

/// Most that are remembered: a household has one or two.
const MOST: usize = 8;

/// The proxies that were met since the home started.
#[derive(Debug, Default)]
pub struct Proxies(ArcSwap<Vec<ProxyNotice>>);

impl Proxies {
    /// Notes one; says so in the log the first time.
    pub fn met(&self, address: IpAddr, problem: ProxyProblem) {
        let is_met =
            |all: &[ProxyNotice]| all.iter().any(|it| it.address == address && it.problem == problem);
        if is_met(&self.0.load()) {
            return;
        }
        let notice = ProxyNotice { address, problem };
        let before = self.0.rcu(|all| {
            let mut all = Vec::clone(all);
            if all.len() < MOST && !is_met(&all) {
                all.push(notice);
            }
            all
        });
        if before.len() < MOST && !is_met(&before) {
            tracing::warn!("{notice}");
        }
    }

    /// All of them, in the order they were met.
    pub fn all(&self) -> Vec<ProxyNotice> {
        Vec::clone(&self.0.load())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_remembered_once_and_not_more_than_a_few() {
        let proxies = Proxies::default();
        for last in 0..20_u8 {
            for _ in 0..2 {
                proxies.met(IpAddr::from([172, 17, 0, last]), ProxyProblem::NotTrusted);
            }
        }
        let all = proxies.all();
        assert_eq!(all.len(), MOST);
        assert_eq!(all[1].address, IpAddr::from([172, 17, 0, 1]));
    }
}
