//! The confirmation screen shows a secret on the alternate screen. When it is left, the secret is gone, even from the
//! scrollback.

use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthChar as _;
use zeroize::Zeroizing;

use super::alternate::{Size, joined};
use crate::domain::text::wrapped;

/// The content of the screen.
pub struct ScreenPage {
    /// Whose secret it is, in a line.
    pub title: String,
    /// The secret, alone on its line.
    pub secret: Zeroizing<String>,
    /// When it expires, and what happens next.
    pub rest: String,
    /// What happened to it so far.
    pub status: String,
}

/// What a key does at the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScreenKey {
    /// Copy the secret.
    Copy,
    /// Leave.
    Leave,
}

impl ScreenPage {
    /// The same page, to draw it again when the size of the window changes.
    #[must_use]
    pub fn again(&self) -> Self {
        let (title, rest, status) = (self.title.clone(), self.rest.clone(), self.status.clone());
        Self { title, secret: self.secret.clone(), rest, status }
    }

    /// Whether all of the secret is seen in a window of this size. A long line is broken by the terminal.
    #[must_use]
    pub fn fits(&self, size: Size) -> bool {
        self.secret.len() <= usize::from(size.columns) * usize::from(size.rows)
    }

    /// The lines to draw. In a small window, the secret and its status stay.
    ///
    /// The secret is drawn as large as a terminal allows: set apart, and in a coloured block if colours are on. Few
    /// terminals draw letters of double height or width (DECDHL, DECDWL), and multiplexers garble them. A double click
    /// would not select spaced letters, and a copy of them would have gaps.
    #[must_use]
    pub fn drawn(&self, size: Size, coloured: bool) -> Zeroizing<String> {
        let (columns, rows) = (usize::from(size.columns.max(1)), usize::from(size.rows));
        let lines = |text: &str| -> Vec<String> {
            let indented: Vec<String> = text.trim_end().lines().map(|line| format!("  {line}")).collect();
            let width = size.columns.saturating_sub(1).max(1);
            wrapped(&indented.join("\n"), Some(width)).lines().map(|line| cut(line, columns)).collect()
        };
        let [title, rest, status] = [&self.title, &self.rest, &self.status].map(|text| lines(text));
        let keys = lines("c  copy it to the clipboard\nq  or Enter: leave; you cannot see it again");

        let block = self.secret.len() + 4;
        let (margin, gap) = if block + 2 < columns { ("  ", "  ") } else { ("", "") };
        let above =
            if coloured && !margin.is_empty() { format!("{margin}\x1b[7m{:block$}\x1b[0m", "") } else { String::new() };
        let (strong, plain) = match coloured {
            false => ("", ""),
            true if margin.is_empty() => ("\x1b[1m", "\x1b[0m"),
            true => ("\x1b[1;7m", "\x1b[0m"),
        };
        let secret = [margin, strong, gap, self.secret.as_str(), gap, plain];
        // A long line is broken by the terminal, and takes several rows.
        let secret_rows = (self.secret.len() + margin.len() + gap.len()).div_ceil(columns);
        let broken = "\n".repeat(secret_rows.saturating_sub(1));

        let (apart, blank, none) = (vec![String::new(), above], vec![String::new()], Vec::new());
        let below: Vec<String> = apart.iter().rev().cloned().collect();
        // The parts above the secret, and below it.
        let ample = ([&blank, &title, &apart], [&below, &rest, &blank, &status, &blank, &keys]);
        let tight = ([&none, &title, &none], [&none, &none, &none, &status, &none, &keys]);
        let least = ([&none; 3], tight.1);
        let taken = |(above, below): &([&Vec<String>; 3], [&Vec<String>; 6])| {
            above.iter().chain(below).map(|part| part.len()).sum::<usize>() + secret_rows
        };
        let (above, below) = [ample, tight].into_iter().find(|parts| taken(parts) <= rows).unwrap_or(least);

        // In a very small window, the secret comes first. The parts below it are cut where the window ends.
        let room = rows.saturating_sub(above.iter().map(|part| part.len()).sum::<usize>() + secret_rows);
        let mut pieces: Vec<&str> = above.into_iter().flatten().flat_map(|line| [line.as_str(), "\n"]).collect();
        pieces.extend(secret);
        pieces.push(&broken);
        pieces.extend(below.into_iter().flatten().take(room).flat_map(|line| ["\n", line.as_str()]));
        joined(&pieces)
    }
}

/// The beginning of a line, as far as it fits. The terminal would break a longer one, and scroll the secret away.
fn cut(line: &str, columns: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= columns
    };
    line.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> ScreenPage {
        ScreenPage {
            title: "Temporary password for alice".into(),
            secret: Zeroizing::new("2345-6789".into()),
            rest: "It expires in a while, which is said in a line of some length.\nSign in with it.\n".into(),
            status: "In force.".into(),
        }
    }

    #[test]
    fn the_secret_stands_alone_on_its_line() {
        let drawn = page().drawn(Size { columns: 80, rows: 24 }, false);
        assert!(drawn.lines().any(|line| line.trim() == "2345-6789"), "{}", *drawn);
        assert!(!drawn.contains('\x1b'), "{drawn:?}");
    }

    #[test]
    fn where_colours_are_on_the_secret_is_in_one_piece_and_has_spaces_round_it() {
        let drawn = page().drawn(Size { columns: 80, rows: 24 }, true);
        assert!(drawn.contains("\x1b[1;7m  2345-6789  \x1b[0m"), "{drawn:?}");
    }

    #[test]
    fn the_secret_is_not_moved_while_it_is_written() {
        let drawn = page().drawn(Size { columns: 80, rows: 24 }, true);
        assert_eq!(drawn.capacity(), drawn.len());
    }

    #[test]
    fn in_the_smallest_window_the_secret_is_not_scrolled_away() {
        let page = ScreenPage { secret: Zeroizing::new("2345-6789-abcd-efgh-jkmn".into()), ..page() };
        for (columns, rows) in [(20, 5), (20, 2), (10, 3), (80, 1)] {
            let drawn = page.drawn(Size { columns, rows }, false);
            // For each further row of a broken line, `drawn` has a line break.
            let taken = drawn.split('\n').count();
            assert!(drawn.contains("2345-6789-abcd-efgh-jkmn"), "{columns}x{rows}: {}", *drawn);
            assert!(taken <= usize::from(rows), "{columns}x{rows}: {}", *drawn);
        }
    }

    #[test]
    fn a_window_holds_the_whole_secret_or_is_too_small() {
        let page = ScreenPage { secret: Zeroizing::new("2345-6789-abcd-efgh-jkmn".into()), ..page() };
        for (columns, rows, fits) in [(24, 1, true), (23, 1, false), (12, 2, true), (8, 3, true), (5, 3, false)] {
            assert_eq!(page.fits(Size { columns, rows }), fits, "{columns}x{rows}");
        }
    }

    #[test]
    fn no_line_is_longer_than_the_window_is_wide() {
        let page = ScreenPage { title: "Temporary password for abcdefghijklmnopqrstuvwxyz-名前".into(), ..page() };
        for columns in 1..40 {
            let drawn = page.drawn(Size { columns, rows: 40 }, false);
            let others = drawn.lines().filter(|line| !line.contains("2345-6789"));
            let widest = others.map(unicode_width::UnicodeWidthStr::width).max().unwrap();
            assert!(widest <= usize::from(columns), "{columns}: {}", *drawn);
        }
    }

    #[test]
    fn in_a_small_window_the_secret_and_its_status_stay() {
        for (columns, rows) in [(40, 12), (30, 8), (80, 8), (80, 3)] {
            let drawn = page().drawn(Size { columns, rows }, false);
            let seen: Vec<_> = drawn.lines().take(usize::from(rows)).collect();
            for words in ["2345-6789", "In force."] {
                assert!(seen.iter().any(|line| line.contains(words)), "{columns}x{rows}: {}", *drawn);
            }
        }
    }
}
