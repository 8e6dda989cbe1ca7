//! File descriptors: how many the process may open, and how they are divided. Whoever needs one when none is left fails
//! halfway through an operation; so each kind of client gets a share, and is refused or waits before it would exceed
//! it.

/// Upper limit of each share, whatever the system allows.
const MOST: usize = 2_000;
/// Assumed limit on systems that have none.
#[cfg(not(unix))]
const UNLIMITED: usize = 8_192;
/// Highest limit to request: some systems report no maximum and still refuse large values.
#[cfg(unix)]
const ENOUGH: u64 = 65_536;

/// Raises the process's limit as far as the system allows. Call once, before anything is opened.
pub fn raise() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
            let wanted = hard.min(ENOUGH);
            if wanted > soft { setrlimit(Resource::RLIMIT_NOFILE, wanted, hard) } else { Ok(()) }
        });
        if let Err(error) = raised {
            tracing::warn!(%error, "cannot raise the limit of file descriptors");
        }
    }
}

/// Maximum number of connections for each kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shares {
    pub(crate) http: usize,
    pub(crate) devices: usize,
}

impl Shares {
    /// Shares of the process's current limit.
    pub(crate) fn now() -> Self {
        #[cfg(unix)]
        let allowed = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE)
            .map_or(1_024, |(soft, _)| usize::try_from(soft).unwrap_or(usize::MAX));
        #[cfg(not(unix))]
        let allowed = UNLIMITED;
        Self::of(allowed)
    }

    /// A quarter for each. The remainder is for ports inside the process, which take a descriptor at both ends, for the
    /// table, and for the listeners.
    fn of(allowed: usize) -> Self {
        let share = (allowed / 4).min(MOST);
        Self { http: share, devices: share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_descriptors_are_enough_for_200_automats_and_the_http_clients() {
        let shares = Shares::of(1_024);
        assert!(shares.devices >= 200 && shares.http >= 200, "{shares:?}");
        assert_eq!(Shares::of(1_000_000), Shares { http: MOST, devices: MOST });
    }
}
