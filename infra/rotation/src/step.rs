//! The steps of a rotation. Each refuses to run while it would lock somebody out.

use std::fmt;
use std::iter;

use store::{RotationReport, Store};

use crate::fleet::{Fleet, Names};
use crate::options::Step;
use crate::secret::{MasterSecret, SecretError};
use crate::stack::{Error, Stack};

/// The result of a step.
#[derive(Debug)]
pub(crate) struct Report {
    /// The secrets, by their ids.
    secrets: String,
    fleet: Option<Fleet>,
    renewed: Option<RotationReport>,
    left: Option<RotationReport>,
    next: &'static str,
}

impl Report {
    fn new(secret: &MasterSecret, next: &'static str) -> Result<Self, Error> {
        let secrets = secret.codes()?.id();
        Ok(Self { secrets, fleet: None, renewed: None, left: None, next })
    }
}

pub(crate) async fn take(stack: &Stack, step: Step) -> Result<Report, Error> {
    let secret = stack.secret().await?;
    let store = stack.store(&secret)?;
    match step {
        Step::Status => status(stack, &secret, &store).await,
        Step::Begin => {
            let begun = secret.begun(&stack.random)??;
            stack.write_secret(&begun).await?;
            Report::new(&begun, "restart the functions; then give each device both keys")
        }
        Step::Swap { force } => {
            let swapped = secret.swapped()?;
            may_swap(&Fleet::of(&store).await?, force)?;
            stack.write_secret(&swapped).await?;
            Report::new(&swapped, "restart the functions; then `renew`")
        }
        Step::Renew => renew(stack, &secret, &store).await,
        Step::End { force } => {
            let ended = secret.ended()?;
            let left = store.preview_rotation(stack.clock.now()).await?;
            may_end(&Fleet::of(&store).await?, &left, force)?;
            stack.write_secret(&ended).await?;
            Report::new(&ended, "restart the functions")
        }
    }
}

async fn status(stack: &Stack, secret: &MasterSecret, store: &Store) -> Result<Report, Error> {
    let fleet = Some(Fleet::of(store).await?);
    let left = Some(store.preview_rotation(stack.clock.now()).await?);
    Ok(Report { fleet, left, ..Report::new(secret, "see infra/runbooks/pin-secret.md")? })
}

async fn renew(stack: &Stack, secret: &MasterSecret, store: &Store) -> Result<Report, Error> {
    if !secret.is_rotating() {
        return Err(SecretError::One.into());
    }
    let renewed = store.rotate_codes(stack.clock.now()).await?;
    let left = store.preview_rotation(stack.clock.now()).await?;
    let next =
        if left.is_complete() { "`end`, a day from now" } else { "`renew` again; receipts take up to a day to expire" };
    Ok(Report { renewed: Some(renewed), left: Some(left), ..Report::new(secret, next)? })
}

/// After the swap, new codes are named under the other key, which every device must have.
fn may_swap(fleet: &Fleet, force: bool) -> Result<(), Error> {
    let lacking = fleet.without_both();
    if lacking.is_empty() || force {
        return Ok(());
    }
    let (count, names) = (lacking.len(), Names(&lacking));
    Err(Error::LocksOut(format!("{count} devices have not reported both keys: {names}")))
}

/// After the other secret is gone, codes under it do not open anything.
fn may_end(fleet: &Fleet, left: &RotationReport, force: bool) -> Result<(), Error> {
    if force {
        return Ok(());
    }
    if !left.is_complete() {
        return Err(Error::LocksOut(format!("codes are still under the other secret:\n{}", Counts(left))));
    }
    if !fleet.without_current.is_empty() {
        let (count, names) = (fleet.without_current.len(), Names(&fleet.without_current));
        return Err(Error::LocksOut(format!("{count} devices have not reported the current key: {names}")));
    }
    Ok(())
}

/// Counts of codes; zeros are left out.
struct Counts<'a>(&'a RotationReport);

impl fmt::Display for Counts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RotationReport { current, resealed, moved, waiting, taken, busy, unreadable } = *self.0;
        write!(f, "  {current} items are under the current secret or have no code")?;
        for (count, what) in [
            (resealed, "were, or must be, sealed again"),
            (moved, "were, or must be, sealed and named again"),
            (waiting, "expire by themselves: receipts within a day, contracts with the key that is being removed"),
            (taken, "have the PIN or return code of another item: change it by hand"),
            (busy, "were skipped because of concurrent writes"),
            (unreadable, "cannot be decrypted with either secret"),
        ] {
            if count > 0 {
                write!(f, "\n  {count} {what}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "secrets: {}", self.secrets)?;
        if let Some(fleet) = &self.fleet {
            writeln!(f, "{} automats", fleet.automats)?;
            let two = self.secrets.contains(" and ");
            let other = (&fleet.without_other, "other");
            for (lacking, which) in iter::once((&fleet.without_current, "current")).chain(two.then_some(other)) {
                if !lacking.is_empty() {
                    writeln!(f, "  {} without the {which} key: {}", lacking.len(), Names(lacking))?;
                }
            }
        }
        if let Some(renewed) = &self.renewed {
            writeln!(f, "renewed:\n{}", Counts(renewed))?;
        }
        if let Some(left) = &self.left {
            let headline = if left.is_complete() { "nothing is left" } else { "left" };
            writeln!(f, "{headline}:\n{}", Counts(left))?;
        }
        write!(f, "next: {}", self.next)
    }
}

#[cfg(test)]
mod tests {
    use domain::AutomatId;

    use super::*;

    fn ids(names: &[&str]) -> Vec<AutomatId> {
        names.iter().map(|name| AutomatId::parse(name).unwrap()).collect()
    }

    #[test]
    fn a_swap_waits_for_every_device() {
        let lacking = Fleet { automats: 3, without_current: ids(&["yard"]), without_other: ids(&["lobby", "yard"]) };
        let refused = may_swap(&lacking, false).unwrap_err().to_string();
        assert!(refused.contains("2 devices") && refused.contains("lobby, yard"), "{refused}");
        assert!(may_swap(&lacking, true).is_ok());
        assert!(may_swap(&Fleet { automats: 3, ..Fleet::default() }, false).is_ok());
    }

    #[test]
    fn the_end_waits_for_every_code_and_every_device() {
        let (fleet, done) = (Fleet::default(), RotationReport { current: 9, ..RotationReport::default() });
        assert!(may_end(&fleet, &done, false).is_ok());
        for left in [
            RotationReport { resealed: 1, ..done },
            RotationReport { moved: 1, ..done },
            RotationReport { waiting: 1, ..done },
            RotationReport { taken: 1, ..done },
            RotationReport { busy: 1, ..done },
            RotationReport { unreadable: 1, ..done },
        ] {
            assert!(matches!(may_end(&fleet, &left, false), Err(Error::LocksOut(_))), "{left:?}");
            assert!(may_end(&fleet, &left, true).is_ok());
        }
        let lacking = Fleet { without_current: ids(&["yard"]), ..Fleet::default() };
        assert!(matches!(may_end(&lacking, &done, false), Err(Error::LocksOut(_))));
        let has_one = Fleet { without_other: ids(&["yard"]), ..Fleet::default() };
        assert!(may_end(&has_one, &done, false).is_ok());
    }

    #[tokio::test]
    async fn the_fleet_is_read_to_its_end() {
        let table = testkit::TestTable::new().await;
        for n in 0..130 {
            table.store.create_automat(testkit::automat(&format!("a-{n}"), 1), &testkit::metadata()).await.unwrap();
        }
        let fleet = Fleet::of(&table.store).await.unwrap();
        assert_eq!((fleet.automats, fleet.without_current.len(), fleet.without_both().len()), (130, 130, 130));
        assert!(Names(&fleet.without_current).to_string().ends_with(" and 110 more"));
    }
}
