//! Limits the requests per second to the shadows of one thing.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/iot-core.html#device-shadow-limits>, *Requests per second per thing*: "up
//! to 20 requests per second per thing. Note that this limit is per thing and not per API." It does not say whether a
//! burst is allowed. Here 20 requests are accepted at once, and then one every 50 ms.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tokio::time::Instant;

use crate::bucket::Bucket;

const REQUESTS: f64 = 20.0;
/// Number of things above which those without recent requests are dropped.
const REMEMBERED: usize = 1_000;

/// The rates of all things.
#[derive(Debug, Default)]
pub(crate) struct ShadowRate(Mutex<HashMap<String, Bucket>>);

impl ShadowRate {
    /// Counts a request to one of the thing's shadows. Returns whether it is within the limit.
    pub(crate) fn grants(&self, thing: &str, now: Instant) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(thing) {
            return bucket.take(now);
        }
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        buckets.entry(thing.to_owned()).or_insert_with(|| Bucket::new(REQUESTS, now)).take(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_thing_is_granted_20_requests_a_second() {
        let (rate, start) = (ShadowRate::default(), Instant::now());
        let granted = |thing, millis| rate.grants(thing, start + Duration::from_millis(millis));
        assert!((0..20).all(|_| granted("lobby", 0)));
        assert!(!granted("lobby", 0) && !granted("lobby", 49) && granted("yard", 0));
        assert!(granted("lobby", 50) && !granted("lobby", 50), "one more each 50 ms");
    }

    #[test]
    fn things_without_recent_requests_are_dropped() {
        let (rate, start) = (ShadowRate::default(), Instant::now());
        for thing in 0..3 * REMEMBERED {
            let millis = u64::try_from(thing).unwrap();
            assert!(rate.grants(&thing.to_string(), start + Duration::from_millis(millis)));
        }
        assert!(rate.0.lock().unwrap().len() <= REMEMBERED);
    }
}
