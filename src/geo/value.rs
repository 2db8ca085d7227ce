//! What a record holds, as far as anything here reads it. A field of bytes, a number that is none or of more than 64 bits:
//! a database may have them, and nothing is read from them. They are no damage, and count as absent.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A record, or a part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Recorded(pub Value);

impl<'de> Deserialize<'de> for Recorded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Recorded;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value of a database")
    }

    fn visit_bool<E>(self, is_true: bool) -> Result<Recorded, E> {
        Ok(Recorded(is_true.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Recorded, E> {
        Ok(Recorded(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Recorded, E> {
        Ok(Recorded(number.into()))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Recorded, E> {
        Ok(Recorded(u64::try_from(number).map_or(Value::Null, Value::from)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Recorded, E> {
        Ok(Recorded(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Recorded, E> {
        Ok(Recorded(text.into()))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Recorded, E> {
        Ok(Recorded::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Recorded, A::Error> {
        let mut list = Vec::new();
        while let Some(Recorded(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Recorded(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Recorded, A::Error> {
        let mut map = Map::new();
        while let Some((name, Recorded(value))) = fields.next_entry::<String, _>()? {
            map.insert(name, value);
        }
        Ok(Recorded(Value::Object(map)))
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use maxminddb::Reader;
    use serde_json::json;

    use super::super::made::{Made, double, huge, list, map, raw, text, truth, whole};
    use super::*;

    /// What is read of a record.
    fn read(record: Vec<u8>) -> Value {
        let reader = Reader::from_source(Made::of("x", record).bytes()).expect("a database");
        let found = reader.lookup(IpAddr::from([85_u8, 240, 1, 2])).expect("a tree");
        found.decode::<Recorded>().expect("readable").expect("there").0
    }

    #[test]
    fn a_record_is_read_whatever_is_in_it() {
        let record = map(&[
            ("country", map(&[("iso_code", text("PT"))])),
            ("names", list(&[text("Lisbon"), raw(b"\xff\xfe")])),
            ("geohash", raw(b"\x00\x01\xff")),
            ("latitude", double(38.5)),
            ("nowhere", double(f64::NAN)),
            ("small", huge(7)),
            ("huge", huge(u128::MAX)),
            ("asn", whole(3243)),
            ("is_anonymous", truth(true)),
        ]);
        let expected = json!({
            "country": { "iso_code": "PT" }, "names": ["Lisbon", null], "geohash": null, "latitude": 38.5, "nowhere": null,
            "small": 7, "huge": null, "asn": 3243, "is_anonymous": true,
        });
        assert_eq!(read(record), expected);
    }
}
