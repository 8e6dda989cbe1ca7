//! Settling the result of a claimed message.

use clock::Random;
use domain::{Instant, SendFailure};

use super::{Claim, SendResult};
use crate::expression::present;
use crate::items::{MessageItem, State, text};
use crate::{Error, Store};

/// The first wait before a retry; it doubles with each further one.
const FIRST_WAIT_MILLIS: i64 = 60_000;
const LONGEST_WAIT_MILLIS: i64 = 30 * 60_000;

impl Store {
    /// Stores the result. If the claim has expired and somebody else has claimed the message, their result counts,
    /// and the message is marked as perhaps sent twice.
    pub async fn settle(&self, claim: Claim, verdict: SendResult, now: Instant) -> Result<(), Error> {
        let update = match &verdict {
            SendResult::Sent(provider_id) => MessageItem::move_to(&claim.item_key, State::Sent, None, now)
                .set("providerId", text(provider_id))
                .remove("failure"),
            SendResult::Failed(failure) => {
                let (state, next) = self.after(&claim, *failure, now)?;
                MessageItem::move_to(&claim.item_key, state, next, now).then(MessageItem::blame(*failure))
            }
        };
        let ours = MessageItem::unmoved(State::Sending, claim.attempt);
        let settled = self.update(claim.item_key.clone(), update, ours).await?;
        if !settled && matches!(verdict, SendResult::Sent(_)) {
            self.update(claim.item_key, MessageItem::doubt(now), present()).await?;
        }
        Ok(())
    }

    /// The state after a failed attempt, and when it is retried.
    fn after(&self, claim: &Claim, failure: SendFailure, now: Instant) -> Result<(State, Option<Instant>), Error> {
        if !failure.is_transient() {
            return Ok((State::Refused, None));
        }
        let next = now.plus_millis(wait(claim.attempt, &self.random)?);
        Ok(if next < claim.useful_until { (State::Pending, Some(next)) } else { (State::Failed, None) })
    }
}

/// The wait after this many attempts: between three quarters and the whole of a wait that doubles, so that messages
/// that failed together are not retried together.
fn wait(attempts: u32, random: &Random) -> Result<i64, Error> {
    let doublings = attempts.saturating_sub(1).min(16);
    let longest = (FIRST_WAIT_MILLIS << doublings).min(LONGEST_WAIT_MILLIS);
    Ok(longest - random.below((longest / 4).unsigned_abs())?.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_an_hour_and_are_not_all_the_same() {
        let random = Random::system();
        for (attempts, longest) in [
            (1, 60_000),
            (2, 120_000),
            (3, 240_000),
            (5, 960_000),
            (6, 1_800_000),
            (60, 1_800_000),
            (u32::MAX, 1_800_000),
        ] {
            let waits: std::collections::BTreeSet<_> = (0..20).map(|_| wait(attempts, &random).unwrap()).collect();
            assert!(waits.iter().all(|wait| (longest * 3 / 4..=longest).contains(wait)), "{attempts}: {waits:?}");
            assert!(waits.len() > 1, "{attempts}: {waits:?}");
        }
    }
}
