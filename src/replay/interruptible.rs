//! Input that may have nothing to say for a long time, such as a pipe or a keyboard: whoever waits for it can be told to
//! stop. It is read in a thread of its own, which waits in its stead.

use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use super::PIECE;

/// Pieces that are read ahead.
const AHEAD: usize = 2;

/// How long it waits between two looks at whether to stop: no person notices it.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Reads, until it is told to stop: then it fails.
pub(super) struct Interruptible<'a> {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    /// How much of the piece was taken.
    taken: usize,
    stop: &'a AtomicBool,
}

impl<'a> Interruptible<'a> {
    /// Reads from `input`. Its thread ends with it, or with the program, where it waits to the end.
    pub(super) fn new(mut input: impl Read + Send + 'static, stop: &'a AtomicBool) -> Self {
        let (send, pieces) = sync_channel(AHEAD);
        thread::spawn(move || {
            loop {
                let piece = read_piece(&mut input);
                let is_last = !matches!(&piece, Ok(piece) if !piece.is_empty());
                if send.send(piece).is_err() || is_last {
                    break;
                }
            }
        });
        Self { pieces, piece: Vec::new(), taken: 0, stop }
    }

    /// The next piece; an empty one at the end.
    fn wait(&self) -> io::Result<Vec<u8>> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                // Not "interrupted": whoever reads by lines would try again.
                return Err(io::Error::other("told to stop"));
            }
            match self.pieces.recv_timeout(LOOK_EVERY) {
                Ok(piece) => return piece,
                Err(RecvTimeoutError::Timeout) => {}
                // It was at its end.
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
            }
        }
    }
}

fn read_piece(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = vec![0; PIECE];
    loop {
        match input.read(&mut piece) {
            Ok(read) => {
                piece.truncate(read);
                return Ok(piece);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl Read for Interruptible<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Interruptible<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.piece.len() {
            self.piece = self.wait()?;
            self.taken = 0;
        }
        Ok(&self.piece[self.taken..])
    }

    fn consume(&mut self, taken: usize) {
        self.taken = (self.taken + taken).min(self.piece.len());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::mpsc::channel;

    use super::*;

    /// Gives one piece, and has nothing more to say.
    struct Idle {
        piece: Option<Vec<u8>>,
        says_no_more: Receiver<()>,
    }

    impl Read for Idle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if let Some(piece) = self.piece.take() {
                return piece.as_slice().read(buffer);
            }
            // Until whoever holds the other end lets go of it.
            let _ = self.says_no_more.recv();
            Ok(0)
        }
    }

    #[test]
    fn what_comes_is_read_whole_and_in_order() {
        let text = (0..100_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>();
        let stop = AtomicBool::new(false);
        let mut read = Vec::new();
        Interruptible::new(Cursor::new(text.clone()), &stop).read_to_end(&mut read).expect("readable");
        assert!(read == text, "{} bytes of {}", read.len(), text.len());
    }

    #[test]
    fn who_waits_for_more_is_told_to_stop_and_has_what_came_before() {
        let (held, says_no_more) = channel();
        let stop = AtomicBool::new(false);
        let idle = Idle { piece: Some(b"one\n".to_vec()), says_no_more };
        let mut input = Interruptible::new(idle, &stop);
        let mut line = String::new();
        assert_eq!(input.read_line(&mut line).expect("readable"), 4);
        stop.store(true, Ordering::Relaxed);
        let error = input.read_line(&mut line).expect_err("stopped");
        assert_eq!((error.to_string().as_str(), line.as_str()), ("told to stop", "one\n"));
        drop(held);
    }

    #[test]
    fn what_goes_wrong_is_told_once_and_then_it_is_at_its_end() {
        struct Lost;
        impl Read for Lost {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(ErrorKind::TimedOut.into())
            }
        }
        let stop = AtomicBool::new(false);
        let mut input = Interruptible::new(Lost, &stop);
        assert_eq!(input.fill_buf().expect_err("fails").kind(), ErrorKind::TimedOut);
        assert!(input.fill_buf().expect("ended").is_empty());
    }
}
