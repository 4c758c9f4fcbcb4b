//! The other half's terminal, files and clipboard, as the command sees them.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::answers::Trouble;
use super::back::Watch;
use super::line::{Body, LONGEST_BODY, path, text};
use super::protocol::{Handle, Question, Reply};
use crate::domain::secret::TypedPassword;
use crate::domain::sign_in::SignInSecret;
use crate::failure::{self, Failure, Hint, Kind};
use crate::files::{Files, NewFile, OutputFile, PlacedFile, Reopened};
use crate::input::{self, Input};
use crate::made::Made;
use crate::sign_in_files::SignIns;
use crate::terminal::clipboard::Clipboard;
use crate::terminal::output::{Layout, Output};
use crate::terminal::screen::{ScreenKey, ScreenPage};
use crate::terminal::{Answer, Ask, Note, Phase, Pick, Progress, Screen, Search, Signals};
use crate::token_source::GivenToken;

/// The longest body of an answer that is no input, in bytes.
const LONGEST_ANSWER: u32 = 1 << 20;
/// How often progress is told.
const PACE: Duration = Duration::from_millis(100);

/// The other half, in all its parts.
#[derive(Clone)]
pub struct Remote {
    watch: Rc<Watch>,
    told: Rc<Cell<Option<Instant>>>,
}

impl Remote {
    /// The other half at the end of this watched line.
    pub(super) fn behind(watch: Watch) -> Self {
        Self { watch: Rc::new(watch), told: Rc::default() }
    }

    /// Asks, and waits for the answer.
    fn asked(&self, question: &Question, body: &[u8]) -> Result<(Reply, Body), Trouble> {
        self.watch.make_room(match question {
            Question::Read | Question::Reopen => LONGEST_BODY,
            _ => LONGEST_ANSWER,
        });
        self.watch.line().send(question, body)?;
        self.heard()
    }

    /// The next answer.
    fn heard(&self) -> Result<(Reply, Body), Trouble> {
        match self.watch.hear()? {
            Some((Reply::Failed(trouble), _)) => Err(trouble),
            Some(answer) => Ok(answer),
            None => Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
        }
    }

    /// Asks for something to be done. Any other answer than that it is done is none.
    fn done(&self, question: &Question, body: &[u8]) -> Result<(), Trouble> {
        self.brought(question, body).map(drop)
    }

    /// The same for something that comes with the answer.
    fn brought(&self, question: &Question, body: &[u8]) -> Result<Body, Trouble> {
        match self.asked(question, body)? {
            (Reply::Done, body) => Ok(body),
            _ => Err(unfit()),
        }
    }

    /// Says which phase begins. Whether the other half has heard it.
    pub(super) fn has_leave(&self, phase: Phase) -> bool {
        self.done(&Question::Enter(phase), &[]).is_ok()
    }

    /// Asks yes or no. No answer is no.
    fn says_yes(&self, question: &Question) -> bool {
        matches!(self.asked(question, &[]), Ok((Reply::Yes(true), _)))
    }

    /// Asks for words, if there are any.
    fn words(&self, question: &Question) -> Option<String> {
        match self.asked(question, &[]) {
            Ok((Reply::Words(words), _)) => words,
            _ => None,
        }
    }

    /// Says something that has no answer.
    fn say(&self, question: &Question) {
        // If the other half is gone, nobody hears it.
        let _ = self.watch.line().send(question, &[]);
    }

    /// Asks about a file by its path.
    fn about(&self, question: &Question, path: &Path) -> Result<(Reply, Body), Trouble> {
        self.asked(question, path.as_os_str().as_bytes())
    }

    fn sign_in(&self, store: &str, to_end: bool) -> anyhow::Result<Option<SignInSecret>> {
        let question = Question::LoadSignIn { store: store.into(), to_end };
        match self.asked(&question, &[]).map_err(Trouble::into_error)? {
            (Reply::Done, secret) => Ok(SignInSecret::from_hex(&text(&secret)?)),
            _ => Ok(None),
        }
    }
}

/// An answer that does not fit the question.
fn unfit() -> Trouble {
    Trouble::Other("the other half gave an answer that does not fit".into())
}

impl Ask for Remote {
    fn is_interactive(&self) -> bool {
        self.says_yes(&Question::IsInteractive)
    }

    fn instead(&self, instead: &str) -> String {
        self.words(&Question::Instead(instead.into())).unwrap_or_else(|| instead.into())
    }

    fn ask_secret(&mut self, prompt: &str, instead: &str) -> Answer<TypedPassword> {
        let question = Question::Secret { prompt: prompt.into(), instead: instead.into() };
        let secret = self.brought(&question, &[]).map_err(Trouble::into_prompt_error)?;
        Ok(TypedPassword::new(text(&secret)?))
    }

    fn ask_text(&mut self, prompt: &str, offer: Option<&str>, instead: &str) -> Answer<String> {
        let question = Question::Text { prompt: prompt.into(), offer: offer.map(Into::into), instead: instead.into() };
        match self.asked(&question, &[]).map_err(Trouble::into_prompt_error)? {
            (Reply::Words(Some(words)), _) => Ok(words),
            _ => Err(unfit().into_prompt_error()),
        }
    }

    fn confirm(&mut self, question: &str, instead: &str) -> Answer<()> {
        let question = Question::Confirm { question: question.into(), instead: instead.into() };
        self.done(&question, &[]).map_err(Trouble::into_prompt_error)
    }

    fn confirm_by_typing(&mut self, question: &str, text: &str, instead: &str) -> Answer<()> {
        let (question, text, instead) = (question.into(), text.into(), instead.into());
        self.done(&Question::ConfirmByTyping { question, text, instead }, &[]).map_err(Trouble::into_prompt_error)
    }

    fn piped_secret(&mut self) -> Answer<TypedPassword> {
        let secret = self.brought(&Question::PipedSecret, &[]).map_err(Trouble::into_prompt_error)?;
        Ok(TypedPassword::new(text(&secret)?))
    }
}

impl Pick for Remote {
    fn pick(&mut self, question: &str, search: Search<'_>, instead: &str) -> failure::Result<usize> {
        let question = Question::Pick { question: question.into(), instead: instead.into() };
        let mut heard = self.asked(&question, &[]);
        loop {
            match heard.map_err(Trouble::into_failure)? {
                (Reply::Search(text), _) => match search(&text) {
                    Ok(lines) => heard = self.asked(&Question::Found(lines), &[]),
                    Err(failure) => {
                        // The other half leaves its list.
                        let _ = self.asked(&Question::NotFound, &[]);
                        return Err(failure);
                    }
                },
                (Reply::Number(line), _) => return usize::try_from(line).map_err(|_| unfit().into_failure()),
                _ => return Err(unfit().into_failure()),
            }
        }
    }
}

impl Screen for Remote {
    fn can_draw(&self, instead: &str) -> Answer<()> {
        self.done(&Question::CanDraw(instead.into()), &[]).map_err(Trouble::into_prompt_error)
    }

    fn paint(&mut self, page: &ScreenPage) -> Answer<()> {
        let ScreenPage { title, secret, rest, status } = page;
        let question = Question::Paint { title: title.clone(), rest: rest.clone(), status: status.clone() };
        self.done(&question, secret.as_bytes()).map_err(Trouble::into_prompt_error)
    }

    fn forget_typed(&mut self) {
        // Without the other half, there is nothing typed.
        let _ = self.done(&Question::ForgetTyped, &[]);
    }

    fn key(&mut self) -> Answer<ScreenKey> {
        match self.asked(&Question::Key, &[]).map_err(Trouble::into_prompt_error)? {
            (Reply::Key(key), _) => Ok(key),
            _ => Err(unfit().into_prompt_error()),
        }
    }

    fn leave_screen(&mut self) {
        // The other half leaves it by itself when it ends.
        let _ = self.done(&Question::LeaveScreen, &[]);
    }

    fn pass_on(&mut self, bytes: &[u8]) -> Answer<()> {
        self.done(&Question::PassOn, bytes).map_err(Trouble::into_prompt_error)
    }
}

impl Note for Remote {
    fn note(&mut self, text: &str) {
        self.say(&Question::Note(text.into()));
    }
}

impl Progress for Remote {
    fn begin_progress(&mut self, what: &str, total: u64) {
        self.told.set(None);
        self.say(&Question::BeginProgress { what: what.into(), total });
    }

    #[expect(clippy::disallowed_methods, reason = "nothing but the pace of a bar depends on it")]
    fn advance(&mut self, done: u64) {
        if self.told.get().is_some_and(|told| told.elapsed() < PACE) {
            return;
        }
        self.told.set(Some(Instant::now()));
        // A transaction may be open. It does not wait for somebody who has stopped the other half.
        self.watch.line().send_if_read(&Question::Advance(done));
    }

    fn end_progress(&mut self) {
        self.say(&Question::EndProgress);
    }
}

impl Signals for Remote {
    fn enter(&mut self, phase: Phase) {
        self.watch.enter(phase, || self.has_leave(phase));
    }

    fn hint_if_cut_off(&mut self, hint: Hint) {
        // Without the other half, nobody is told.
        let _ = self.done(&Question::HintIfCutOff(hint), &[]);
    }

    fn interrupted(&self) -> bool {
        self.watch.is_put_off()
    }

    fn doom(&mut self, made: Made) {
        self.watch.doom(made);
    }

    fn lend(&mut self, _: &mut Command) -> io::Result<ExitStatus> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn spare(&mut self, path: &Path) {
        self.watch.spare(path);
    }
}

impl Write for Remote {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.done(&Question::Write, bytes).map_err(Trouble::into_io).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.done(&Question::Flush, &[]).map_err(Trouble::into_io)
    }
}

impl Output for Remote {
    fn layout(&self) -> Layout {
        match self.asked(&Question::Layout, &[]) {
            Ok((Reply::Layout(layout), _)) => layout,
            _ => Layout::default(),
        }
    }

    fn dead_end(&self) -> Option<String> {
        self.words(&Question::DeadEnd)
    }

    fn is_open_to_others(&self) -> bool {
        self.says_yes(&Question::IsOpenToOthers)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.done(&Question::Finish, &[]).map_err(Trouble::into_io)
    }
}

impl Clipboard for Remote {
    fn check(&self) -> failure::Result<()> {
        self.done(&Question::CheckClipboard, &[]).map_err(Trouble::into_failure)
    }

    fn copy(&mut self, secret: &[u8], clear_after: Option<Duration>) -> failure::Result<()> {
        self.done(&Question::Copy { clear_after }, secret).map_err(Trouble::into_failure)
    }

    fn committing(&mut self) -> failure::Result<()> {
        self.done(&Question::Committing, &[]).map_err(Trouble::into_failure)
    }

    fn committed(&mut self) -> bool {
        self.says_yes(&Question::Committed)
    }

    fn clear(&mut self) -> bool {
        self.says_yes(&Question::ClearClipboard)
    }
}

impl Files for Remote {
    fn read(&self, path: &Path) -> failure::Result<Input> {
        match self.about(&Question::Read, path).map_err(Trouble::into_failure)? {
            (Reply::Input { has_grown }, mut bytes) => Ok(Input { bytes: std::mem::take(&mut *bytes), has_grown }),
            _ => Err(unfit().into_failure()),
        }
    }

    fn rereadable(&self, path: &Path) -> failure::Result<(File, u64)> {
        let mut copy = input::nameless()?;
        let mut written = Ok(());
        let mut part = self.about(&Question::Stream, path);
        loop {
            let (Reply::Part, bytes) = part.map_err(Trouble::into_failure)? else {
                return Err(unfit().into_failure());
            };
            if bytes.is_empty() {
                break;
            }
            // The other half sends all of it, in any case.
            written = written.and_then(|()| copy.write_all(&bytes));
            part = self.heard();
        }
        let written = written.and_then(|()| copy.rewind());
        written.map_err(|error| Failure::new(Kind::Failed, format!("there is no room for the input: {error}")))?;
        Ok((copy, 0))
    }

    fn check_output(&self, path: &Path) -> failure::Result<()> {
        self.done(&Question::CheckOutput, path.as_os_str().as_bytes()).map_err(Trouble::into_failure)
    }

    fn create(&self, path: &Path) -> failure::Result<Box<dyn OutputFile>> {
        match self.about(&Question::Create, path).map_err(Trouble::into_failure)? {
            (Reply::Open(handle), _) => Ok(Box::new(RemoteOutput::of(self, handle, path, false))),
            _ => Err(unfit().into_failure()),
        }
    }

    fn reopen(&self, path: &Path) -> failure::Result<Reopened> {
        match self.about(&Question::Reopen, path).map_err(Trouble::into_failure)? {
            (Reply::Open(handle), text) => Ok((Box::new(RemoteOutput::of(self, handle, path, true)), text)),
            _ => Err(unfit().into_failure()),
        }
    }

    fn new_place(&self, file: &Path) -> failure::Result<PathBuf> {
        let place = self.brought(&Question::NewPlace, file.as_os_str().as_bytes());
        place.map(|place| path(&place).to_owned()).map_err(Trouble::into_failure)
    }

    fn begin(&self, place: &Path) -> io::Result<Box<dyn NewFile>> {
        match self.about(&Question::Begin, place).map_err(Trouble::into_io)? {
            (Reply::Open(handle), _) => Ok(Box::new(RemoteNew(RemoteFile { half: self.clone(), handle }))),
            _ => Err(unfit().into_io()),
        }
    }

    fn has_log(&self, store: &Path) -> bool {
        matches!(self.about(&Question::HasLog, store), Ok((Reply::Yes(true), _)))
    }

    fn absolute(&self, file: &Path) -> PathBuf {
        let absolute = self.brought(&Question::Absolute, file.as_os_str().as_bytes());
        absolute.map_or_else(|_| file.to_owned(), |absolute| path(&absolute).to_owned())
    }

    fn has_token(&self) -> bool {
        self.says_yes(&Question::HasToken)
    }

    fn token(&self) -> failure::Result<Option<GivenToken>> {
        match self.asked(&Question::Token, &[]).map_err(Trouble::into_failure)? {
            (Reply::Done, token) => {
                let token = SignInSecret::from_token(&text(&token).map_err(anyhow::Error::from)?);
                Ok(Some(token.map_or(GivenToken::Malformed, GivenToken::Token)))
            }
            (Reply::Malformed, _) => Ok(Some(GivenToken::Malformed)),
            (Reply::Nothing, _) => Ok(None),
            _ => Err(unfit().into_failure()),
        }
    }
}

impl SignIns for Remote {
    fn load(&self, store: &str) -> anyhow::Result<Option<SignInSecret>> {
        self.sign_in(store, false)
    }

    fn load_to_end(&self, store: &str) -> anyhow::Result<Option<SignInSecret>> {
        self.sign_in(store, true)
    }

    fn save(&self, store: &str, secret: &SignInSecret) -> anyhow::Result<()> {
        let question = Question::SaveSignIn { store: store.into() };
        self.done(&question, secret.to_hex().as_bytes()).map_err(Trouble::into_error)
    }

    fn remove(&self, store: &str) -> anyhow::Result<()> {
        self.done(&Question::RemoveSignIn { store: store.into() }, &[]).map_err(Trouble::into_error)
    }
}

/// A file that the other half has open. It is closed there when this is dropped.
struct RemoteFile {
    half: Remote,
    handle: Handle,
}

impl RemoteFile {
    fn done(&self, question: &Question, body: &[u8]) -> io::Result<()> {
        self.half.done(question, body).map_err(Trouble::into_io)
    }
}

impl Drop for RemoteFile {
    fn drop(&mut self) {
        self.half.say(&Question::Close(self.handle));
    }
}

struct RemoteOutput {
    file: RemoteFile,
    path: PathBuf,
    stays: bool,
}

impl RemoteOutput {
    fn of(half: &Remote, handle: Handle, path: &Path, stays: bool) -> Self {
        Self { file: RemoteFile { half: half.clone(), handle }, path: path.to_owned(), stays }
    }
}

impl OutputFile for RemoteOutput {
    fn path(&self) -> &Path {
        &self.path
    }

    fn append(&mut self, part: &[u8]) -> io::Result<u64> {
        match self.file.half.asked(&Question::Append(self.file.handle), part).map_err(Trouble::into_io)? {
            (Reply::Number(before), _) => Ok(before),
            _ => Err(unfit().into_io()),
        }
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.file.done(&Question::TakeBack(self.file.handle), &[])
    }

    fn retain(&mut self, end: u64, gone: &[std::ops::Range<u64>]) -> io::Result<()> {
        self.file.done(&Question::Retain { file: self.file.handle, end, gone: gone.to_vec() }, &[])
    }

    fn keep(&mut self) {
        self.stays = true;
        // The other half keeps it by itself if it cannot know whether this half has committed.
        let _ = self.file.done(&Question::Keep(self.file.handle), &[]);
    }

    fn stays(&self) -> bool {
        self.stays && self.file.done(&Question::Stays(self.file.handle), &[]).is_ok()
    }

    fn doomed(&self) -> Option<Made> {
        None
    }
}

struct RemoteNew(RemoteFile);

impl Write for RemoteNew {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.done(&Question::WriteNew(self.0.handle), bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for RemoteNew {
    fn place(self: Box<Self>) -> io::Result<Box<dyn PlacedFile>> {
        self.0.done(&Question::Place(self.0.handle), &[])?;
        Ok(Box::new(RemotePlaced(self.0)))
    }
}

struct RemotePlaced(RemoteFile);

impl PlacedFile for RemotePlaced {
    fn remove(&self) -> io::Result<()> {
        self.0.done(&Question::RemovePlaced(self.0.handle), &[])
    }
}
