//! Sends claimed messages and stores the results.

use futures_util::future::join_all;
use store::{Claim, SendResult};

use crate::Notifications;

impl Notifications {
    /// Sends messages concurrently. A failure is stored with its message, and the message is retried from there.
    pub(crate) async fn send_all(&self, claims: Vec<Claim>) {
        join_all(claims.into_iter().map(|claim| self.send(claim))).await;
    }

    /// Sends a message. If the result cannot be stored, the claim expires and the message may be sent twice; the next
    /// claim records that.
    async fn send(&self, claim: Claim) {
        let id = claim.id.clone();
        let verdict = self.messenger.send(&claim).await;
        let (kind, contract) = (claim.message.occasion.kind().name(), claim.message.facts.contract.as_str());
        match &verdict {
            SendResult::Sent(provider_id) => tracing::info!(
                message.id = id.as_str(),
                message.kind = kind,
                message.provider_id = provider_id,
                contract.id = contract,
                "sent a message"
            ),
            SendResult::Failed(failure) => tracing::warn!(
                message.id = id.as_str(),
                message.kind = kind,
                message.failure = <&str>::from(failure),
                contract.id = contract,
                "could not send a message"
            ),
        }
        if let Err(error) = self.store.settle(claim, verdict, self.clock.now()).await {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, message.id = id.as_str(), "could not store the result of sending a message");
        }
    }
}
