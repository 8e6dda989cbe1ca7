//! The command line.

use clap::{Parser, Subcommand};

/// Rotates the PIN secret of a deployed stack. Credentials and region come from the environment.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Name of the stack's table: its output `TableName`.
    #[arg(long)]
    pub(crate) table: String,
    /// ARN of the stack's secret: its output `CodeSecretArn`.
    #[arg(long)]
    pub(crate) secret: String,
    #[command(subcommand)]
    pub(crate) step: Step,
}

/// A step of a rotation.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Step {
    /// Show the progress: the secrets, the keys that devices lack, and the items under each secret. Changes nothing.
    Status,
    /// Generate another secret beside the current one.
    Begin,
    /// Swap the current secret and the other one.
    Swap {
        /// Even if some devices have not reported both keys: their keypads may stop opening lockers.
        #[arg(long)]
        force: bool,
    },
    /// Migrate every code in the table to the current secret.
    Renew,
    /// Delete the other secret.
    End {
        /// Even if codes or devices still need it: these codes will not open anything any more.
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
