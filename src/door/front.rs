//! The front half: it answers what the back half asks.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::answers::Trouble;
use super::line::{Body, LONGEST_BODY, Line, path, text};
use super::protocol::{Handle, Question, Reply};
use crate::domain::sign_in::SignInSecret;
use crate::failure::{Failure, Hint, Kind, Result};
use crate::files::{Files, NewFile, OutputFile, PlacedFile};
use crate::input::Input;
use crate::sign_in_files::SignIns;
use crate::terminal::clipboard::Clipboard;
use crate::terminal::output::Output;
use crate::terminal::screen::ScreenPage;
use crate::terminal::{Phase, Terminal};
use crate::token_source::GivenToken;

/// How much is sent of a stream at once, in bytes.
const PART: u64 = 256 << 10;

/// The front half's own world, in which it answers.
pub struct Front<'a> {
    /// Standard output.
    pub output: &'a mut dyn Output,
    /// The clipboard.
    pub clipboard: &'a mut dyn Clipboard,
    /// The caller's files.
    pub files: &'a dyn Files,
    /// The caller's sign-ins.
    pub sign_ins: &'a dyn SignIns,
}

/// What became of a visit.
#[derive(Default)]
pub(super) struct Served {
    /// How the command has ended. `None` if the back half is gone before that.
    pub outcome: Option<Result<()>>,
    /// The operation, if the command has begun.
    pub operation: Option<String>,
    /// Whether something has been put in force before what is going on.
    pub has_committed: bool,
    /// What to do if it is cut off.
    pub hint: Option<Hint>,
    /// What is still open.
    pub opened: Opened,
}

impl Served {
    /// Keeps in mind what a question tells.
    fn note(&mut self, question: &Question) {
        match question {
            Question::Enter(Phase::Committing) => (self.has_committed, self.opened.grown) = (true, None),
            Question::HintIfCutOff(hint) => self.hint = Some(hint.clone()),
            Question::Append(handle) => self.opened.grown = Some(*handle),
            _ => {}
        }
    }
}

/// What is open for the back half.
#[derive(Default)]
pub(super) struct Opened {
    /// The paths that the back half may name: those on the command line.
    named: HashSet<Vec<u8>>,
    /// Whether it may name anything: tests have no command line.
    #[cfg(test)]
    is_for_anything: bool,
    /// The places of new files that were found for them.
    places: HashSet<PathBuf>,
    /// The output file whose latest part is not in force.
    grown: Option<Handle>,
    last: Handle,
    outputs: HashMap<Handle, Box<dyn OutputFile>>,
    new: HashMap<Handle, Box<dyn NewFile>>,
    placed: HashMap<Handle, Box<dyn PlacedFile>>,
}

/// An answer: what is said, and its body.
type Answered = std::result::Result<(Reply, Body), Trouble>;

fn done(done: std::result::Result<(), impl Into<Trouble>>) -> Answered {
    done.map(|()| just(Reply::Done)).map_err(Into::into)
}

fn just(reply: Reply) -> (Reply, Body) {
    (reply, Body::default())
}

fn secret(text: &Zeroizing<String>) -> (Reply, Body) {
    let mut body = Zeroizing::new(Vec::with_capacity(text.len()));
    body.extend_from_slice(text.as_bytes());
    (Reply::Done, body)
}

impl Front<'_> {
    /// Answers the back half to its end.
    pub(super) fn serve(&mut self, terminal: &mut dyn Terminal, line: &Line, opened: Opened) -> Served {
        let mut served = Served { opened, ..Served::default() };
        loop {
            match line.receive::<Question>(|| LONGEST_BODY) {
                Ok(Some((Question::Done(outcome), _))) => {
                    served.outcome = Some(outcome);
                    return served;
                }
                Ok(Some((Question::Ready { operation }, _))) => served.operation = Some(operation),
                Ok(Some((question, body))) => {
                    served.note(&question);
                    let sent = match self.answer(terminal, line, question, &body, &mut served.opened) {
                        None => Ok(()),
                        Some(Ok((reply, body))) => line.send(&reply, &body),
                        Some(Err(trouble)) => line.send(&Reply::Failed(trouble), &[]),
                    };
                    if sent.is_err() {
                        return served;
                    }
                }
                Ok(None) | Err(_) => return served,
            }
        }
    }

    /// Answers a question. `None` means that it has no answer.
    #[expect(clippy::too_many_lines, reason = "a question a line")]
    fn answer(
        &mut self,
        terminal: &mut dyn Terminal,
        line: &Line,
        question: Question,
        body: &Body,
        opened: &mut Opened,
    ) -> Option<Answered> {
        let Self { output, clipboard, files, sign_ins } = self;
        Some(match question {
            Question::Note(text) => {
                terminal.note(&text);
                return None;
            }
            Question::BeginProgress { what, total } => {
                terminal.begin_progress(&what, total);
                return None;
            }
            Question::Advance(done) => {
                terminal.advance(done);
                return None;
            }
            Question::EndProgress => {
                terminal.end_progress();
                return None;
            }
            Question::Close(handle) => {
                opened.close(handle, terminal);
                return None;
            }

            Question::IsInteractive => Ok(just(Reply::Yes(terminal.is_interactive()))),
            Question::Instead(instead) => Ok(just(Reply::Words(Some(terminal.instead(&instead))))),
            Question::Secret { prompt, instead } => {
                terminal.ask_secret(&prompt, &instead).map(|typed| secret(&typed.handed_on())).map_err(Into::into)
            }
            Question::Text { prompt, offer, instead } => terminal
                .ask_text(&prompt, offer.as_deref(), &instead)
                .map(|words| just(Reply::Words(Some(words))))
                .map_err(Into::into),
            Question::Confirm { question, instead } => done(terminal.confirm(&question, &instead)),
            Question::ConfirmByTyping { question, text, instead } => {
                done(terminal.confirm_by_typing(&question, &text, &instead))
            }
            Question::PipedSecret => {
                terminal.piped_secret().map(|typed| secret(&typed.handed_on())).map_err(Into::into)
            }

            Question::Pick { question, instead } => terminal
                .pick(&question, &mut |text| searched(line, text), &instead)
                .map(|line| just(Reply::Number(line as u64)))
                .map_err(Into::into),
            Question::Found(_) | Question::NotFound => Err(anyhow::anyhow!("nobody is searching").into()),

            Question::CanDraw(instead) => done(terminal.can_draw(&instead)),
            Question::Paint { title, rest, status } => {
                let page = text(body).map(|secret| ScreenPage { title, secret, rest, status });
                match page {
                    Ok(page) => done(terminal.paint(&page)),
                    Err(error) => Err(error.into()),
                }
            }
            Question::ForgetTyped => {
                terminal.forget_typed();
                Ok(just(Reply::Done))
            }
            Question::Key => terminal.key().map(|key| just(Reply::Key(key))).map_err(Into::into),
            Question::LeaveScreen => {
                terminal.leave_screen();
                Ok(just(Reply::Done))
            }
            Question::PassOn => done(terminal.pass_on(body)),

            Question::Enter(phase) => {
                terminal.enter(phase);
                if terminal.interrupted() && line.send(&Reply::PutOff, &[]).is_err() {
                    return Some(Err(io::Error::from(io::ErrorKind::BrokenPipe).into()));
                }
                Ok(just(Reply::Done))
            }
            Question::HintIfCutOff(hint) => {
                terminal.hint_if_cut_off(hint);
                Ok(just(Reply::Done))
            }

            Question::Layout => Ok(just(Reply::Layout(output.layout()))),
            Question::DeadEnd => Ok(just(Reply::Words(output.dead_end()))),
            Question::IsOpenToOthers => Ok(just(Reply::Yes(output.is_open_to_others()))),
            Question::Write => done(output.write_all(body)),
            Question::Flush => done(output.flush()),
            Question::Finish => done(output.finish()),

            Question::CheckClipboard => done(clipboard.check()),
            Question::Copy { clear_after } => done(clipboard.copy(body, clear_after)),
            Question::Committing => done(clipboard.committing()),
            Question::Committed => Ok(just(Reply::Yes(clipboard.committed()))),
            Question::ClearClipboard => Ok(just(Reply::Yes(clipboard.clear()))),

            Question::Read => opened.named(body).and_then(|path| {
                let Input { bytes, has_grown } = files.read(path)?;
                Ok((Reply::Input { has_grown }, Zeroizing::new(bytes)))
            }),
            Question::Stream => opened.named(body).and_then(|path| streamed(line, *files, path)),
            Question::CheckOutput => opened.named(body).and_then(|path| done(files.check_output(path))),
            Question::Create => {
                let made = opened.named(body).and_then(|path| Ok(files.create(path)?));
                made.map(|file| opened.output(file, terminal))
            }
            Question::Reopen => {
                let opened_again = opened.named(body).and_then(|path| Ok(files.reopen(path)?));
                opened_again.map(|(file, text)| (opened.output(file, terminal).0, text))
            }
            Question::NewPlace => {
                let place = opened.named(body).and_then(|path| Ok(files.new_place(path)?));
                place.map(|place| {
                    opened.places.insert(place.clone());
                    (Reply::Done, Zeroizing::new(place.into_os_string().into_encoded_bytes()))
                })
            }
            Question::Begin => opened.place(body).and_then(|place| Ok(files.begin(place)?)).map(|file| {
                let handle = opened.next();
                opened.new.insert(handle, file);
                just(Reply::Open(handle))
            }),
            Question::Append(handle) => opened
                .of_output(handle)
                .and_then(|file| file.append(body))
                .map(|at| just(Reply::Number(at)))
                .map_err(Into::into),
            Question::TakeBack(handle) => done(opened.of_output(handle).and_then(|file| file.take_back())),
            Question::Retain { file, end, gone } => {
                done(opened.of_output(file).and_then(|file| file.retain(end, &gone)))
            }
            Question::Keep(handle) => done(opened.of_output(handle).map(|file| {
                file.keep();
                terminal.spare(file.path());
            })),
            Question::Stays(handle) => {
                done(opened.of_output(handle).and_then(|file| file.stays().then_some(()).ok_or_else(closed)))
            }
            Question::WriteNew(handle) => {
                done(opened.new.get_mut(&handle).ok_or_else(closed).and_then(|file| file.write_all(body)))
            }
            Question::Place(handle) => {
                let placed = opened.new.remove(&handle).ok_or_else(closed).and_then(NewFile::place);
                done(placed.map(|placed| drop(opened.placed.insert(handle, placed))))
            }
            Question::RemovePlaced(handle) => {
                done(opened.placed.get(&handle).ok_or_else(closed).and_then(|placed| placed.remove()))
            }

            Question::HasLog => opened.named(body).map(|store| just(Reply::Yes(files.has_log(store)))),
            Question::Absolute => opened.named(body).map(|file| {
                let absolute = files.absolute(file).into_os_string().into_encoded_bytes();
                (Reply::Done, Zeroizing::new(absolute))
            }),

            Question::HasToken => Ok(just(Reply::Yes(files.has_token()))),
            Question::Token => files
                .token()
                .map(|token| match token {
                    Some(GivenToken::Token(token)) => secret(&token.to_token()),
                    Some(GivenToken::Malformed) => just(Reply::Malformed),
                    None => just(Reply::Nothing),
                })
                .map_err(Into::into),
            Question::LoadSignIn { store, to_end } => {
                let found = if to_end { sign_ins.load_to_end(&store) } else { sign_ins.load(&store) };
                found
                    .map(|found| found.map_or_else(|| just(Reply::Nothing), |found| secret(&found.to_hex())))
                    .map_err(Into::into)
            }
            Question::SaveSignIn { store } => {
                let kept = text(body).ok().and_then(|hex| SignInSecret::from_hex(&hex));
                match kept {
                    Some(kept) => done(sign_ins.save(&store, &kept)),
                    None => Err(anyhow::anyhow!("it is no sign-in").into()),
                }
            }
            Question::RemoveSignIn { store } => done(sign_ins.remove(&store)),
            // These are heard before this.
            Question::Ready { .. } | Question::Done(_) => return None,
        })
    }
}

impl Opened {
    /// Nothing is open yet. The back half may name what stands on the command line, also behind an equals sign. Somebody
    /// who has taken the back half over must not reach all files of whoever comes, above all not those of root.
    pub(super) fn for_command(args: &[OsString]) -> Self {
        let words = args.iter().map(|arg| arg.as_bytes());
        let values = words.clone().filter_map(|word| Some(&word[word.iter().position(|byte| *byte == b'=')? + 1..]));
        Self { named: words.chain(values).map(<[u8]>::to_vec).collect(), ..Self::default() }
    }

    /// The same where the back half may name anything, for tests.
    #[cfg(test)]
    pub(super) fn for_anything() -> Self {
        Self { is_for_anything: true, ..Self::default() }
    }

    /// The path in a body, if the back half may name it.
    fn named<'b>(&self, body: &'b Body) -> std::result::Result<&'b Path, Trouble> {
        let is_named = self.named.contains(body.as_slice());
        #[cfg(test)]
        let is_named = is_named || self.is_for_anything;
        if is_named { Ok(path(body)) } else { Err(unnamed()) }
    }

    /// The place of a new file in a body, if it was found for a path that the back half may name.
    fn place<'b>(&self, body: &'b Body) -> std::result::Result<&'b Path, Trouble> {
        if self.places.contains(path(body)) { Ok(path(body)) } else { Err(unnamed()) }
    }

    /// Takes back what nobody needs: the latest part of an output file that is not in force.
    pub(super) fn take_back(&mut self) {
        if let Some(file) = self.grown.take().and_then(|grown| self.outputs.get_mut(&grown)) {
            // If this fails, the part stays. The failure says that it is not in force.
            let _ = file.take_back();
        }
    }

    /// Keeps all that may hold something in force.
    pub(super) fn keep(&mut self, terminal: &mut dyn Terminal) {
        for file in self.outputs.values_mut() {
            file.keep();
            terminal.spare(file.path());
        }
    }

    fn next(&mut self) -> Handle {
        self.last += 1;
        self.last
    }

    /// Keeps an output file open. It is removed if a signal ends this half before anything in it is in force.
    fn output(&mut self, file: Box<dyn OutputFile>, terminal: &mut dyn Terminal) -> (Reply, Body) {
        if let Some(made) = file.doomed() {
            terminal.doom(made);
        }
        let handle = self.next();
        self.outputs.insert(handle, file);
        just(Reply::Open(handle))
    }

    fn of_output(&mut self, handle: Handle) -> io::Result<&mut Box<dyn OutputFile>> {
        self.outputs.get_mut(&handle).ok_or_else(closed)
    }

    fn close(&mut self, handle: Handle, terminal: &mut dyn Terminal) {
        if let Some(file) = self.outputs.remove(&handle) {
            let path: PathBuf = file.path().into();
            drop(file);
            terminal.spare(&path);
        }
        self.new.remove(&handle);
        self.placed.remove(&handle);
    }
}

fn unnamed() -> Trouble {
    Trouble::Other("the other half of passdesk asks for a file that nobody has named".into())
}

fn closed() -> io::Error {
    io::Error::other("that file is closed")
}

/// Has the back half search, while somebody picks.
fn searched(line: &Line, text: &str) -> Result<Vec<String>> {
    let gone = || Failure::new(Kind::Failed, "the other half of passdesk has ended");
    line.send(&Reply::Search(text.into()), &[]).map_err(|_| gone())?;
    match line.receive(|| LONGEST_BODY).map_err(|_| gone())? {
        Some((Question::Found(lines), _)) => Ok(lines),
        // The back half knows why.
        Some((Question::NotFound, _)) => Err(Failure::cancelled()),
        _ => Err(gone()),
    }
}

/// Sends an input in parts. The last one is empty.
fn streamed(line: &Line, files: &dyn Files, path: &Path) -> Answered {
    let (mut file, start) = files.rereadable(path)?;
    file.seek(SeekFrom::Start(start))?;
    loop {
        let mut part = Zeroizing::new(Vec::with_capacity(usize::try_from(PART).unwrap_or(0)));
        (&file).take(PART).read_to_end(&mut part)?;
        if part.is_empty() {
            return Ok((Reply::Part, part));
        }
        line.send(&Reply::Part, &part)?;
    }
}
