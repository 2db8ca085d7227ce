//! Countries and their cities: where households live, go, and are attacked from. Coordinates are rounded to a
//! hundredth of a degree; the last number of a city is its weight, roughly in hundreds of thousands of people.

/// A city: name, degrees north, degrees east, weight.
pub type City = (&'static str, f64, f64, f64);

/// A country.
#[derive(Clone, Copy, Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// In English.
    pub name: &'static str,
    /// How many of the simulated households live there; 0 for countries that are only visited or attacked from.
    /// Chosen.
    pub households: f64,
    /// How many holidays abroad go there. Chosen.
    pub holidays: f64,
    /// Its cities, the largest first.
    pub cities: &'static [City],
}

const fn country(
    code: &'static str,
    name: &'static str,
    households: f64,
    holidays: f64,
    cities: &'static [City],
) -> Country {
    Country { code, name, households, holidays, cities }
}

/// The countries of the simulated world.
pub const COUNTRIES: [Country; 26] = [
    country(
        "PT",
        "Portugal",
        6.0,
        6.0,
        &[
            ("Lisbon", 38.72, -9.14, 28.0),
            ("Porto", 41.15, -8.61, 17.0),
            ("Braga", 41.55, -8.43, 2.0),
            ("Coimbra", 40.21, -8.43, 1.5),
            ("Faro", 37.02, -7.93, 1.2),
            ("Funchal", 32.65, -16.91, 1.1),
        ],
    ),
    country(
        "ES",
        "Spain",
        8.0,
        12.0,
        &[
            ("Madrid", 40.42, -3.70, 67.0),
            ("Barcelona", 41.39, 2.17, 56.0),
            ("Valencia", 39.47, -0.38, 16.0),
            ("Seville", 37.39, -5.98, 13.0),
            ("Malaga", 36.72, -4.42, 9.0),
            ("Bilbao", 43.26, -2.93, 9.0),
            ("Palma", 39.57, 2.65, 6.0),
            ("Las Palmas", 28.12, -15.43, 6.0),
        ],
    ),
    country(
        "FR",
        "France",
        9.0,
        9.0,
        &[
            ("Paris", 48.86, 2.35, 110.0),
            ("Lyon", 45.76, 4.84, 17.0),
            ("Marseille", 43.30, 5.37, 16.0),
            ("Toulouse", 43.60, 1.44, 10.0),
            ("Bordeaux", 44.84, -0.58, 9.0),
            ("Lille", 50.63, 3.06, 10.0),
            ("Nice", 43.70, 7.27, 9.0),
            ("Nantes", 47.22, -1.55, 7.0),
        ],
    ),
    country(
        "DE",
        "Germany",
        12.0,
        6.0,
        &[
            ("Berlin", 52.52, 13.40, 45.0),
            ("Hamburg", 53.55, 9.99, 26.0),
            ("Munich", 48.14, 11.58, 26.0),
            ("Cologne", 50.94, 6.96, 19.0),
            ("Frankfurt", 50.11, 8.68, 23.0),
            ("Stuttgart", 48.78, 9.18, 24.0),
            ("Leipzig", 51.34, 12.37, 10.0),
            ("Rostock", 54.09, 12.14, 2.0),
        ],
    ),
    country(
        "GB",
        "United Kingdom",
        9.0,
        4.0,
        &[
            ("London", 51.51, -0.13, 98.0),
            ("Manchester", 53.48, -2.24, 27.0),
            ("Birmingham", 52.48, -1.90, 25.0),
            ("Leeds", 53.80, -1.55, 18.0),
            ("Glasgow", 55.86, -4.25, 12.0),
            ("Cardiff", 51.48, -3.18, 5.0),
            ("Plymouth", 50.38, -4.14, 3.0),
        ],
    ),
    country(
        "IT",
        "Italy",
        7.0,
        9.0,
        &[
            ("Rome", 41.90, 12.50, 43.0),
            ("Milan", 45.46, 9.19, 52.0),
            ("Naples", 40.85, 14.27, 31.0),
            ("Turin", 45.07, 7.69, 17.0),
            ("Palermo", 38.12, 13.36, 10.0),
            ("Bologna", 44.49, 11.34, 8.0),
            ("Cagliari", 39.22, 9.12, 4.0),
        ],
    ),
    country(
        "NL",
        "Netherlands",
        5.0,
        3.0,
        &[
            ("Amsterdam", 52.37, 4.90, 25.0),
            ("Rotterdam", 51.92, 4.48, 18.0),
            ("Utrecht", 52.09, 5.12, 6.0),
            ("Eindhoven", 51.44, 5.47, 4.0),
            ("Groningen", 53.22, 6.57, 2.5),
        ],
    ),
    country(
        "PL",
        "Poland",
        6.0,
        3.0,
        &[
            ("Warsaw", 52.23, 21.01, 31.0),
            ("Krakow", 50.06, 19.94, 14.0),
            ("Lodz", 51.76, 19.46, 9.0),
            ("Wroclaw", 51.11, 17.03, 9.0),
            ("Gdansk", 54.35, 18.65, 11.0),
            ("Szczecin", 53.43, 14.55, 5.0),
        ],
    ),
    country(
        "SE",
        "Sweden",
        4.0,
        2.0,
        &[
            ("Stockholm", 59.33, 18.07, 24.0),
            ("Gothenburg", 57.71, 11.97, 10.0),
            ("Malmo", 55.60, 13.00, 7.0),
            ("Uppsala", 59.86, 17.64, 2.0),
            ("Umea", 63.83, 20.26, 1.0),
        ],
    ),
    country(
        "GR",
        "Greece",
        3.0,
        8.0,
        &[
            ("Athens", 37.98, 23.73, 37.0),
            ("Thessaloniki", 40.64, 22.94, 11.0),
            ("Patras", 38.25, 21.73, 2.5),
            ("Heraklion", 35.34, 25.13, 2.0),
            ("Rhodes", 36.44, 28.22, 1.0),
        ],
    ),
    country(
        "AT",
        "Austria",
        3.0,
        5.0,
        &[
            ("Vienna", 48.21, 16.37, 28.0),
            ("Graz", 47.07, 15.44, 6.0),
            ("Linz", 48.31, 14.29, 5.0),
            ("Innsbruck", 47.27, 11.40, 3.0),
        ],
    ),
    country(
        "CH",
        "Switzerland",
        3.0,
        3.0,
        &[
            ("Zurich", 47.38, 8.54, 14.0),
            ("Geneva", 46.20, 6.14, 6.0),
            ("Basel", 47.56, 7.59, 5.0),
            ("Lugano", 46.00, 8.95, 1.5),
        ],
    ),
    country(
        "US",
        "United States",
        14.0,
        5.0,
        &[
            ("New York", 40.71, -74.01, 190.0),
            ("Los Angeles", 34.05, -118.24, 130.0),
            ("Chicago", 41.88, -87.63, 95.0),
            ("Houston", 29.76, -95.37, 70.0),
            ("Miami", 25.76, -80.19, 61.0),
            ("Denver", 39.74, -104.99, 29.0),
            ("Seattle", 47.61, -122.33, 40.0),
            ("Boston", 42.36, -71.06, 49.0),
            ("Minneapolis", 44.98, -93.27, 36.0),
        ],
    ),
    country(
        "CA",
        "Canada",
        4.0,
        2.0,
        &[
            ("Toronto", 43.65, -79.38, 62.0),
            ("Montreal", 45.50, -73.57, 42.0),
            ("Vancouver", 49.28, -123.12, 26.0),
            ("Calgary", 51.05, -114.07, 15.0),
            ("Halifax", 44.65, -63.57, 5.0),
        ],
    ),
    country(
        "BR",
        "Brazil",
        6.0,
        1.0,
        &[
            ("Sao Paulo", -23.55, -46.63, 220.0),
            ("Rio de Janeiro", -22.91, -43.17, 130.0),
            ("Belo Horizonte", -19.92, -43.94, 60.0),
            ("Porto Alegre", -30.03, -51.22, 43.0),
            ("Recife", -8.05, -34.88, 41.0),
            ("Manaus", -3.12, -60.02, 27.0),
        ],
    ),
    country(
        "MX",
        "Mexico",
        2.0,
        3.0,
        &[
            ("Mexico City", 19.43, -99.13, 210.0),
            ("Guadalajara", 20.66, -103.35, 52.0),
            ("Monterrey", 25.69, -100.32, 53.0),
            ("Cancun", 21.16, -86.85, 9.0),
        ],
    ),
    country(
        "JP",
        "Japan",
        4.0,
        2.0,
        &[
            ("Tokyo", 35.68, 139.69, 370.0),
            ("Osaka", 34.69, 135.50, 190.0),
            ("Nagoya", 35.18, 136.91, 90.0),
            ("Fukuoka", 33.59, 130.40, 25.0),
            ("Sapporo", 43.06, 141.35, 26.0),
        ],
    ),
    country(
        "AU",
        "Australia",
        3.0,
        1.0,
        &[
            ("Sydney", -33.87, 151.21, 53.0),
            ("Melbourne", -37.81, 144.96, 50.0),
            ("Brisbane", -27.47, 153.03, 26.0),
            ("Perth", -31.95, 115.86, 21.0),
            ("Adelaide", -34.93, 138.60, 14.0),
        ],
    ),
    country(
        "IN",
        "India",
        3.0,
        1.0,
        &[
            ("Delhi", 28.61, 77.21, 320.0),
            ("Mumbai", 19.08, 72.88, 210.0),
            ("Bengaluru", 12.97, 77.59, 130.0),
            ("Chennai", 13.08, 80.27, 115.0),
            ("Kolkata", 22.57, 88.36, 150.0),
        ],
    ),
    country(
        "TR",
        "Turkey",
        2.0,
        6.0,
        &[
            ("Istanbul", 41.01, 28.98, 155.0),
            ("Ankara", 39.93, 32.86, 57.0),
            ("Izmir", 38.42, 27.14, 44.0),
            ("Antalya", 36.90, 30.71, 26.0),
        ],
    ),
    country(
        "MA",
        "Morocco",
        1.0,
        2.0,
        &[
            ("Casablanca", 33.57, -7.59, 37.0),
            ("Rabat", 34.02, -6.84, 19.0),
            ("Marrakesh", 31.63, -8.01, 10.0),
        ],
    ),
    country(
        "ZA",
        "South Africa",
        1.0,
        1.0,
        &[
            ("Johannesburg", -26.20, 28.05, 60.0),
            ("Cape Town", -33.92, 18.42, 47.0),
            ("Durban", -29.86, 31.02, 32.0),
        ],
    ),
    country(
        "VN",
        "Vietnam",
        0.0,
        1.0,
        &[("Hanoi", 21.03, 105.85, 53.0), ("Ho Chi Minh City", 10.82, 106.63, 93.0)],
    ),
    country(
        "ID",
        "Indonesia",
        0.0,
        1.0,
        &[("Jakarta", -6.21, 106.85, 110.0), ("Surabaya", -7.26, 112.75, 30.0)],
    ),
    country("NG", "Nigeria", 0.0, 0.0, &[("Lagos", 6.52, 3.38, 150.0), ("Abuja", 9.06, 7.49, 40.0)]),
    country("UA", "Ukraine", 0.0, 0.0, &[("Kyiv", 50.45, 30.52, 30.0), ("Lviv", 49.84, 24.03, 7.0)]),
];
