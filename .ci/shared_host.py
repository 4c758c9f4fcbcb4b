"""A shared host to try things on: a mount namespace in which /etc and some other folders are copies.

The users, the groups and the files of this machine stay as they are. passdesk has the user passdesk and a store there,
and /etc/passdesk/config.toml names both.
"""

import os
import shutil
import subprocess
import sys
import tempfile

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHOSEN = "brass lantern over wet slate"
OTHER = "seven herons guard the orchard"
INSIDE = "PASSDESK_SHARED_HOST"
tried = 0


def run(*args, give="", check=True, **more):
    ended = subprocess.run(args, input=give, text=True, capture_output=True, **more)
    if check and ended.returncode:
        sys.exit(f"{args} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended


def case(law, holds, why=""):
    global tried
    tried += 1
    if not holds:
        raise AssertionError(f"{law}: {why}")
    print(f"  {law}", flush=True)


def enter(packages):
    """Installs the packages, and goes on in a namespace. Returns the program to try."""
    if os.geteuid() != 0:
        sys.exit("run this as root")
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else f"{REPO}/target/debug/passdesk")
    if os.environ.pop(INSIDE, None) == program:
        return program
    status = ["dpkg-query", "-W", "-f", "${Status}"]
    missing = [name for name in packages if "install ok installed" not in run(*status, name, check=False).stdout]
    if missing:
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    inside = {**os.environ, INSIDE: program}
    inside.pop("PASSDESK_STORE", None)
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, sys.argv[0], program]
    os.execvpe(command[0], command, inside)


class Host:
    """The shared host. `copied` are folders that may change, beside /etc."""

    def __init__(self, program, copied=()):
        self.home = tempfile.mkdtemp(prefix="passdesk-host.")
        os.chmod(self.home, 0o755)
        self.copied = ["/etc", *copied]
        self.daemons = []
        self.program = f"{self.home}/passdesk"
        shutil.copy(program, self.program)
        os.chmod(self.program, 0o755)
        for path in self.copied:
            copy = f"{self.home}/{path.replace('/', '_')}"
            run("cp", "-a", path, copy)
            run("mount", "--bind", copy, path)
        self.store = f"{self.home}/store/passdesk.db"
        os.mkdir(f"{self.home}/store", 0o700)
        if run("getent", "passwd", "passdesk", check=False).returncode:
            run("useradd", "--system", "--home-dir", f"{self.home}/store", "--shell", "/usr/sbin/nologin", "passdesk")
        shutil.chown(f"{self.home}/store", "passdesk", "passdesk")
        os.makedirs("/etc/passdesk", exist_ok=True)
        self.write("/etc/passdesk/config.toml", f'store = "{self.store}"\nrun-as = "passdesk"\n')
        rule = f"ALL ALL=(passdesk) NOPASSWD: {self.program} back-half\nDefaults!{self.program} !use_pty, !requiretty\n"
        self.write("/etc/sudoers.d/zz-passdesk", rule, 0o440)
        self.passdesk("init", "--admin", "ada", "-q")

    @staticmethod
    def write(path, text, mode=0o644):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def passdesk(self, *args, give="", check=True):
        return run(self.program, *args, give=give, check=check)

    def settle(self, name):
        """An account whose owner has chosen a password."""
        if self.passdesk("users", "show", name, check=False).returncode:
            self.passdesk("users", "add", name, "-q")
        self.choose(name)

    def reset(self, name):
        return self.passdesk("users", "reset", name, "--yes", "-q").stdout.strip()

    def choose(self, name, new=CHOSEN):
        # It may be the password already. So it is reset first.
        temporary = self.reset(name)
        self.passdesk("me", "passwd", "--as", name, "--password-stdin", give=f"{temporary}\n{new}\n")

    def events(self):
        return self.passdesk("audit", "list", "--format", "jsonl").stdout

    def start(self, *args):
        self.daemons.append(subprocess.Popen(args, stdin=subprocess.DEVNULL))

    def leave(self):
        for daemon in self.daemons:
            daemon.terminate()
            daemon.wait()
        for path in self.copied:
            run("umount", "--lazy", path, check=False)
        with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
            inside = [line for line in mounts if line.split()[4].startswith(self.home)]
        # What is mounted there may belong to somebody else.
        if inside:
            sys.exit(f"{self.home} stays, since something is mounted in it: {inside}")
        shutil.rmtree(self.home)


def try_all(host, parts):
    """Tries all parts, and says how many cases there were."""
    try:
        for part in parts:
            print(part.__name__.removeprefix("try_").replace("_", " "), flush=True)
            part(host)
    finally:
        host.leave()
    print(f"{tried} cases tried")
