//! A folder in which servers run, and what ends them.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, pipe};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use nix::unistd::{User, geteuid};

/// Far more than anything takes, so that a slow machine fails no test.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The keeper waits until the test process closes the pipe, however it ends. Then it kills whatever works in the folder,
/// and removes it. A server works in its data folder, and so do its children.
const KEEPER: &str = r#"
    trap '' HUP INT QUIT TERM
    [ "$2" = cut ] && ip link set lo up
    echo ready
    cat >/dev/null
    rounds=0 found=1
    while [ -n "$found" ] && [ "$rounds" -lt 100 ]; do
        found= rounds=$((rounds + 1))
        for process in /proc/[0-9]*; do
            case $(readlink "$process/cwd") in
                "$1" | "$1"/*) kill -9 "${process#/proc/}" 2>/dev/null && found=1 ;;
            esac
        done
    done
    while read -r _ at _; do
        case $at in "$1"/*) umount -l "$at" ;; esac
    done </proc/mounts
    rm -rf "$1"
"#;

/// A folder for servers. They run as the user postgres if root tests, and as the caller otherwise. All of them end with
/// this value, or with the test process.
pub struct Ground {
    folder: PathBuf,
    keeper: Child,
    pipe: Option<ChildStdin>,
    user: User,
    has_own_network: bool,
}

impl Ground {
    /// An empty folder.
    pub fn new() -> Arc<Self> {
        Self::kept(Command::new("sh"), false)
    }

    /// A folder whose servers have a network of their own, which can be cut. It takes root.
    pub fn with_own_network() -> Arc<Self> {
        let mut unshare = Command::new("unshare");
        unshare.args(["-n", "sh"]);
        Self::kept(unshare, true)
    }

    fn kept(mut shell: Command, has_own_network: bool) -> Arc<Self> {
        let name = if geteuid().is_root() { Some("postgres".to_owned()) } else { None };
        let user = match name {
            Some(name) => User::from_name(&name).unwrap().expect("Debian's postgresql-15 makes the user postgres"),
            None => User::from_uid(geteuid()).unwrap().unwrap(),
        };
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix("servers").permissions(private).tempdir().unwrap().keep();
        chown(&folder, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        let (reader, writer) = pipe().unwrap();
        shell.args(["-c", KEEPER, "keeper"]).arg(&folder).arg(if has_own_network { "cut" } else { "" });
        shell.current_dir("/").stdin(Stdio::piped()).stdout(writer).stderr(Stdio::null()).process_group(0);
        let mut keeper = shell.spawn().unwrap();
        drop(shell);
        let pipe = keeper.stdin.take();
        let mut line = String::new();
        BufReader::new(reader).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "the keeper did not start");
        let ground = Self { folder, keeper, pipe, user, has_own_network };
        ground.make_folder("sock");
        ground.make_certificates();
        Arc::new(ground)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the unix sockets.
    pub fn sockets(&self) -> PathBuf {
        self.folder.join("sock")
    }

    /// The name of the user as whom the servers run.
    pub fn user(&self) -> &str {
        &self.user.name
    }

    /// A program that runs as the servers do. The keeper ends it.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command;
        if self.has_own_network {
            command = self.inside("nsenter");
            command.args(["-S", &self.user.uid.to_string(), "-G", &self.user.gid.to_string(), "--"]).arg(program);
        } else {
            command = Command::new(program);
            if geteuid().is_root() {
                command.uid(self.user.uid.as_raw()).gid(self.user.gid.as_raw());
            }
        }
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.env_clear().env("PATH", path()).env("HOME", &self.folder).env("LC_ALL", "C.UTF-8");
        // A signal from the terminal ends the test process, and the keeper the rest.
        command.process_group(0);
        command
    }

    fn inside(&self, nsenter: &str) -> Command {
        let mut command = Command::new(nsenter);
        command.args(["-t", &self.keeper.id().to_string(), "-n"]);
        command
    }

    /// The same program, if these servers can be reached from another network only.
    pub fn reaching(&self, plain: Command) -> Command {
        if !self.has_own_network {
            return plain;
        }
        let mut command = self.inside("nsenter");
        command.arg("--").arg(plain.get_program()).args(plain.get_args());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = plain.get_current_dir() {
            command.current_dir(folder);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Cuts the servers' own network, or mends it.
    pub fn network(&self, state: &str) {
        let done = self.inside("nsenter").args(["--", "ip", "link", "set", "lo", state]).status().unwrap();
        assert!(done.success(), "ip link set lo {state}");
    }

    /// Runs a program to its end. It must succeed. Returns what it wrote.
    #[track_caller]
    pub fn done(mut command: Command) -> String {
        let output = command.output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{command:?}: {out}{err}");
        out.into_owned()
    }

    /// Makes a folder of the servers.
    pub fn make_folder(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        chown(&path, Some(self.user.uid.as_raw()), Some(self.user.gid.as_raw())).unwrap();
        path
    }

    /// Makes a folder that is a file system of this size, in memory. It takes root.
    pub fn make_small_disk(&self, name: &str, size: &str) -> PathBuf {
        let path = self.make_folder(name);
        let (uid, gid) = (self.user.uid, self.user.gid);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size},mode=0700,uid={uid},gid={gid}"), "tmpfs"]).arg(&path);
        Self::done(mount);
        path
    }

    /// Writes a file of the servers, for them alone.
    pub fn write(&self, path: impl AsRef<Path>, text: &str) {
        let path = self.folder.join(path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        chown(&path, Some(self.user.uid.as_raw()), Some(self.user.gid.as_raw())).unwrap();
    }

    /// Two authorities. The first one has signed the servers' certificate, which names `localhost` alone.
    fn make_certificates(&self) {
        self.write("names", "subjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n");
        let openssl = |line: String| {
            let mut command = self.command("openssl");
            command.args(line.split(' '));
            Self::done(command);
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        for authority in ["root", "other"] {
            let files = format!("-keyout {authority}.key -out {authority}.crt");
            openssl(format!("req -x509 {key} {files} -days 3 -subj /CN={authority}"));
        }
        openssl(format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
        let signed = "x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -out server.crt";
        openssl(format!("{signed} -days 3 -extfile names"));
    }

    /// The processes that work in a folder of this ground.
    pub fn processes_in(&self, folder: &str) -> Vec<i32> {
        let folder = self.folder.join(folder);
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let number = |name: &OsStr| name.to_str()?.parse::<i32>().ok();
        let works_here = |number: &i32| fs::read_link(format!("/proc/{number}/cwd")).is_ok_and(|cwd| cwd == folder);
        entries.filter_map(|entry| number(&entry.file_name())).filter(works_here).collect()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.keeper.wait();
    }
}

/// The folders with programs. Those of root are not in every user's path.
fn path() -> String {
    format!("{}:/usr/sbin:/sbin", env::var("PATH").unwrap_or_default())
}

/// A port that nobody listens on. Nothing else on this machine is given such a port unasked.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(process::id() * 37 % 15_000).unwrap();
    loop {
        let port = 15_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 15_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Waits until there is a value.
#[track_caller]
pub fn wait_for<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(it) = there() {
            return it;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("waited in vain for {what}");
}
