//! The search tree of a database (<https://maxmind.github.io/MaxMind-DB/>), walked once from its root: what a lookup would
//! follow must be a tree, and must end where records can be.
//!
//! Linear in the number of nodes, whatever they say: a node is looked at once, also where several lead to it, as the
//! networks of IPv4 do within IPv6.

use maxminddb::Metadata;

/// What the metadata begins with; the last of several counts.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// Zeros between the tree and the records.
const SEPARATOR: usize = 16;

/// A node that was not met yet, and one that is on the way there.
const UNSEEN: u8 = 0;
const ON_THE_WAY: u8 = u8::MAX;

/// What is wrong with a tree, for the log.
pub(super) type Fault = &'static str;

/// Looks the whole tree over.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn check(bytes: &[u8], metadata: &Metadata) -> Result<(), Fault> {
    let tree = Tree::of(bytes, metadata).ok_or("the tree is longer than the file")?;
    if tree.separator().iter().any(|byte| *byte != 0) {
        return Err("there are no zeros between the tree and the records");
    }
    tree.walk(if metadata.ip_version == 6 { 128 } else { 32 })
}

/// The bytes of a tree, and what its figures may be.
struct Tree<'a> {
    bytes: &'a [u8],
    nodes: usize,
    node_bytes: usize,
    /// Bytes of records.
    records: usize,
}

/// A node on the way from the root: which of its two sides is next, and how far down the ones before it reach.
struct Step {
    node: usize,
    side: usize,
    height: u8,
}

impl<'a> Tree<'a> {
    fn of(bytes: &'a [u8], metadata: &Metadata) -> Option<Self> {
        let nodes = usize::try_from(metadata.node_count).ok()?;
        let node_bytes = usize::from(metadata.record_size) / 4;
        let end = bytes.windows(MARKER.len()).rposition(|window| window == MARKER)?;
        let records = end.checked_sub(nodes.checked_mul(node_bytes)?.checked_add(SEPARATOR)?)?;
        Some(Self { bytes, nodes, node_bytes, records })
    }

    fn separator(&self) -> &[u8] {
        let from = self.nodes * self.node_bytes;
        &self.bytes[from..from + SEPARATOR]
    }

    /// What stands on one side of a node: another node, the number of nodes for nothing, or more for a record.
    fn side(&self, node: usize, side: usize) -> usize {
        let node = &self.bytes[node * self.node_bytes..][..self.node_bytes];
        let number =
            |bytes: &[u8]| bytes.iter().fold(0_usize, |number, byte| (number << 8) | usize::from(*byte));
        match (self.node_bytes, side) {
            // Of 28 bits the highest four of both share the byte in the middle.
            (7, 0) => (usize::from(node[3] >> 4) << 24) | number(&node[..3]),
            (7, _) => (usize::from(node[3] & 0x0f) << 24) | number(&node[4..]),
            (bytes, 0) => number(&node[..bytes / 2]),
            (bytes, _) => number(&node[bytes / 2..]),
        }
    }

    /// Follows every side of every node that can be reached, each once, to where it ends.
    fn walk(&self, bits: usize) -> Result<(), Fault> {
        // How far down each node reaches: what is met a second time, and deeper, must not reach too far from there.
        let mut heights = vec![UNSEEN; self.nodes];
        let Some(root) = heights.first_mut() else { return Err("there is no tree") };
        *root = ON_THE_WAY;
        let mut way = vec![Step { node: 0, side: 0, height: 0 }];
        loop {
            let depth = way.len();
            let Some(step) = way.last_mut() else { return Ok(()) };
            if step.side == 2 {
                let height = step.height + 1;
                heights[step.node] = height;
                way.pop();
                if let Some(above) = way.last_mut() {
                    above.height = above.height.max(height);
                }
                continue;
            }
            let next = self.side(step.node, step.side);
            step.side += 1;
            if next >= self.nodes {
                self.ends_well(next)?;
                continue;
            }
            match heights[next] {
                ON_THE_WAY => return Err("the tree runs in circles"),
                UNSEEN if depth < bits => {
                    heights[next] = ON_THE_WAY;
                    way.push(Step { node: next, side: 0, height: 0 });
                }
                height if height != UNSEEN && depth + usize::from(height) <= bits => {
                    step.height = step.height.max(height);
                }
                _ => return Err("the tree is deeper than an address is long"),
            }
        }
    }

    /// Whether a side that leads to no node leads nowhere, or into the records.
    fn ends_well(&self, side: usize) -> Result<(), Fault> {
        let into_records = side.checked_sub(self.nodes + SEPARATOR).is_some_and(|at| at < self.records);
        if side == self.nodes || into_records { Ok(()) } else { Err("the tree leads out of the file") }
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{Made, map, text};
    use super::*;
    use maxminddb::Reader;

    fn checked(bytes: &[u8]) -> Result<(), Fault> {
        let reader = Reader::from_source(bytes).expect("its metadata can be read");
        check(bytes, reader.metadata())
    }

    /// A database with one record, whose tree is the given nodes; a side of `RECORD` leads to it.
    fn tree(record_bits: u16, nodes: &[[usize; 2]]) -> Vec<u8> {
        Made { record_bits, ..Made::of("x", map(&[("country", text("PT"))])) }.with_tree(nodes)
    }

    #[test]
    fn a_tree_of_every_size_of_record_is_walked_to_its_ends() {
        for bits in [24, 28, 32] {
            // Two nodes, of which the second is reached over both sides of the first.
            assert_eq!(checked(&tree(bits, &[[1, 1], [2, 2 + SEPARATOR]])), Ok(()), "{bits}");
        }
    }

    #[test]
    fn a_tree_in_circles_or_out_of_the_file_is_none() {
        for bits in [24, 28, 32] {
            assert_eq!(checked(&tree(bits, &[[0, 1]])), Err("the tree runs in circles"));
            let in_two_steps = tree(bits, &[[1, 2], [2, 0]]);
            assert_eq!(checked(&in_two_steps), Err("the tree runs in circles"));
            for out in [2, SEPARATOR, 1 + SEPARATOR + 60_000, 0x00ff_ffff] {
                assert_eq!(checked(&tree(bits, &[[1, out]])), Err("the tree leads out of the file"), "{out}");
            }
        }
    }

    #[test]
    fn a_tree_that_is_deeper_than_an_address_is_none() {
        let chain = |nodes: usize| (0..nodes).map(|node| [node + 1, nodes]).collect::<Vec<_>>();
        assert_eq!(checked(&tree(24, &chain(32))), Ok(()));
        assert_eq!(checked(&tree(24, &chain(33))), Err("the tree is deeper than an address is long"));
        // Also where the long way is the second to a node.
        let mut detour = chain(33);
        detour[0] = [32, 1];
        assert_eq!(checked(&tree(24, &detour)), Err("the tree is deeper than an address is long"));
    }

    #[test]
    fn a_tree_whose_ways_double_at_every_node_is_walked_in_no_time() {
        let doubled = (0..32).map(|node| [node + 1, node + 1]).collect::<Vec<_>>();
        assert_eq!(checked(&tree(24, &doubled)), Ok(()));
    }

    #[test]
    fn records_begin_after_zeros() {
        let mut bytes = tree(24, &[[1, 1 + SEPARATOR]]);
        bytes[6 + 3] = 7;
        assert_eq!(checked(&bytes), Err("there are no zeros between the tree and the records"));
    }
}
