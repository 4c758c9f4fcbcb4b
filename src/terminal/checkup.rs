//! The result of a store check, for people. Each check has a line, with its remedy below.

use anstyle::{AnsiColor, Style};

use super::output::Layout;
use crate::domain::finding::{Finding, Verdict};
use crate::domain::text::neutral;

/// The width of the longest name of a check or verdict, plus two spaces.
const CHECK_WIDTH: usize = 12;
const VERDICT_WIDTH: usize = 9;

/// All findings, in their order.
#[must_use]
pub fn lines(findings: &[Finding], layout: Layout) -> String {
    findings.iter().map(|finding| line(finding, layout)).collect()
}

fn line(finding: &Finding, layout: Layout) -> String {
    let (check, verdict) = (finding.check, finding.verdict.name());
    let style = if layout.coloured { colour(finding.verdict) } else { Style::new() };
    let label = format!("{check:CHECK_WIDTH$}{style}{verdict:VERDICT_WIDTH$}{style:#}");
    let margin = " ".repeat(CHECK_WIDTH + VERDICT_WIDTH);
    let mut text = beside(&label, &margin, &finding.message, layout);
    if let Some(remedy) = &finding.remedy {
        let remedy = format!("remedy: {remedy}");
        let is_short = layout.width.is_none_or(|width| remedy.len() + margin.len() <= usize::from(width));
        // A command gets a line of its own, if that saves it from being broken.
        match remedy.rsplit_once(": passdesk ").filter(|_| !is_short) {
            Some((words, command)) => {
                text.push_str(&beside(&margin, &margin, &format!("{words}:"), layout));
                text.push_str(&beside(&margin, &margin, &format!("passdesk {command}"), layout));
            }
            None => text.push_str(&beside(&margin, &margin, &remedy, layout)),
        }
    }
    text
}

fn colour(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Sound => AnsiColor::Green,
        Verdict::Notable => AnsiColor::Yellow,
        Verdict::Faulty => AnsiColor::Red,
    }
    .on_default()
}

/// A text beside its label. It wraps between words at the edge of the terminal. Longer words are broken. Where there is no
/// terminal it is one line, so that nothing in it can pass for another one.
fn beside(label: &str, margin: &str, text: &str, layout: Layout) -> String {
    let text = neutral(text);
    let Some(width) = layout.width else { return format!("{label}{text}\n") };
    let options = textwrap::Options::new(usize::from(width)).initial_indent(label).subsequent_indent(margin);
    textwrap::fill(&text, options.word_splitter(textwrap::WordSplitter::NoHyphenation)) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> [Finding; 2] {
        let message = "row 3 of a_table_with_a_rather_long_name is missing from an index; and 12 more of its kind";
        [Finding::sound("references", "all there"), Finding::faulty("pages", message, "restore the backup ".repeat(9))]
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_whatever_its_colours() {
        for coloured in [false, true] {
            let text = lines(&findings(), Layout { width: Some(80), coloured });
            assert!(text.lines().all(|line| textwrap::core::display_width(line) <= 80), "{text}");
            assert_eq!(text.contains('\u{1b}'), coloured);
        }
    }

    #[test]
    fn a_finding_is_a_line_and_its_remedy_one_where_there_is_no_terminal() {
        let text = lines(&findings(), Layout::default());
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.starts_with("references  ok       all there\npages       finding  row 3"), "{text}");
    }

    #[test]
    fn the_command_of_a_long_remedy_has_a_line_of_its_own() {
        let remedy = |words| Finding::faulty("admins", "nobody", format!("{words}: passdesk me sign-in --as ada"));
        let layout = Layout { width: Some(80), coloured: false };
        let last = |words| lines(&[remedy(words)], layout).lines().last().unwrap().trim().to_owned();
        assert_eq!(last("sign in"), "remedy: sign in: passdesk me sign-in --as ada");
        assert_eq!(last("have them sign in and choose a password"), "passdesk me sign-in --as ada");
    }

    #[test]
    fn a_finding_cannot_rewrite_the_terminal() {
        let finding = Finding::faulty("schema", "the table a\u{1b}[2J\nb", "look");
        let text = lines(&[finding], Layout { width: Some(80), coloured: false });
        assert!(text.contains("a<U+001B>[2J<U+000A>b"), "{text}");
    }
}
