//! Reads and updates the control shadow of an automat.
//!
//! A device may write anything into its shadow. Only what has the form of the protocol is read; anything else is
//! ignored and does not prevent reading the rest.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_iotdataplane::error::SdkError;
use aws_sdk_iotdataplane::operation::get_thing_shadow::GetThingShadowError;
use aws_sdk_iotdataplane::operation::update_thing_shadow::UpdateThingShadowError;
use aws_sdk_iotdataplane::primitives::Blob;
use protocol::{CONTROL_SHADOW, OpeningReport, OpeningRequest, ThingName};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, Things};

#[derive(Debug, Default)]
pub struct ControlShadow {
    pub(crate) version: u64,
    pub(crate) desired: Map<String, Value>,
    pub(crate) reported: Map<String, Value>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Update<S> {
    pub(crate) state: S,
    /// The update is rejected unless the shadow is in this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<u64>,
}

/// Why an update was not accepted, or may not have been.
pub(crate) enum Failed {
    Written(Error),
    Answered(Box<SdkError<UpdateThingShadowError>>),
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    state: Sections,
    version: u64,
}

#[derive(Default, Deserialize)]
struct Sections {
    #[serde(default)]
    desired: Map<String, Value>,
    #[serde(default)]
    reported: Map<String, Value>,
}

impl ControlShadow {
    #[must_use]
    pub fn requests(&self) -> BTreeMap<u16, OpeningRequest> {
        by_locker(&self.desired, "o")
    }

    #[must_use]
    pub fn results(&self) -> BTreeMap<u16, OpeningReport> {
        by_locker(&self.reported, "r")
    }

    /// The openings that have a result, even one that cannot be read, and are still the last ones requested for their
    /// lockers. After a newer request the result of that one will replace this.
    #[must_use]
    pub fn finished(&self) -> BTreeMap<u16, String> {
        let requests = self.requests();
        let results = by_locker::<Vec<Value>>(&self.reported, "r").into_iter();
        let ids = results.filter_map(|(locker, result)| Some((locker, result.first()?.as_str()?.to_owned())));
        ids.filter(|(locker, id)| requests.get(locker).is_none_or(|request| request.id == *id)).collect()
    }
}

fn by_locker<T: DeserializeOwned>(section: &Map<String, Value>, part: &str) -> BTreeMap<u16, T> {
    let members = section.get(part).and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(locker, value)| Some((locker.parse().ok()?, T::deserialize(value).ok()?))).collect()
}

impl Things {
    /// Returns `None` if the thing has no control shadow yet.
    pub async fn control_shadow(&self, thing: &ThingName) -> Result<Option<ControlShadow>, Error> {
        let answer = self.client.get_thing_shadow().thing_name(thing.as_str()).shadow_name(CONTROL_SHADOW).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure)
                if matches!(failure.as_service_error(), Some(GetThingShadowError::ResourceNotFoundException(_))) =>
            {
                return Ok(None);
            }
            Err(failure) => {
                let is_throttling =
                    matches!(failure.as_service_error(), Some(GetThingShadowError::ThrottlingException(_)));
                let error = Error::over("reading a shadow", failure);
                return Err(if is_throttling { error.throttled() } else { error });
            }
        };
        let payload = answer.payload.ok_or_else(|| Error::new("reading a shadow without content"))?;
        let Document { state, version } =
            serde_json::from_slice(payload.as_ref()).map_err(|error| Error::over("reading a shadow", error))?;
        Ok(Some(ControlShadow { version, desired: state.desired, reported: state.reported }))
    }

    pub(crate) async fn update(&self, thing: &ThingName, update: &Update<impl Serialize>) -> Result<(), Failed> {
        let payload = serde_json::to_vec(update).map_err(|error| Failed::Written(Error::over("writing", error)))?;
        let request = self.client.update_thing_shadow().thing_name(thing.as_str()).shadow_name(CONTROL_SHADOW);
        let answer = request.payload(Blob::new(payload)).send().await;
        answer.map(|_| ()).map_err(|failure| Failed::Answered(Box::new(failure)))
    }
}

impl Failed {
    /// The error of the service, if it responded.
    pub(crate) fn service(&self) -> Option<&UpdateThingShadowError> {
        match self {
            Self::Written(_) => None,
            Self::Answered(failure) => failure.as_service_error(),
        }
    }

    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self.service(), Some(UpdateThingShadowError::ConflictException(_)))
    }

    pub(crate) fn is_throttled(&self) -> bool {
        matches!(self.service(), Some(UpdateThingShadowError::ThrottlingException(_)))
    }

    pub(crate) fn into_error(self, context: &'static str) -> Error {
        match self {
            Self::Written(error) => error,
            Self::Answered(failure) => Error::over(context, failure),
        }
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(error) => error.fmt(f),
            Self::Answered(failure) => failure.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn malformed_parts_do_not_prevent_reading_the_rest() {
        let sections = json!({
            "desired": {"o": {"7": [12, "a", 1, 21], "8": "nonsense", "x": [1, "b", 1, 21], "9": [13, "d", 1, 21]}, "p": 1},
            "reported": {"o": 3, "r": {"7": ["a", "opened", 2], "8": ["c", "opened", 2], "9": ["e", "failed", 2], "10": 1}},
        });
        let Sections { desired, reported } = serde_json::from_value(sections).unwrap();
        let shadow = ControlShadow { version: 1, desired, reported };
        assert_eq!(shadow.requests().into_keys().collect::<Vec<_>>(), [7, 9]);
        let finished = shadow.finished();
        assert_eq!(finished.into_keys().collect::<Vec<_>>(), [7, 8], "9 was requested again");
    }
}
