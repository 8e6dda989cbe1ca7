//! Sending claimed messages, and writing down what became of them.

use store::Claim;
use tokio::task::JoinSet;

use crate::Notifications;

impl Notifications {
    /// Sends messages, all at once. Whatever goes wrong with one is written down, and it is tried again from there.
    pub(crate) async fn send_all(&self, claims: Vec<Claim>) {
        let sending = claims.into_iter().map(|claim| {
            let this = self.clone();
            async move { this.send(claim).await }
        });
        sending.collect::<JoinSet<()>>().join_all().await;
    }

    /// Sends a message. If what became of it cannot be written down, its claim runs out, and it may be sent twice: the
    /// next claim says so.
    async fn send(&self, claim: Claim) {
        let id = claim.id.clone();
        let verdict = self.messenger.send(&claim).await;
        tracing::info!(
            message.id = id.as_str(),
            message.kind = claim.message.occasion.kind().name(),
            contract.id = claim.message.facts.contract.as_str(),
            verdict = ?verdict,
            "sent a message"
        );
        if let Err(error) = self.store.settle(claim, verdict, self.clock.now()).await {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, message.id = id.as_str(), "what became of the message is not written down");
        }
    }
}
