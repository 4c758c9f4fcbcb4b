//! A connection to a server. Each call has a deadline: a server that is stopped never answers, and never closes.

use std::cell::RefCell;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::TryStreamExt as _;
use futures_util::future::try_join;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, NoTls, Row, SimpleQueryMessage, Socket};

use super::address::{Address, BadAddress, Host};
use super::errors::Trouble;
use crate::domain::clock::Timestamp;
use crate::store::{Result, StoreError};

/// How long to wait for a server, and for other writers.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How often whoever waits for the lock looks for a signal.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long a single statement may take, beyond waiting for a lock.
pub const STATEMENT: Duration = Duration::from_secs(15);
/// How long one host has to answer while connecting.
pub const ANSWER: Duration = Duration::from_secs(4);
/// How long to wait until the hosts are tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the end of a connection may take.
const GOODBYE: Duration = Duration::from_millis(200);

/// An open connection. Its messages move only while a call waits.
pub struct Session {
    /// `None` once the connection is being closed.
    client: Option<Client>,
    driver: Option<JoinHandle<()>>,
    /// Statements that go along with the next one. Nobody waits for their answers.
    deferred: RefCell<String>,
    /// Whether a warning has come since the last call of [`Self::commit`].
    warned: Arc<AtomicBool>,
    runtime: Option<Runtime>,
    /// What the server knows about this connection.
    pub facts: Facts,
}

/// What the server knows about a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The role that was authenticated.
    pub role: String,
    /// The address of this host, as the server sees it. `None` for a unix socket.
    pub from: Option<String>,
    /// Whether the role is a member of `passdesk_operator`.
    pub is_operator: bool,
    /// The time of the server when it connected.
    pub now: Timestamp,
    /// Which database of which servers this is. A standby has the same; a copy or a backup has not.
    pub place: String,
    /// When that was, by a clock that only counts.
    pub at: Instant,
}

/// How a commit ended.
pub enum Ended {
    /// It is in force.
    Done,
    /// It is not in force, for this reason.
    Not(StoreError),
    /// Nobody knows.
    Unknown,
}

/// Why one host was not connected to.
enum Attempt {
    /// It may be different in a moment.
    Again(String),
    /// It stays so, unless another host answers. For example, the name or the password is unknown there.
    Hopeless(StoreError),
    /// It stays so, whichever host answers.
    Final(StoreError),
}

impl Session {
    /// Connects to the first host that takes writes. Tries all of them again until the patience ends.
    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    pub fn connect(address: &Address, patience: Duration) -> Result<Self> {
        let began = Instant::now();
        loop {
            let (mut again, mut hopeless) = (None, None);
            for host in address.hosts() {
                match Self::connect_to(address, host) {
                    Ok(session) => return Ok(session),
                    Err(Attempt::Final(error)) => return Err(error),
                    Err(Attempt::Hopeless(error)) => hopeless = hopeless.or(Some(error)),
                    Err(Attempt::Again(why)) => again = again.or(Some(why)),
                }
            }
            match (again, hopeless) {
                (None, Some(error)) => return Err(error),
                (again, hopeless) if began.elapsed() >= patience => {
                    return Err(hopeless.unwrap_or_else(|| StoreError::Away(again.unwrap_or_default())));
                }
                _ => std::thread::sleep(PAUSE),
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a clock that only counts; nothing of it is stored")]
    fn connect_to(address: &Address, host: &Host) -> std::result::Result<Self, Attempt> {
        let odd = |error: anyhow::Error| Attempt::Final(StoreError::Failed(error));
        let runtime = Builder::new_current_thread().enable_all().build().context("no runtime").map_err(odd)?;
        let config = address.config(host);
        let warned = Arc::new(AtomicBool::new(false));
        let connected = runtime.block_on(async {
            let connecting = async {
                if host.is_tcp() {
                    let tls = address.tls().map_err(|error| Attempt::Final(error.into()))?;
                    let tls = tls.ok_or_else(|| Attempt::Again("there is no TLS".into()))?;
                    let (client, connection) =
                        config.connect(tls).await.map_err(|error| explain(&error, address, host))?;
                    Ok((client, drive(connection, Arc::clone(&warned))))
                } else {
                    let (client, connection) =
                        config.connect(NoTls).await.map_err(|error| explain(&error, address, host))?;
                    Ok((client, drive(connection, Arc::clone(&warned))))
                }
            };
            tokio::time::timeout(ANSWER, connecting).await
        });
        let silent = || Attempt::Again(format!("the server {} does not answer", host.shown()));
        let (client, driver) = match connected.unwrap_or_else(|_| Err(silent())) {
            Ok(connected) => connected,
            Err(why) => {
                // A thread may still look up a name. Nobody waits for it.
                runtime.shutdown_background();
                return Err(why);
            }
        };
        let now = Timestamp::UNIX_EPOCH;
        let facts = Facts {
            role: String::new(),
            from: None,
            is_operator: false,
            now,
            at: Instant::now(),
            place: String::new(),
        };
        let mut session = Self {
            client: Some(client),
            driver: Some(driver),
            deferred: RefCell::default(),
            warned,
            runtime: Some(runtime),
            facts,
        };
        session.facts = session.look_around().map_err(|trouble| match trouble {
            Trouble::Lost(why) => Attempt::Again(why),
            other => Attempt::Final(other.into()),
        })?;
        Ok(session)
    }

    #[expect(clippy::disallowed_methods, reason = "a clock that only counts; nothing of it is stored")]
    fn look_around(&self) -> std::result::Result<Facts, Trouble> {
        let sql = "SELECT session_user::text, host(inet_client_addr()),
                          EXISTS (SELECT FROM pg_catalog.pg_roles
                                  WHERE rolname = 'passdesk_operator' AND pg_has_role(session_user, oid, 'MEMBER')),
                          extract(epoch FROM clock_timestamp())::bigint,
                          (SELECT system_identifier::text FROM pg_control_system()) || ' ' || current_database()";
        let rows = self.query(sql, &[], ANSWER)?;
        let row = rows.first().ok_or_else(|| Trouble::Odd(anyhow::anyhow!("a row is missing")))?;
        Ok(Facts {
            role: row.try_get(0)?,
            from: row.try_get(1)?,
            is_operator: row.try_get(2)?,
            now: Timestamp::from_second(row.try_get(3)?).unwrap_or_default(),
            at: Instant::now(),
            place: row.try_get(4)?,
        })
    }

    /// Waits for an answer, but not for ever. After an answer that came too late, the connection is not used again.
    fn call<T>(
        &self,
        within: Duration,
        asked: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> std::result::Result<T, Trouble> {
        let Some(runtime) = &self.runtime else { return Err(Trouble::Lost("the connection is closed".into())) };
        if let Ok(answer) = runtime.block_on(async { tokio::time::timeout(within, asked).await }) {
            return Ok(answer?);
        }
        self.abandon();
        Err(Trouble::Lost(format!("the server did not answer within {} seconds", within.as_secs())))
    }

    fn abandon(&self) {
        if let Some(driver) = &self.driver {
            driver.abort();
        }
    }

    /// The same, after the deferred statements. All of it is sent in one go.
    fn call_after<T>(
        &self,
        within: Duration,
        asked: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> std::result::Result<T, Trouble> {
        let deferred = self.deferred.take();
        if deferred.is_empty() {
            return self.call(within, asked);
        }
        let client = self.client()?;
        let both = async { try_join(client.batch_execute(&deferred), asked).await.map(|((), answer)| answer) };
        self.call(within, both)
    }

    /// Runs a statement without parameters together with the next one.
    pub fn defer(&self, sql: &str) {
        let mut deferred = self.deferred.borrow_mut();
        deferred.push_str(sql);
        deferred.push(';');
    }

    fn client(&self) -> std::result::Result<&Client, Trouble> {
        self.client.as_ref().ok_or_else(|| Trouble::Lost("the connection is closed".into()))
    }

    /// Whether the connection is gone.
    pub fn is_over(&self) -> bool {
        self.client.as_ref().is_none_or(Client::is_closed) || self.driver.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Runs several statements without parameters. Returns the first column and the second of the last row.
    pub fn batch(&self, sql: &str, within: Duration) -> std::result::Result<Option<[String; 2]>, Trouble> {
        self.batch_unless(sql, within, &|| false)
    }

    /// The same, for statements that may wait and change nothing. If `is_to_end` says so meanwhile, the connection is given
    /// up.
    pub fn batch_unless(
        &self,
        sql: &str,
        within: Duration,
        is_to_end: &dyn Fn() -> bool,
    ) -> std::result::Result<Option<[String; 2]>, Trouble> {
        let sql = self.deferred.take() + sql;
        let client = self.client()?;
        let asked = async {
            let mut asked = pin!(client.simple_query(&sql));
            loop {
                match tokio::time::timeout(LOOK_EVERY, &mut asked).await {
                    Ok(answer) => return answer.map(Some),
                    Err(_) if is_to_end() => return Ok(None),
                    Err(_) => {}
                }
            }
        };
        let Some(messages) = self.call(within, asked)? else {
            self.abandon();
            return Err(Trouble::Lost("the program is to end".into()));
        };
        let row = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(row.last().map(|row| [0, 1].map(|column| row.get(column).unwrap_or_default().to_owned())))
    }

    /// The rows of a query. Nothing is prepared: behind a pool, the next statement may reach another connection.
    pub fn query(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
        within: Duration,
    ) -> std::result::Result<Vec<Row>, Trouble> {
        self.call_after(within, self.client()?.query_typed(sql, values))
    }

    /// Calls `seen` for each row of a query, until it returns true. The rows are not kept.
    pub fn each(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
        within: Duration,
        seen: &mut dyn FnMut(&Row) -> Result<bool>,
    ) -> Result<()> {
        let values = values.iter().map(|(value, kind)| (*value, kind.clone()));
        let stream = self.call_after(within, self.client()?.query_typed_raw(sql, values.collect::<Vec<_>>()))?;
        let mut stream = pin!(stream);
        while let Some(row) = self.call(within, stream.try_next())? {
            if seen(&row)? {
                break;
            }
        }
        Ok(())
    }

    /// Runs a statement. Returns how many rows it changed.
    pub fn execute(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
        within: Duration,
    ) -> std::result::Result<u64, Trouble> {
        self.call_after(within, self.client()?.execute_typed(sql, values))
    }

    /// Commits. A warning means that the wait for the standby was cancelled: the row may be lost with this server.
    pub fn commit(&self, within: Duration) -> Ended {
        self.warned.store(false, Ordering::Relaxed);
        match self.batch("COMMIT", within) {
            Ok(_) if self.warned.load(Ordering::Relaxed) => Ended::Unknown,
            Ok(_) => Ended::Done,
            Err(Trouble::Said(said)) => Ended::Not(Trouble::Said(said).into()),
            Err(Trouble::Lost(_) | Trouble::Odd(_)) => Ended::Unknown,
        }
    }
}

/// Says goodbye, so that the server does not note a lost connection.
impl Drop for Session {
    fn drop(&mut self) {
        drop(self.client.take());
        if let (Some(runtime), Some(driver)) = (self.runtime.take(), self.driver.take()) {
            let _ = runtime.block_on(async { tokio::time::timeout(GOODBYE, driver).await });
            // A thread may still look up a name.
            runtime.shutdown_background();
        }
    }
}

/// Carries the messages of a connection, until it ends.
fn drive<T>(mut connection: tokio_postgres::Connection<Socket, T>, warned: Arc<AtomicBool>) -> JoinHandle<()>
where
    T: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message
                && *notice.code() == SqlState::WARNING
            {
                warned.store(true, Ordering::Relaxed);
            }
        }
    })
}

/// Why a host was not connected to, in words without a secret.
fn explain(error: &tokio_postgres::Error, address: &Address, host: &Host) -> Attempt {
    let name = host.shown();
    let unusable = |message: String, hint: &str| StoreError::Unusable { message, hint: hint.to_owned() };
    if let Some(said) = error.as_db_error() {
        let message = format!("{name}: {}", address.redacted(host, said.message()));
        return match said.code().code().get(..2) {
            Some("28") => Attempt::Hopeless(unusable(
                message,
                "check the user in the address, its line in the password file, and pg_hba.conf on the server",
            )),
            Some("3D") => {
                Attempt::Hopeless(unusable(message, "name an existing database in the address, or create it"))
            }
            // A pool has this one code for all that it refuses.
            Some("08") if is_a_refusal_of_a_pool(said.message()) => {
                Attempt::Hopeless(unusable(message, "check the user, the password and the database in the address"))
            }
            Some("42") => Attempt::Final(unusable(message, "ask whoever runs the server")),
            _ => Attempt::Again(message),
        };
    }
    let mut causes = Vec::new();
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(now) = cause {
        causes.push(now.to_string());
        if let Some(tls) = as_tls(now) {
            return Attempt::Final(untrusted(tls, &name));
        }
        cause = now.source();
    }
    let text = causes.join(": ");
    if text.contains("password missing")
        && let Some(missing) = address.password_missing(host)
    {
        return Attempt::Final(missing.into());
    }
    if text.contains("does not support TLS") {
        let message = format!("{name} does not speak TLS, and over a network passdesk sends nothing without it");
        return Attempt::Final(unusable(message, "have TLS switched on there (ssl = on), or use a unix socket"));
    }
    if text.contains("channel binding") {
        let message = format!("{name} cannot bind the password to this connection: {text}");
        let hint = "pg_hba.conf lets you in without a password, or a pool or an Ed25519 certificate is in between; if \
                    you trust it, add ?channel_binding=prefer";
        return Attempt::Final(unusable(message, hint));
    }
    if text.contains("does not allow writes") {
        return Attempt::Again(format!("{name} takes no writes: it is a standby, or read-only"));
    }
    if text.contains("failed to lookup address") {
        let message = format!("there is no host {name}: {}", causes.last().map_or("", String::as_str));
        return Attempt::Hopeless(unusable(message, "check the name in the address"));
    }
    if text.contains("No such file") {
        return Attempt::Again(format!("no server listens on the socket in {name}"));
    }
    let why = causes.last().cloned().unwrap_or_default();
    Attempt::Again(format!("{name} cannot be reached: {}", address.redacted(host, &why)))
}

/// Whether a pool will say the same again.
fn is_a_refusal_of_a_pool(message: &str) -> bool {
    ["authentication failed", "no such database", "no such user"].iter().any(|refusal| message.contains(refusal))
}

impl From<BadAddress> for StoreError {
    fn from(bad: BadAddress) -> Self {
        let (BadAddress::Usage { message, hint } | BadAddress::Unusable { message, hint }) = bad;
        Self::Unusable { message, hint }
    }
}

/// The error of TLS in an error, if there is one.
fn as_tls<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    error.downcast_ref().or_else(|| error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref())
}

fn untrusted(error: &rustls::Error, name: &str) -> StoreError {
    use rustls::{CertificateError, Error};
    let (message, hint) = match error {
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (
            format!("the certificate of {name} is for another name"),
            "connect by a name that the certificate has (a subject alternative name), or have it made again",
        ),
        // A certificate that signs certificates is no certificate of a server: "CA used as end entity".
        Error::InvalidCertificate(CertificateError::Other(why)) if why.to_string().contains("CaUsedAsEndEntity") => (
            format!("the certificate of {name} is that of an authority, and not of a server"),
            "have one made for the server, with CA:FALSE and its name, and signed by an authority",
        ),
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => (
            format!("the certificate of {name} is from an unknown authority"),
            "name the file of the right authority: ?sslrootcert=FILE, or PGSSLROOTCERT",
        ),
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            (format!("the certificate of {name} has expired"), "have it renewed, and check this host's clock")
        }
        other => (format!("TLS with {name} failed: {other}"), "check the certificate of the server"),
    };
    StoreError::Unusable { message, hint: hint.into() }
}
