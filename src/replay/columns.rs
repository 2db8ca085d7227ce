//! The columns of a file, found by their names in its first line, in any order.

use std::io::BufRead;

use super::rows::{Row, Rows};
use crate::error::{Error, Result};
use crate::model::clean_text;

/// A column that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Index,
    Time,
    User,
    Address,
    Country,
    Region,
    City,
    Network,
    UserAgent,
    Browser,
    System,
    DeviceType,
    Succeeded,
    AttackAddress,
    Takeover,
}

/// Their names in the public data set, whose round-trip time is not used.
const NAMES: [(Column, &str); 15] = [
    (Column::Index, "index"),
    (Column::Time, "Login Timestamp"),
    (Column::User, "User ID"),
    (Column::Address, "IP Address"),
    (Column::Country, "Country"),
    (Column::Region, "Region"),
    (Column::City, "City"),
    (Column::Network, "ASN"),
    (Column::UserAgent, "User Agent String"),
    (Column::Browser, "Browser Name and Version"),
    (Column::System, "OS Name and Version"),
    (Column::DeviceType, "Device Type"),
    (Column::Succeeded, "Login Successful"),
    (Column::AttackAddress, "Is Attack IP"),
    (Column::Takeover, "Is Account Takeover"),
];

/// Without these a row is no sign-in.
const NEEDED: [Column; 2] = [Column::Time, Column::User];

/// Without any of these there is nothing to judge by.
const ONE_NEEDED: [Column; 5] =
    [Column::Address, Column::Country, Column::UserAgent, Column::Browser, Column::System];

/// Where each column is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns([Option<usize>; NAMES.len()]);

impl Columns {
    fn find(header: &Row<'_>) -> Self {
        let mut columns = Self([None; NAMES.len()]);
        for (at, (_, name)) in NAMES.iter().enumerate() {
            columns.0[at] = (0..header.len()).find(|cell| is_name(header.cell(*cell), name));
        }
        columns
    }

    /// Whether the file has a column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.0[column as usize].is_some()
    }

    /// What a row says in a column; empty when it says nothing, as it may by a dash.
    pub(super) fn cell<'a>(&self, row: &Row<'a>, column: Column) -> &'a [u8] {
        match self.0[column as usize].map(|at| row.cell(at)) {
            None | Some(b"-") => b"",
            Some(cell) => cell,
        }
    }
}

fn is_name(cell: &[u8], name: &str) -> bool {
    cell.eq_ignore_ascii_case(name.as_bytes())
}

fn name_of(column: Column) -> &'static str {
    NAMES[column as usize].1
}

/// Reads the line of names, and says what is missing in it.
pub(super) fn read(input: &mut Rows<impl BufRead>, name: &str) -> Result<Columns> {
    let refuse = |why: String| Error::invalid("FILE.csv", format!("{name} {why}"));
    let head = input.peek().map_err(|cause| Error::file(format!("cannot read {name}"), cause))?;
    if head.is_empty() {
        return Err(refuse("is empty.".into()));
    }
    if is_compressed(head) {
        return Err(refuse(
            "is compressed. Unpack it on the way: gzip -dc FILE.csv.gz, or unzip -p FILE.zip, and then \
             | latchkey-server judge -"
                .into(),
        ));
    }
    let header = input.read().map_err(|cause| Error::file(format!("cannot read {name}"), cause))?;
    let Some(Ok(header)) = header else {
        return Err(refuse(format!("is not a CSV file with a line of column names. {}", what_is_needed())));
    };
    let columns = Columns::find(&header);
    let missing = NEEDED.into_iter().filter(|column| !columns.has(*column)).map(name_of).collect::<Vec<_>>();
    if NAMES.iter().all(|(column, _)| !columns.has(*column)) {
        let what = format!("names no column that is known here in its first line ({}).", shown(&header));
        return Err(refuse(format!("{what} {}", what_is_needed())));
    }
    if !missing.is_empty() {
        return Err(refuse(format!("has no column {}. {}", missing.join(", nor "), what_is_needed())));
    }
    if !ONE_NEEDED.into_iter().any(|column| columns.has(column)) {
        return Err(refuse(format!("says neither where nor on what people signed in. {}", what_is_needed())));
    }
    let width = header.len();
    input.expect(width);
    Ok(columns)
}

fn what_is_needed() -> String {
    let list = |columns: &[Column]| columns.iter().copied().map(name_of).collect::<Vec<_>>().join(", ");
    format!(
        "Needed are {}, and at least one of {}, with commas between; the README says what each means.",
        list(&NEEDED),
        list(&ONE_NEEDED)
    )
}

/// What stands in a line of names, as far as a person needs it to see the mistake.
fn shown(header: &Row<'_>) -> String {
    let cells = (0..header.len().min(4)).map(|at| clean_text(&String::from_utf8_lossy(header.cell(at)), 30));
    let more = if header.len() > 4 { ", …" } else { "" };
    format!("{}{more}", cells.collect::<Vec<_>>().join(", "))
}

/// The first bytes of a gzip, zip, xz or zstd file.
fn is_compressed(head: &[u8]) -> bool {
    let marks: [&[u8]; 4] = [b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"];
    marks.iter().any(|mark| head.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn refusal(text: &[u8]) -> String {
        read(&mut Rows::new(Cursor::new(text.to_vec())), "log.csv").expect_err("refused").to_string()
    }

    #[test]
    fn the_list_of_names_is_in_the_order_of_the_columns() {
        for (at, (column, _)) in NAMES.iter().enumerate() {
            assert_eq!(*column as usize, at);
        }
    }

    #[test]
    fn columns_are_found_in_any_order_and_case() {
        let text = "city, USER ID ,login timestamp,IP Address\nOslo,7,now,-\n";
        let mut input = Rows::new(Cursor::new(text.as_bytes().to_vec()));
        let columns = read(&mut input, "log.csv").expect("found");
        let row = input.read().expect("readable").expect("a row").expect("whole");
        assert_eq!(columns.cell(&row, Column::User), b"7");
        assert_eq!(columns.cell(&row, Column::City), b"Oslo");
        assert_eq!(columns.cell(&row, Column::Address), b"", "a dash says nothing");
        assert_eq!(columns.cell(&row, Column::Country), b"", "an absent column says nothing");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(refusal(b"").contains("is empty"));
        assert!(refusal(b"\x1f\x8b\x08").contains("compressed"));
        assert!(refusal(b"time,who\n").contains("(time, who)"));
        assert!(refusal(b"time,who\n").contains("Needed are Login Timestamp, User ID"));
        assert!(refusal(b"User ID,Country\n").contains("no column Login Timestamp."));
        assert!(refusal(b"Country\n").contains("no column Login Timestamp, nor User ID."));
        assert!(refusal(b"Login Timestamp,User ID\n").contains("neither where nor on what"));
        assert!(refusal(b"\"never closed\n").contains("not a CSV file"));
    }
}
