//! The lease: until when a device may believe its pages, and how the clock on its wall runs meanwhile.

use domain::{Automat, Instant, TimeZone};
use protocol::{Lease, OffsetChange, PageVersions};
use ring::digest;

const HOUR: i64 = 3_600;

/// A lease over these pages from now on. `None` if the automat fetches no keys without the cloud.
pub(super) fn lease(automat: &Automat, versions: &PageVersions, now: Instant) -> Option<Lease> {
    let hours = i64::from(automat.lease_hours.get());
    let issued = now.seconds();
    let until = issued + hours * HOUR;
    let digest = digest::digest(&digest::SHA256, &versions.bytes());
    let root: [u8; 8] = digest.as_ref().first_chunk().copied()?;
    (hours > 0).then_some(Lease {
        issued: u32::try_from(issued).ok()?,
        until: u32::try_from(until).ok()?,
        root: root.into(),
        offset: offset(automat.time_zone, issued),
        change: change(automat.time_zone, issued, until),
    })
}

/// How far local time is ahead of UTC, in seconds.
fn offset(zone: TimeZone, seconds: i64) -> i32 {
    let at = Instant::from_millis(seconds.saturating_mul(1_000)).unwrap_or(Instant::EPOCH);
    zone.local(at).offset().local_minus_utc()
}

/// The first change of the offset in this period. No zone changes back within an hour.
fn change(zone: TimeZone, from: i64, until: i64) -> Option<OffsetChange> {
    let before = offset(zone, from);
    let mut same = from;
    let mut different = loop {
        if same >= until {
            return None;
        }
        let next = until.min(same + HOUR);
        if offset(zone, next) != before {
            break next;
        }
        same = next;
    };
    while different - same > 1 {
        let middle = same.midpoint(different);
        if offset(zone, middle) == before { same = middle } else { different = middle }
    }
    Some(OffsetChange { at: u32::try_from(different).ok()?, offset: offset(zone, different) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> i64 {
        Instant::parse(text).unwrap().seconds()
    }

    #[test]
    fn the_offset_changes_in_the_night_of_helsinki() {
        let zone = TimeZone::parse("Europe/Helsinki").unwrap();
        let in_october = seconds("2026-10-25T01:00:00Z");
        let change =
            |from: i64, until: i64| change(zone, from, until).map(|change| (i64::from(change.at), change.offset));
        for from in [in_october - 24 * HOUR + 17, in_october - HOUR, in_october - 1] {
            assert_eq!(offset(zone, from), 10_800);
            assert_eq!(change(from, from + 24 * HOUR), Some((in_october, 7_200)), "{from}");
        }
        assert_eq!(change(in_october, in_october + 168 * HOUR), None, "it has changed already");
        assert_eq!(change(in_october - 24 * HOUR, in_october - 1), None);
        let in_march = seconds("2027-03-28T01:00:00Z");
        assert_eq!(change(in_march - 100 * HOUR, in_march + HOUR), Some((in_march, 10_800)));
    }
}
