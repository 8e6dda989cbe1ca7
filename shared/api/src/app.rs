//! What every handler is given.

use clock::Clock;

/// The state of a router: the table and the clock.
#[derive(Debug, Clone)]
pub struct App {
    /// The stack's table.
    pub store: store::Store,
    /// What time it is.
    pub clock: Clock,
}
