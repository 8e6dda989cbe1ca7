//! Requests openings through the shadow, and removes finished ones from it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iotdataplane::operation::update_thing_shadow::UpdateThingShadowError as Service;
use protocol::{Desired, OpeningRequest, ShadowUpdate, ThingName};

use crate::room::room_for;
use crate::shadow::{ControlShadow, Failed, Update};
use crate::{Error, Things, Undelivered};

/// Waits after each write that lost to a concurrent one. Somebody who requests many openings is done soon.
const PAUSES_MS: [u64; 8] = [10, 20, 40, 80, 160, 320, 320, 320];

impl Things {
    /// Writes a request for a locker into the shadow, replacing any earlier one. Requests for other lockers are not
    /// touched, so the write needs no version.
    ///
    /// If the shadow is full, what is no longer needed is removed in the same write.
    pub async fn request_opening(
        &self,
        thing: &ThingName,
        locker: u16,
        request: OpeningRequest,
    ) -> Result<(), Undelivered> {
        let desired = Desired { o: BTreeMap::from([(locker, Some(request.clone()))]) };
        let state = ShadowUpdate { desired: Some(desired), reported: None };
        match self.update(thing, &Update { state, version: None }).await {
            Err(failed) if is_too_large(&failed) => self.request_with_room(thing, locker, &request).await,
            outcome => outcome.map_err(undelivered),
        }
    }

    /// Removes finished openings from the shadow if it is still in the version in which they were found: the same
    /// lockers may have been requested again meanwhile. Returns `false` if it has changed.
    pub async fn clear_openings(
        &self,
        thing: &ThingName,
        shadow: &ControlShadow,
        lockers: impl IntoIterator<Item = u16>,
    ) -> Result<bool, Error> {
        let update = Update { state: ShadowUpdate::clearing(lockers), version: Some(shadow.version) };
        match self.update(thing, &update).await {
            Ok(()) => Ok(true),
            Err(failed) if failed.is_conflict() => Ok(false),
            Err(failed) => Err(failed.into_error("clearing openings")),
        }
    }

    async fn request_with_room(
        &self,
        thing: &ThingName,
        locker: u16,
        request: &OpeningRequest,
    ) -> Result<(), Undelivered> {
        for pause in pauses() {
            let shadow = self.control_shadow(thing).await.map_err(Undelivered::Unknown)?.unwrap_or_default();
            let update = Update { state: room_for(&shadow, locker, request), version: Some(shadow.version) };
            match self.update(thing, &update).await {
                Err(failed) if failed.is_conflict() => tokio::time::sleep(pause).await,
                outcome => {
                    tracing::warn!(thing.name = %thing, written = outcome.is_ok(), "removed finished openings from a full shadow");
                    return outcome.map_err(undelivered);
                }
            }
        }
        Err(Undelivered::Busy)
    }
}

/// Waits between tries to write one version of a shadow. After the last one the caller gives up.
pub fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES_MS.into_iter().map(Duration::from_millis)
}

fn is_too_large(failed: &Failed) -> bool {
    matches!(failed.service(), Some(Service::RequestEntityTooLargeException(_)))
}

/// Distinguishes what was certainly not written: a rejection is certain; silence and 5xx errors are not.
fn undelivered(failed: Failed) -> Undelivered {
    let context = "requesting an opening";
    match failed.service() {
        Some(Service::RequestEntityTooLargeException(_) | Service::ThrottlingException(_)) => Undelivered::Busy,
        Some(
            Service::InvalidRequestException(_)
            | Service::UnauthorizedException(_)
            | Service::MethodNotAllowedException(_)
            | Service::UnsupportedDocumentEncodingException(_),
        ) => Undelivered::Refused(failed.into_error(context)),
        _ => Undelivered::Unknown(failed.into_error(context)),
    }
}
