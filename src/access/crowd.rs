//! Who is in a room with a limited number of places, counted by network; and whose place is given to the next one when
//! there is none left: of the fullest network, never simply the last to come.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipnet::IpNet;

use crate::model::Networks;

/// Most places of a network at each level: /64, /56 and /48, or an IPv4 address and its /24.
pub type MostOfNetworks = [usize; 3];

/// Names a member of a crowd.
pub type MemberId = u64;

/// Who is there.
#[derive(Debug)]
pub struct Crowd<T> {
    members: HashMap<MemberId, Member<T>>,
    counts: HashMap<IpNet, Arc<AtomicUsize>>,
    next: MemberId,
}

#[derive(Debug)]
struct Member<T> {
    networks: Networks,
    /// How many its networks have, shared with the others of them.
    counts: [Arc<AtomicUsize>; 3],
    who: T,
}

/// How full the networks around somebody are, the widest first: of two members the one with the greater number is of the
/// fuller network.
type Fullness = [usize; 3];

impl<T> Default for Crowd<T> {
    fn default() -> Self {
        Self { members: HashMap::new(), counts: HashMap::new(), next: 0 }
    }
}

impl<T> Crowd<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Those who are there.
    pub fn iter(&self) -> impl Iterator<Item = (MemberId, &Networks, &T)> {
        self.members.iter().map(|(id, member)| (*id, &member.networks, &member.who))
    }

    /// One who is there.
    pub fn get(&self, id: MemberId) -> Option<&T> {
        self.members.get(&id).map(|member| &member.who)
    }

    /// Lets somebody in. Their number is greater than of all who came before.
    pub fn enter(&mut self, networks: Networks, who: T) -> MemberId {
        let id = self.next;
        self.next += 1;
        let counts = networks.levels().map(|net| Arc::clone(self.counts.entry(net).or_default()));
        for (level, count) in counts.iter().enumerate() {
            // An IPv4 address stands for two levels and is counted once.
            if level == 0 || networks.levels()[level] != networks.levels()[level - 1] {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.members.insert(id, Member { networks, counts, who });
        id
    }

    /// Lets somebody go; `None` when they are gone already.
    pub fn leave(&mut self, id: MemberId) -> Option<T> {
        let member = self.members.remove(&id)?;
        let levels = member.networks.levels();
        for (level, net) in levels.iter().enumerate() {
            if (level == 0 || *net != levels[level - 1])
                && let Entry::Occupied(count) = self.counts.entry(*net)
                && count.get().fetch_sub(1, Ordering::Relaxed) == 1
            {
                count.remove();
            }
        }
        Some(member.who)
    }

    /// The narrowest network around somebody that has as many as it may.
    pub fn full_network(&self, networks: &Networks, most: MostOfNetworks) -> Option<IpNet> {
        let levels = networks.levels().into_iter().zip(most);
        levels.into_iter().find(|(net, most)| self.count(*net) >= *most).map(|(net, _)| net)
    }

    /// Of one network, whoever is the first to go: with the greatest `rank`; nobody without one.
    pub fn first_to_go_of<R: Ord>(&self, net: IpNet, rank: impl Fn(&T) -> Option<R>) -> Option<MemberId> {
        let of_it = self.members.iter().filter(|(_, member)| member.networks.levels().contains(&net));
        let ranked = of_it.filter_map(|(id, member)| Some((rank(&member.who)?, *id)));
        ranked.max().map(|(_, id)| id)
    }

    /// Of the fullest network, whoever is the first to go, and whether it is fuller than those of `newcomer` would be with
    /// them. Within the widest networks the next ones are compared, and so on: a neighbour who fills a network of their own
    /// loses before others of the provider do. Networks with up to `modest` members are as full as each other.
    pub fn first_to_go<R: Ord>(
        &self,
        newcomer: &Networks,
        modest: usize,
        rank: impl Fn(&T) -> Option<R>,
    ) -> Option<(MemberId, bool)> {
        let ranked = self
            .members
            .iter()
            .filter_map(|(id, member)| Some((member.fullness(modest), rank(&member.who)?, *id)));
        let (fullness, _, id) = ranked.max()?;
        let of_newcomer = self.fullness_with(newcomer, modest);
        let (theirs, newcomers) = (self.members.get(&id)?.networks.levels(), newcomer.levels());
        // From the widest network on. One that both are of is as full for one as for the other.
        let differs = |level: &usize| {
            theirs[2 - level] != newcomers[2 - level] && fullness[*level] != of_newcomer[*level]
        };
        let is_fuller = (0..3).find(differs).is_some_and(|level| fullness[level] > of_newcomer[level]);
        Some((id, is_fuller))
    }

    fn count(&self, net: IpNet) -> usize {
        self.counts.get(&net).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    fn fullness_with(&self, newcomer: &Networks, modest: usize) -> Fullness {
        let [narrow, middle, wide] = newcomer.levels();
        [wide, middle, narrow].map(|net| (self.count(net) + 1).max(modest))
    }
}

impl<T> Member<T> {
    fn fullness(&self, modest: usize) -> Fullness {
        let [narrow, middle, wide] = &self.counts;
        [wide, middle, narrow].map(|count| count.load(Ordering::Relaxed).max(modest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(address: &str) -> Networks {
        Networks::around(Some(address.parse().expect("an address")))
    }

    /// The newest goes first.
    fn newest(crowd: &Crowd<u32>, newcomer: &str) -> Option<(u32, bool)> {
        let (id, is_fuller) = crowd.first_to_go(&net(newcomer), 1, |_| Some(()))?;
        crowd.iter().find(|(other, ..)| *other == id).map(|(.., who)| (*who, is_fuller))
    }

    #[test]
    fn of_the_fullest_network_somebody_loses_whoever_comes_next() {
        let mut crowd = Crowd::default();
        crowd.enter(net("198.51.100.1"), 0);
        for number in 1..=3 {
            crowd.enter(net("203.0.113.7"), number);
        }
        crowd.enter(net("192.0.2.1"), 4);
        assert_eq!(newest(&crowd, "192.0.2.9"), Some((3, true)));
        assert_eq!(newest(&crowd, "203.0.113.9"), Some((3, true)), "a neighbour with less");
        assert_eq!(
            newest(&crowd, "203.0.113.7"),
            Some((3, false)),
            "the newcomer is of the fullest themselves"
        );
    }

    #[test]
    fn many_networks_of_one_customer_count_as_one() {
        let mut crowd = Crowd::default();
        // A neighbour under the same provider's /48 fills a /56 of their own, an address of each /64.
        for number in 0..20 {
            crowd.enter(net(&format!("2001:db8:1:1{number:02x}::1")), number);
        }
        for number in 100..105 {
            crowd.enter(net("2001:db8:1:200::1"), number);
        }
        let (who, is_fuller) = newest(&crowd, "2001:db8:1:201::1").expect("somebody");
        assert!(who < 100 && is_fuller, "{who}");
    }

    #[test]
    fn whoever_leaves_is_counted_no_more() {
        let mut crowd = Crowd::default();
        let most = [2, 3, 4];
        let first = crowd.enter(net("203.0.113.7"), ());
        crowd.enter(net("203.0.113.7"), ());
        assert_eq!(
            crowd.full_network(&net("203.0.113.7"), most),
            Some("203.0.113.7/32".parse().expect("a net"))
        );
        assert_eq!(crowd.full_network(&net("203.0.113.8"), most), None);
        assert_eq!(crowd.leave(first), Some(()));
        assert_eq!(crowd.leave(first), None);
        assert_eq!(crowd.full_network(&net("203.0.113.7"), most), None);
        for last in 1..=3 {
            crowd.enter(net(&format!("203.0.113.{last}")), ());
        }
        assert_eq!(
            crowd.full_network(&net("203.0.113.99"), most),
            Some("203.0.113.0/24".parse().expect("a net"))
        );
    }
}
