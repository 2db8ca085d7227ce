//! The rows of a CSV file (RFC 4180), read one after another, each with its line number, in bounded memory.
//!
//! A quotation mark that is never closed takes everything after it for text. Here it costs the line it stands on: a row
//! may be long only so far, and what was read in vain is read again from the next line on.
//!
//! Lines end with a line feed, with a carriage return before it or without. Where there is none in what comes first, a
//! carriage return alone ends them, as in files of old Macs.

use std::io::{self, BufRead, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::unreadable::{LONGEST_ROW, Unreadable};

/// Most lines that a row may have: a line may end within quotation marks.
const MOST_LINES: u64 = 20;

/// Reads rows.
pub(super) struct Rows<R> {
    input: R,
    /// What ends a line, once the first was looked at.
    end: Option<u8>,
    parser: Reader,
    /// The text of the row, as it stands in the file.
    text: Vec<u8>,
    /// What was read in vain, and from where it is still to be read again.
    again: Vec<u8>,
    again_from: usize,
    /// The text of the cells, one after another, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    /// How much of both is filled.
    filled: (usize, usize),
    /// Cells that every row has, once that is known.
    width: Option<usize>,
    /// The number of the next line.
    line: u64,
    bytes: u64,
}

/// A row: its cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    line: u64,
    cells: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// The number of its first line in the file, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// One cell, without white space around it.
    pub(super) fn cell(&self, at: usize) -> &'a [u8] {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.cells[from..self.ends[at]].trim_ascii()
    }
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(input: R) -> Self {
        // Where lines end otherwise, a bare carriage return is part of a text: old logs have them, and a row must not end
        // there.
        let parser = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build();
        Self {
            input,
            end: None,
            parser,
            text: Vec::new(),
            again: Vec::new(),
            again_from: 0,
            cells: vec![0; 1024],
            ends: vec![0; 32],
            filled: (0, 0),
            width: None,
            line: 1,
            bytes: 0,
        }
    }

    /// What comes next, without taking it.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Tells how many cells every row has from now on.
    pub(super) fn expect(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// The next row that is not blank, or why it cannot be read; `None` at the end of the file.
    pub(super) fn read(&mut self) -> io::Result<Option<Result<Row<'_>, (u64, Unreadable)>>> {
        loop {
            self.text.clear();
            if !self.add_line()? {
                return Ok(None);
            }
            if !self.text.trim_ascii().is_empty() {
                break;
            }
            self.line += 1;
        }
        let line = self.line;
        if !self.text.ends_with(b"\n") {
            self.skip_line()?;
            self.line += 1;
            return Ok(Some(Err((line, Unreadable::TooLong))));
        }
        let first_line = self.text.len();
        match self.read_cells()? {
            Ok(lines) => {
                self.line += lines;
                let (cells, ends) = (&self.cells[..self.filled.0], &self.ends[..self.filled.1]);
                Ok(Some(Ok(Row { line, cells, ends })))
            }
            Err(why) => {
                self.line += 1;
                self.put_back(first_line);
                Ok(Some(Err((line, why))))
            }
        }
    }

    /// Takes the text apart, adding lines to it while a quotation mark is open. Answers with how many lines it has.
    fn read_cells(&mut self) -> io::Result<Result<u64, Unreadable>> {
        self.parser.reset();
        self.filled = (0, 0);
        let (mut lines, mut fed) = (1, 0);
        while !self.feed(&mut fed) {
            let is_full = lines == MOST_LINES || self.text.len() >= LONGEST_ROW;
            if is_full || !self.add_line()? {
                return Ok(Err(Unreadable::Unclosed));
            }
            lines += 1;
        }
        let found = self.filled.1;
        Ok(match self.width {
            Some(needed) if found != needed => Err(Unreadable::Width { found, needed }),
            _ => Ok(lines),
        })
    }

    /// Gives the parser the text from `fed` on; whether that completes a row.
    fn feed(&mut self, fed: &mut usize) -> bool {
        while *fed < self.text.len() {
            let (cells, ends) = (&mut self.cells[self.filled.0..], &mut self.ends[self.filled.1..]);
            let (result, read, written, ended) = self.parser.read_record(&self.text[*fed..], cells, ends);
            *fed += read;
            self.filled = (self.filled.0 + written, self.filled.1 + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => return true,
            }
        }
        false
    }

    /// Adds the next line to the text; `false` at the end of the file. Without a line's end after it, there was no
    /// room for all of the line.
    fn add_line(&mut self) -> io::Result<bool> {
        let before = self.text.len();
        if self.again_from < self.again.len() {
            let rest = &self.again[self.again_from..];
            let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            self.text.extend_from_slice(&rest[..end]);
            self.again_from += end;
        }
        if self.text.len() == before || !self.text.ends_with(b"\n") {
            let end = self.end()?;
            let (from, room) = (self.text.len(), LONGEST_ROW.saturating_sub(self.text.len()));
            let read = (&mut self.input).take(room as u64).read_until(end, &mut self.text)?;
            self.bytes += read as u64;
            if end == b'\r' {
                with_line_feeds(&mut self.text[from..]);
            }
        }
        if self.text.len() == before {
            return Ok(false);
        }
        if self.text.ends_with(b"\r\n") {
            self.text.truncate(self.text.len() - 2);
            self.text.push(b'\n');
        } else if !self.text.ends_with(b"\n") && self.text.len() < LONGEST_ROW {
            // The last line of a file may end without an end.
            self.text.push(b'\n');
        }
        Ok(true)
    }

    /// What ends a line of this file: told by what of it comes first.
    fn end(&mut self) -> io::Result<u8> {
        if let Some(end) = self.end {
            return Ok(end);
        }
        let first = self.input.fill_buf()?;
        let has = |end: u8| first.contains(&end);
        let end = if has(b'\r') && !has(b'\n') { b'\r' } else { b'\n' };
        self.end = Some(end);
        Ok(end)
    }

    /// Reads on to the end of a line that is too long, and keeps nothing of it.
    fn skip_line(&mut self) -> io::Result<()> {
        let end = self.end()?;
        loop {
            self.text.clear();
            let read = (&mut self.input).take(LONGEST_ROW as u64).read_until(end, &mut self.text)?;
            self.bytes += read as u64;
            if read == 0 || self.text.ends_with(&[end]) {
                return Ok(());
            }
        }
    }

    /// Has the text from a position on read again.
    fn put_back(&mut self, from: usize) {
        self.again.drain(..self.again_from);
        self.again.splice(..0, self.text.drain(from..));
        self.again_from = 0;
    }
}

/// Makes the end of a line one as everywhere else, where lines end with a carriage return. A line feed ends none there.
fn with_line_feeds(line: &mut [u8]) {
    for byte in line {
        *byte = match *byte {
            b'\r' => b'\n',
            b'\n' => b' ',
            other => other,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Every row of a text with two columns: its line, and its cells or what is wrong.
    fn rows(text: &str) -> Vec<(u64, String)> {
        let mut rows = Rows::new(Cursor::new(text.as_bytes().to_vec()));
        rows.expect(2);
        let mut found = Vec::new();
        while let Some(row) = rows.read().expect("readable") {
            found.push(match row {
                Ok(row) => {
                    let cells = (0..row.len()).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned());
                    (row.line(), cells.collect::<Vec<_>>().join("|"))
                }
                Err((line, why)) => (line, why.to_string()),
            });
        }
        found
    }

    #[test]
    fn rows_have_the_number_of_their_first_line() {
        let text = "\u{feff}a,b\r\n\r\n\"c, \"\"d\"\"\" , e \n\"f\ng\",h\ni,j";
        let expected = [(1, "a|b"), (3, "c, \"d\"|e"), (4, "f\ng|h"), (6, "i|j")];
        let found = rows(text);
        assert_eq!(found, expected.map(|(line, cells)| (line, cells.to_owned())));
    }

    #[test]
    fn lines_may_end_with_carriage_returns_alone() {
        let expected = [(1, "a|b"), (3, "c, \"d\"|e"), (4, "f\ng|h"), (6, "i|j")];
        let expected = expected.map(|(line, cells)| (line, cells.to_owned()));
        assert_eq!(rows("\u{feff}a,b\r\r\"c, \"\"d\"\"\" , e \r\"f\rg\",h\ri,j"), expected);
        let text = format!("a,\"b\rc,d\r{},x\re,f\r", "a".repeat(LONGEST_ROW * 2));
        let lines = rows(&text).into_iter().map(|(line, cells)| (line, cells.len() < 4)).collect::<Vec<_>>();
        assert_eq!(lines, [(1, false), (2, true), (3, false), (4, true)]);
    }

    #[test]
    fn a_carriage_return_within_a_line_is_part_of_its_text() {
        let found = rows("a,b\nc\rd,e\n");
        assert_eq!(found, [(1, "a|b"), (2, "c\rd|e")].map(|(line, cells)| (line, cells.to_owned())));
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_costs_its_own_line_only() {
        let found = rows("a,\"b\nc,d\ne,f\n");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].1.contains("quotation mark"), "{found:?}");
        assert_eq!(found[1..], [(2, "c|d".to_owned()), (3, "e|f".to_owned())]);
    }

    #[test]
    fn one_that_is_closed_by_another_cell_costs_its_own_line_only() {
        let found = rows("a,\"b\n\"c\",d\ne,f\n");
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3], "{found:?}");
        assert_eq!(found[1..], [(2, "c|d".to_owned()), (3, "e|f".to_owned())]);
    }

    #[test]
    fn many_of_them_cost_no_more_than_their_lines() {
        let text = "a,\"b,c\n".repeat(1000) + "c,d\n";
        let found = rows(&text);
        // In pairs they close each other, into rows of the wrong width: each line is read again all the same.
        assert_eq!(found.len(), 1001);
        assert_eq!(found[1000], (1001, "c|d".to_owned()));
    }

    #[test]
    fn a_line_without_an_end_is_passed_over_in_bounded_memory() {
        let text = format!("{},x\nc,d\n\"{}\ne,f", "a".repeat(LONGEST_ROW * 3), "b".repeat(LONGEST_ROW - 9));
        let mut rows = Rows::new(Cursor::new(text.into_bytes()));
        rows.expect(2);
        let mut lines = Vec::new();
        while let Some(row) = rows.read().expect("readable") {
            lines.push(row.map(|row| row.line()).map_err(|(line, _)| line));
            assert!(rows.text.capacity() + rows.again.capacity() < LONGEST_ROW * 5);
        }
        assert_eq!(lines, [Err(1), Ok(2), Err(3), Ok(4)]);
    }

    #[test]
    fn a_row_of_another_width_is_told() {
        let found = rows("a,b,c\nd\n");
        assert_eq!(found[0].1, "it has 3 cells where the first line names 2");
        assert_eq!(found[1].1, "it has 1 cell where the first line names 2");
    }
}
