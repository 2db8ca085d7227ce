//! A made-up log in the public data set's columns, the same bytes from the same numbers.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use latchkey::model::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// How large it is.
#[derive(Clone, Copy)]
pub struct Log {
    pub rows: u32,
    pub users: u32,
}

const SEED: u64 = 3;

/// 2020-02-03T12:43:30.772Z, where the public data set begins, and a year.
const BEGINS: i64 = 1_580_733_810_772;
const YEAR: i64 = 365 * 24 * 3_600_000;

const CITIES: [(&str, &str, &str, u32); 8] = [
    ("NO", "Oslo County", "Oslo", 29695),
    ("NO", "Vestland", "Bergen", 2119),
    ("NO", "Rogaland", "Stavanger", 41164),
    ("NO", "-", "-", 224),
    ("SE", "Stockholm County", "Stockholm", 3301),
    ("DK", "Capital Region", "Copenhagen", 3292),
    ("US", "California", "San Francisco", 7922),
    ("DE", "Land Berlin", "Berlin", 3320),
];

/// Browser, its first major version, system, sort of device, and the beginning of the user agent.
const CLIENTS: [(&str, u32, &str, &str, &str); 7] = [
    ("Chrome", 79, "Windows 10", "desktop", "Windows NT 10.0; Win64; x64"),
    ("Chrome Mobile", 79, "Android 10", "mobile", "Linux; Android 10; SM-G973F"),
    ("Mobile Safari", 13, "iOS 13.3.1", "mobile", "iPhone; CPU iPhone OS 13_3_1 like Mac OS X"),
    ("Firefox", 72, "Ubuntu", "desktop", "X11; Ubuntu; Linux x86_64; rv:72.0"),
    ("Safari", 13, "Mac OS X 10.15.2", "desktop", "Macintosh; Intel Mac OS X 10_15_2"),
    ("Edge", 18, "Windows 10", "desktop", "Windows NT 10.0; Win64; x64; Edge"),
    ("Mobile Safari", 13, "iOS 13.3", "tablet", "iPad; CPU OS 13_3 like Mac OS X"),
];

/// Writes it. A user has one to three devices, whose browsers are updated every six weeks, and one to three lines in
/// one city; one sign-in in a hundred comes from a journey, one in fifty fails, and one in two hundred is an attack.
pub fn write(path: &Path, log: Log) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).expect("a file"));
    writeln!(
        out,
        "index,Login Timestamp,User ID,Round-Trip Time [ms],IP Address,Country,Region,City,ASN,User Agent String,\
         Browser Name and Version,OS Name and Version,Device Type,Login Successful,Is Attack IP,Is Account Takeover"
    )
    .expect("writes");
    let mut chance = StdRng::seed_from_u64(SEED);
    for index in 0..log.rows {
        let user = chance.random_range(0..log.users);
        let mut own = StdRng::seed_from_u64(SEED + 1 + u64::from(user));
        let (home, lines, devices) =
            (own.random_range(0..CITIES.len()), own.random_range(1..=3_u8), own.random_range(1..=3_usize));
        let (net, first_client) = (own.random_range(0..=u16::MAX), own.random_range(0..CLIENTS.len()));
        let (is_away, is_attack) = (chance.random_ratio(1, 100), chance.random_ratio(1, 200));
        let (place, line, client) = if is_away || is_attack {
            (chance.random_range(0..CITIES.len()), chance.random(), chance.random_range(0..CLIENTS.len()))
        } else {
            let client = (first_client + chance.random_range(0..devices)) % CLIENTS.len();
            (home, chance.random_range(0..lines), client)
        };
        let (country, region, city, network) = CITIES[place];
        let (browser, major, system, kind, agent) = CLIENTS[client];
        let major = major + index / (log.rows / 9 + 1);
        let at = BEGINS + i64::from(index) * YEAR / i64::from(log.rows);
        let at = Timestamp::from_millis(at).to_string().replace('T', " ");
        let [high, low] = net.to_be_bytes();
        let id = i64::from(user).wrapping_mul(-4_324_475_583_306_591);
        let truth = |is: bool| if is { "True" } else { "False" };
        writeln!(
            out,
            "{index},{},{id},,10.{high}.{}.{},{country},{region},{city},{network},\"Mozilla/5.0 ({agent}) \
             AppleWebKit/537.36 (KHTML, like Gecko) Version/{major}.0.3945 Safari/537.36\",{browser} \
             {major}.0.3945,{system},{kind},{},{},False",
            at.trim_end_matches('Z'),
            low.wrapping_add(line),
            chance.random_range(1..255),
            truth(!chance.random_ratio(1, 50)),
            truth(is_attack),
        )
        .expect("writes");
    }
    out.flush().expect("writes");
}
