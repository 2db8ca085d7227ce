//! Small databases made byte by byte, for what no writer of databases would write.

/// A database with one record.
pub(super) struct Made {
    /// What it calls itself.
    pub kind: &'static str,
    /// Bits of one side of a node.
    pub record_bits: u16,
    /// The record.
    pub record: Vec<u8>,
}

impl Made {
    pub(super) fn of(kind: &'static str, record: Vec<u8>) -> Self {
        Self { kind, record_bits: 24, record }
    }

    /// Its bytes: the record is that of every IPv4 address whose first bit is 0.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.with_tree(&[[17, 1]])
    }

    /// Its bytes with a tree of one's own. A side is the number of a node; or that of the nodes, for nothing; or 16 more than
    /// that, for the record.
    pub(super) fn with_tree(&self, nodes: &[[usize; 2]]) -> Vec<u8> {
        let mut bytes = nodes.iter().flat_map(|node| self.node(*node)).collect::<Vec<_>>();
        bytes.extend([0; 16]);
        bytes.extend(&self.record);
        bytes.extend(b"\xab\xcd\xefMaxMind.com");
        bytes.extend(map(&[
            ("binary_format_major_version", short(2)),
            ("binary_format_minor_version", short(0)),
            ("build_epoch", long(1_780_000_000)),
            ("database_type", text(self.kind)),
            ("description", map(&[])),
            ("ip_version", short(4)),
            ("languages", list(&[])),
            ("node_count", whole(u32::try_from(nodes.len()).expect("few"))),
            ("record_size", short(self.record_bits)),
        ]));
        bytes
    }

    fn node(&self, sides: [usize; 2]) -> Vec<u8> {
        let [left, right] = sides.map(|side| u32::try_from(side).expect("32 bits").to_be_bytes());
        match self.record_bits {
            24 => [&left[1..], &right[1..]].concat(),
            28 => {
                let shared = (left[0] << 4) | (right[0] & 0x0f);
                [&left[1..], &[shared][..], &right[1..]].concat()
            }
            _ => [left, right].concat(),
        }
    }
}

/// A map of names to values.
pub(super) fn map(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = head(7, fields.len());
    for (name, value) in fields {
        bytes.extend(text(name));
        bytes.extend(value);
    }
    bytes
}

/// A list of values.
pub(super) fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [head(11, items.len()), items.concat()].concat()
}

/// A text.
pub(super) fn text(text: &str) -> Vec<u8> {
    [head(2, text.len()), text.as_bytes().to_vec()].concat()
}

/// Bytes that are no text.
pub(super) fn raw(content: &[u8]) -> Vec<u8> {
    [head(4, content.len()), content.to_vec()].concat()
}

/// A number of 64 bits with a fraction.
pub(super) fn double(number: f64) -> Vec<u8> {
    [head(3, 8), number.to_be_bytes().to_vec()].concat()
}

/// A whole number of 32 bits.
pub(super) fn whole(number: u32) -> Vec<u8> {
    [head(6, 4), number.to_be_bytes().to_vec()].concat()
}

/// A whole number of 128 bits.
pub(super) fn huge(number: u128) -> Vec<u8> {
    [head(10, 16), number.to_be_bytes().to_vec()].concat()
}

/// Yes or no.
pub(super) fn truth(is_true: bool) -> Vec<u8> {
    head(14, usize::from(is_true))
}

fn short(number: u16) -> Vec<u8> {
    [head(5, 2), number.to_be_bytes().to_vec()].concat()
}

fn long(number: u64) -> Vec<u8> {
    [head(9, 8), number.to_be_bytes().to_vec()].concat()
}

/// The type and the size of what follows.
fn head(kind: u8, size: usize) -> Vec<u8> {
    let (size, more) = match u8::try_from(size).expect("short") {
        size @ ..29 => (size, None),
        size => (29, Some(size - 29)),
    };
    // Types from 8 on stand in a byte of their own, before the rest of the size.
    let mut head = if kind < 8 { vec![(kind << 5) | size] } else { vec![size, kind - 7] };
    head.extend(more);
    head
}
