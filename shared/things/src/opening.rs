//! Requests openings through the shadow, and removes finished ones from it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iotdataplane::operation::update_thing_shadow::UpdateThingShadowError as Service;
use protocol::{Desired, OpeningRequest, ShadowUpdate, ThingName};

use crate::room::room_for;
use crate::shadow::{ControlShadow, Failed, Update};
use crate::{DeliveryError, Error, Things};

/// Waits after each write that lost to a concurrent one. Somebody who requests many openings is done soon.
const PAUSES_MS: [u64; 8] = [10, 20, 40, 80, 160, 320, 320, 320];
/// The longest that writing requests may take, with the SDK's retries: one attempt that times out after 3 s, and
/// another.
const PATIENCE: Duration = Duration::from_millis(3_500);

impl Things {
    /// Puts requests for lockers into the shadow, in place of any before them, all or none. Requests for other lockers
    /// are left as they are, so no version is expected.
    ///
    /// If they do not fit, what nobody needs any more is removed from the shadow in the same update. Gives up after
    /// `within`, or after 3.5 s.
    pub async fn request_openings(
        &self,
        thing: &ThingName,
        requests: &BTreeMap<u16, OpeningRequest>,
        within: Duration,
    ) -> Result<(), DeliveryError> {
        let within = within.min(PATIENCE);
        let written = tokio::time::timeout(within, self.write_requests(thing, requests)).await;
        written.unwrap_or_else(|_| Err(DeliveryError::Unknown(Error::new("requesting openings took too long"))))
    }

    async fn write_requests(
        &self,
        thing: &ThingName,
        requests: &BTreeMap<u16, OpeningRequest>,
    ) -> Result<(), DeliveryError> {
        let o = requests.iter().map(|(&locker, request)| (locker, Some(request.clone()))).collect();
        let state = ShadowUpdate { desired: Some(Desired { o }), reported: None };
        match self.update(thing, &Update { state, version: None }).await {
            Err(failed) if is_too_large(&failed) => self.request_with_room(thing, requests).await,
            outcome => outcome.map_err(undelivered),
        }
    }

    /// Takes finished openings out of a shadow that is still in the version in which they were found, since the same
    /// lockers may have been requested again meanwhile. `false` if it is not, or if the request was throttled.
    pub async fn clear_openings(
        &self,
        thing: &ThingName,
        shadow: &ControlShadow,
        lockers: impl IntoIterator<Item = u16>,
    ) -> Result<bool, Error> {
        let update = Update { state: ShadowUpdate::clearing(lockers), version: Some(shadow.version) };
        match self.update(thing, &update).await {
            Ok(()) => Ok(true),
            Err(failed) if failed.is_conflict() || failed.is_throttled() => Ok(false),
            Err(failed) => Err(failed.into_error("clearing openings")),
        }
    }

    async fn request_with_room(
        &self,
        thing: &ThingName,
        requests: &BTreeMap<u16, OpeningRequest>,
    ) -> Result<(), DeliveryError> {
        for pause in pauses() {
            let shadow = self.control_shadow(thing).await.map_err(unread)?.unwrap_or_default();
            let update = Update { state: room_for(&shadow, requests), version: Some(shadow.version) };
            match self.update(thing, &update).await {
                Err(failed) if failed.is_conflict() => tokio::time::sleep(pause).await,
                outcome => {
                    tracing::warn!(thing.name = %thing, written = outcome.is_ok(), "removed finished openings from a full shadow");
                    return outcome.map_err(undelivered);
                }
            }
        }
        Err(DeliveryError::Full)
    }
}

/// Waits between tries to write one version of a shadow. After the last one the caller gives up.
pub fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES_MS.into_iter().map(Duration::from_millis)
}

fn is_too_large(failed: &Failed) -> bool {
    matches!(failed.service(), Some(Service::RequestEntityTooLargeException(_)))
}

/// A shadow that could not be read was not written to either.
fn unread(error: Error) -> DeliveryError {
    if error.is_throttling() { DeliveryError::Throttled } else { DeliveryError::Refused(error) }
}

/// Why a write failed. What the service refused was certainly not written; after silence, or a fault of its own, it may
/// have been.
fn undelivered(failed: Failed) -> DeliveryError {
    let context = "requesting openings";
    match failed.service() {
        Some(Service::RequestEntityTooLargeException(_)) => DeliveryError::Full,
        Some(Service::ThrottlingException(_)) => DeliveryError::Throttled,
        Some(
            Service::InvalidRequestException(_)
            | Service::UnauthorizedException(_)
            | Service::MethodNotAllowedException(_)
            | Service::UnsupportedDocumentEncodingException(_),
        ) => DeliveryError::Refused(failed.into_error(context)),
        _ => DeliveryError::Unknown(failed.into_error(context)),
    }
}
