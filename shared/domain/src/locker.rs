//! A locker, as its own sensors see it.

/// A locker's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DoorState {
    /// The device has not said yet.
    #[default]
    Unknown,
    /// Open.
    Open,
    /// Closed.
    Closed,
}
