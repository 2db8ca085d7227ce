//! Where a row says it comes from: its own columns, or the databases for its address.

use std::net::IpAddr;

use super::bounded::Bounded;
use super::columns::{Column, Columns};
use super::rows::Row;
use crate::geo::{Locator, Stated};
use crate::model::{Place, clean_text};

/// Finds the places of rows.
pub(super) struct Places {
    locator: Locator,
    told: Bounded<Told>,
    located: Bounded<Place>,
}

impl Places {
    pub(super) fn new(locator: Locator) -> Self {
        Self { locator, told: Bounded::new(), located: Bounded::new() }
    }

    /// The place of a row, and the country that it names, if that is none. What the columns say goes before the address: in
    /// the public data set addresses are replaced by private ones, and their places are not.
    pub(super) fn of(
        &mut self,
        columns: &Columns,
        row: &Row<'_>,
        address: Option<IpAddr>,
    ) -> (Place, Option<String>) {
        let cell = |column| columns.cell(row, column);
        let [country, region, city] = [Column::Country, Column::Region, Column::City].map(cell);
        let network = cell(Column::Network);
        if country.is_empty() {
            return (self.located(address, network), None);
        }
        let locator = &self.locator;
        let told = self.told.answer(&[country, region, city, network], || {
            let [country, region, city] = [country, region, city].map(String::from_utf8_lossy);
            let told = Stated { country: &country, region: &region, city: &city };
            match told.place() {
                Some(place) => Told::Place(on_network(place, network, locator)),
                None if told.is_mistaken() => Told::NoCountry(clean_text(&country, 40)),
                None => Told::Nothing,
            }
        });
        match told {
            Told::Place(place) => (place, None),
            Told::NoCountry(country) => (self.located(address, network), Some(country)),
            Told::Nothing => (self.located(address, network), None),
        }
    }

    /// The place of an address, as the databases know it.
    fn located(&mut self, address: Option<IpAddr>, network: &[u8]) -> Place {
        let octets = match address {
            None => Vec::new(),
            Some(IpAddr::V4(address)) => address.octets().to_vec(),
            Some(IpAddr::V6(address)) => address.octets().to_vec(),
        };
        let locator = &self.locator;
        self.located.answer(&[&octets, network], || on_network(locator.locate(address), network, locator))
    }
}

/// What the columns of a row tell of its place.
#[derive(Clone, Debug)]
enum Told {
    Place(Place),
    /// A country that is none, as it stands there.
    NoCountry(String),
    Nothing,
}

/// The place, with the network that its row names: "29695", "AS29695".
fn on_network(mut place: Place, cell: &[u8], locator: &Locator) -> Place {
    let digits = cell.strip_prefix(b"AS").unwrap_or(cell);
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    if let Some(number) = number.filter(|number: &u32| *number > 0) {
        if place.asn != Some(number) {
            place.network = Some(format!("AS{number}"));
            place.network_kind = locator.kind_of_network(number);
        }
        place.asn = Some(number);
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_may_name_its_network() {
        let of = |cell: &str| on_network(Place::unknown(), cell.as_bytes(), &Locator::none());
        assert_eq!((of("29695").asn, of("29695").network.as_deref()), (Some(29695), Some("AS29695")));
        assert_eq!(of("AS29695"), of("29695"));
        for cell in ["", "0", "-1", "Telenor", "4294967296"] {
            assert_eq!(of(cell), Place::unknown(), "{cell}");
        }
    }

    #[test]
    fn what_a_database_knows_of_the_same_network_stays() {
        let place = Place { asn: Some(1), network: Some("One".into()), ..Place::unknown() };
        assert_eq!(on_network(place.clone(), b"1", &Locator::none()), place);
        assert_eq!(on_network(place, b"2", &Locator::none()).network.as_deref(), Some("AS2"));
    }
}
