//! The program: the command line in, the exit code out.

mod wiping;

#[global_allocator]
static ALLOCATOR: wiping::Wiping = wiping::Wiping(std::alloc::System);

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    passdesk::run(&std::env::args_os().collect::<Vec<_>>()).into()
}

#[cfg(not(unix))]
fn main() {
    compile_error!("passdesk needs Unix: the owner and the mode of a store's file decide who may use it");
}
