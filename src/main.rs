//! The program: the command line in, the exit code out.

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    passdesk::run(&std::env::args_os().collect::<Vec<_>>()).into()
}

#[cfg(not(unix))]
fn main() {
    compile_error!("passdesk is for Unix: who may use a store is decided by the owner and the mode of its file");
}
