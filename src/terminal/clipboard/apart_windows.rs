//! What a holder keeps of the command that started it. It was started without a console, standard error leads nowhere,
//! and nobody reads the pipe of its answer any more. What whoever started the command has it inherit, the holder inherits
//! as well: nothing takes that away without `unsafe`.

use std::fs::File;
use std::io;
use std::os::windows::io::AsHandle as _;

/// There is no session to leave.
pub fn at_the_start() -> io::Result<()> {
    Ok(())
}

/// Standard input, without a buffer.
pub fn input() -> io::Result<File> {
    Ok(io::stdin().as_handle().try_clone_to_owned()?.into())
}

/// There is nothing to leave.
pub fn after_the_answer() -> io::Result<()> {
    Ok(())
}

/// A program without a console gets no signal; whoever ends it ends it at once.
pub fn before_the_end(_: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Ok(())
}
