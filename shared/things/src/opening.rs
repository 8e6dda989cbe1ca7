//! Requesting an opening through the shadow, and taking finished ones out of it again.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iotdataplane::operation::update_thing_shadow::UpdateThingShadowError as Service;
use protocol::{Desired, Request, ShadowUpdate, ThingName};

use crate::room::room_for;
use crate::shadow::{ControlShadow, Failed, Update};
use crate::{Error, Things, Undelivered};

/// How long to wait after each write that another one overtook. Somebody who is requesting many openings is done soon.
const PAUSES_MS: [u64; 8] = [10, 20, 40, 80, 160, 320, 320, 320];

impl Things {
    /// Puts a request for a locker into the shadow, in place of any before it. Requests for other lockers are left as
    /// they are, so no version is asked for.
    ///
    /// A shadow that is too full for it is rid of what nobody needs any more, and asked again.
    pub async fn request_opening(&self, thing: &ThingName, locker: u16, request: Request) -> Result<(), Undelivered> {
        let desired = Desired { o: BTreeMap::from([(locker, Some(request.clone()))]) };
        let state = ShadowUpdate { desired: Some(desired), reported: None };
        match self.update(thing, &Update { state, version: None }).await {
            Err(failed) if is_too_large(&failed) => self.request_with_room(thing, locker, &request).await,
            outcome => outcome.map_err(undelivered),
        }
    }

    /// Takes finished openings out of a shadow that is still in the version in which they were found, since the same
    /// lockers may have been requested again meanwhile. `false`: it is not.
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

    async fn request_with_room(&self, thing: &ThingName, locker: u16, request: &Request) -> Result<(), Undelivered> {
        for pause in pauses() {
            let shadow = self.control_shadow(thing).await.map_err(Undelivered::Unknown)?.unwrap_or_default();
            let update = Update { state: room_for(&shadow, locker, request), version: Some(shadow.version) };
            match self.update(thing, &update).await {
                Err(failed) if failed.is_conflict() => tokio::time::sleep(pause).await,
                outcome => {
                    tracing::warn!(thing.name = %thing, written = outcome.is_ok(), "made room in a full shadow");
                    return outcome.map_err(undelivered);
                }
            }
        }
        Err(Undelivered::Busy)
    }
}

/// The waits between tries to write one version of a shadow; when they are used up it is left as it is.
pub fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES_MS.into_iter().map(Duration::from_millis)
}

fn is_too_large(failed: &Failed) -> bool {
    matches!(failed.service(), Some(Service::RequestEntityTooLargeException(_)))
}

/// Sorts out what surely was not written. A refusal by the service is sure; silence and its own troubles are not.
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
