//! Asking for an opening through the shadow, and taking the request out of it again.

use std::collections::BTreeMap;

use aws_sdk_iotdataplane::error::SdkError;
use aws_sdk_iotdataplane::operation::get_thing_shadow::GetThingShadowError;
use aws_sdk_iotdataplane::operation::update_thing_shadow::UpdateThingShadowError;
use aws_sdk_iotdataplane::primitives::Blob;
use protocol::{CONTROL_SHADOW, Cleared, Desired, Request, ShadowUpdate, ThingName};
use serde::{Deserialize, Serialize};

use crate::{Error, Things, Undelivered};

/// How often clearing is tried against others who write the same shadow. Giving up costs nothing but room in it: the
/// device tells its word again at its next connect.
const CLEARING_TRIES: u32 = 12;

/// A document to update the shadow with, or the part that we read of one.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    state: ShadowUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
}

impl Things {
    /// Puts a request for a locker into the shadow, in place of any before it. Requests for other lockers are left as
    /// they are, so no version is asked for.
    pub async fn request_opening(&self, thing: &ThingName, locker: u16, request: Request) -> Result<(), Undelivered> {
        let desired = Desired { o: BTreeMap::from([(locker, Some(request))]) };
        let state = ShadowUpdate { desired: Some(desired), reported: None };
        let document = Document { state, version: None };
        self.update(thing, &document).await.map_err(|failure| match failure {
            Failed::Written(error) => Undelivered::Unknown(error),
            Failed::Answered(answered) => undelivered(answered),
        })
    }

    /// Takes a finished opening out of the shadow.
    ///
    /// The same locker may have been asked to open again meanwhile, and that request must stay: so the shadow is read,
    /// and written only in the version in which this opening was the last one asked of the locker.
    pub async fn clear_opening(&self, thing: &ThingName, locker: u16, opening: &str) -> Result<(), Error> {
        for _ in 0..CLEARING_TRIES {
            let Some(version) = self.version_with(thing, locker, opening).await? else { return Ok(()) };
            let document = Document { state: Cleared(locker).into(), version: Some(version) };
            match self.update(thing, &document).await {
                Ok(()) => return Ok(()),
                Err(Failed::Answered(failure))
                    if matches!(failure.as_service_error(), Some(UpdateThingShadowError::ConflictException(_))) => {}
                Err(Failed::Answered(failure)) => return Err(Error::over("clearing an opening", failure)),
                Err(Failed::Written(error)) => return Err(error),
            }
        }
        tracing::info!(thing.name = %thing, locker.index = locker, "left a finished opening in a busy shadow");
        Ok(())
    }

    /// The shadow's version, if this opening is the last one asked of the locker.
    async fn version_with(&self, thing: &ThingName, locker: u16, opening: &str) -> Result<Option<u64>, Error> {
        let answer = self.client.get_thing_shadow().thing_name(thing.as_str()).shadow_name(CONTROL_SHADOW).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure)
                if matches!(failure.as_service_error(), Some(GetThingShadowError::ResourceNotFoundException(_))) =>
            {
                return Ok(None);
            }
            Err(failure) => return Err(Error::over("reading a shadow", failure)),
        };
        let payload = answer.payload.ok_or_else(|| Error::new("reading a shadow without content"))?;
        let document: Document =
            serde_json::from_slice(payload.as_ref()).map_err(|error| Error::over("reading a shadow", error))?;
        let desired = document.state.desired.unwrap_or_default().o.remove(&locker).flatten();
        let reported = document.state.reported.unwrap_or_default().r.remove(&locker).flatten();
        let ours = match (desired, reported) {
            (Some(request), _) => request.id == opening,
            (None, Some(word)) => word.id == opening,
            (None, None) => false,
        };
        Ok(document.version.filter(|_| ours))
    }

    async fn update(&self, thing: &ThingName, document: &Document) -> Result<(), Failed> {
        let payload = serde_json::to_vec(document).map_err(|error| Failed::Written(Error::over("writing", error)))?;
        let update = self.client.update_thing_shadow().thing_name(thing.as_str()).shadow_name(CONTROL_SHADOW);
        update
            .payload(Blob::new(payload))
            .send()
            .await
            .map(|_| ())
            .map_err(|failure| Failed::Answered(Box::new(failure)))
    }
}

enum Failed {
    Written(Error),
    Answered(Box<SdkError<UpdateThingShadowError>>),
}

/// Sorts out what surely was not written. A refusal by the service is sure; silence and its own troubles are not.
fn undelivered(failure: Box<SdkError<UpdateThingShadowError>>) -> Undelivered {
    use UpdateThingShadowError as Service;
    let context = "asking for an opening";
    match failure.as_service_error() {
        Some(Service::RequestEntityTooLargeException(_) | Service::ThrottlingException(_)) => Undelivered::Busy,
        Some(
            Service::InvalidRequestException(_)
            | Service::UnauthorizedException(_)
            | Service::MethodNotAllowedException(_)
            | Service::UnsupportedDocumentEncodingException(_),
        ) => Undelivered::Refused(Error::over(context, failure)),
        _ => Undelivered::Unknown(Error::over(context, failure)),
    }
}
