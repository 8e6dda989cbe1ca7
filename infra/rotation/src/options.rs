//! The command line.

use clap::{Parser, Subcommand};

/// Replaces the secret behind the PINs of a deployed stack. Credentials and region come from the environment.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The stack's table: its output `TableName`.
    #[arg(long)]
    pub(crate) table: String,
    /// The stack's secret: its output `CodeSecretArn`.
    #[arg(long)]
    pub(crate) secret: String,
    #[command(subcommand)]
    pub(crate) step: Step,
}

/// A step of a replacement.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Step {
    /// Says how far it is: which secrets there are, what devices lack, what is under which secret. Changes nothing.
    Status,
    /// Draws another secret, and puts it beside the current one.
    Begin,
    /// Makes the other secret the current one, and the current one the other.
    Swap {
        /// Also while there are devices that have not said that they have both keys: their keypads may open nothing.
        #[arg(long)]
        force: bool,
    },
    /// Brings every code in the table under the current secret.
    Renew,
    /// Drops the other secret.
    End {
        /// Also while there are codes or devices that need it: those codes open nothing any more.
        #[arg(long)]
        force: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Options::command().debug_assert();
    }
}
