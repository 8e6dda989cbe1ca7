//! The file descriptors that the process may have, and what they are for. Whoever opens one too many is refused in the
//! middle of something; so each part is bounded to its share, and refuses or waits before it opens more.

/// No part is given more than this, whatever the system allows.
const MOST: usize = 2_000;
/// What a system without such limits is taken to allow.
#[cfg(not(unix))]
const UNLIMITED: usize = 8_192;
/// What is asked for at most: some systems name no bound and still refuse to give it.
#[cfg(unix)]
const ENOUGH: u64 = 65_536;

/// Raises the limit as far as the system lets us. To be called once, before anything is opened.
pub fn raise() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
            let wanted = hard.min(ENOUGH);
            if wanted > soft { setrlimit(Resource::RLIMIT_NOFILE, wanted, hard) } else { Ok(()) }
        });
        if let Err(error) = raised {
            tracing::warn!(%error, "the limit of file descriptors could not be raised");
        }
    }
}

/// How many connections each kind of client may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shares {
    /// Clients of HTTP.
    pub(crate) http: usize,
    /// Devices.
    pub(crate) devices: usize,
}

impl Shares {
    /// Of what the process may have now.
    pub(crate) fn now() -> Self {
        #[cfg(unix)]
        let allowed = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE)
            .map_or(1_024, |(soft, _)| usize::try_from(soft).unwrap_or(usize::MAX));
        #[cfg(not(unix))]
        let allowed = UNLIMITED;
        Self::of(allowed)
    }

    /// A quarter each. The rest is for the ports within the process, at both ends, the table and the listeners.
    fn of(allowed: usize) -> Self {
        let share = (allowed / 4).min(MOST);
        Self { http: share, devices: share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_automats_fit_into_a_thousand_descriptors_beside_the_clients() {
        let shares = Shares::of(1_024);
        assert!(shares.devices >= 200 && shares.http >= 200, "{shares:?}");
        assert_eq!(Shares::of(1_000_000), Shares { http: MOST, devices: MOST });
    }
}
