//! Problems (RFC 9457), independent of HTTP. `wire` turns them into responses.

mod code;
mod field;
mod field_code;
mod refusal;
mod wire;

use serde::Serialize;
use std::error::Error;
use std::sync::Arc;

use domain::{AutomatRefusal, LockerCount};
use http::Method;
use utoipa::ToSchema;

pub use code::Code;
pub use field::FieldError;
pub use field_code::FieldCode;
pub(crate) use refusal::{locker_not_found, not_found};
pub use wire::ProblemBody;

use crate::{ConflictView, EntryView, RangeView, Role, StillUsableView};

#[derive(Debug, Clone)]
pub struct Problem {
    pub code: Code,
    /// What is wrong with this request and how to correct it, for people.
    pub detail: String,
    /// The invalid fields or query parameters.
    pub errors: Vec<FieldError>,
    /// Further data for clients.
    pub facts: Box<Facts>,
    /// The supported methods, if the method was wrong.
    pub allow: Vec<Method>,
    /// Whether it depends on what the table holds. Then it is stored under the request's `Idempotency-Key`.
    pub is_about_the_table: bool,
    /// The internal cause. Only for the log.
    pub cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// Further facts for programs, each for the codes named with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// `contract_overlap`: the first conflicting contracts, at most 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<ConflictView>, required = false)]
    pub conflicts: Option<Vec<ConflictView>>,
    /// `key_not_found`, `key_being_removed`, `key_out`, `holder_has_key`, `too_many_contracts`: the key concerned, if the
    /// request names several or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub key_id: Option<String>,
    /// `contract_overlap`: the next time of the same length in which all keys are free; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RangeView, required = false)]
    pub next_free: Option<RangeView>,
    /// `contracts_overlap`: the first pairs of contracts that overlap each other, at most 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Vec<EntryView>>, required = false)]
    pub pairs: Option<Vec<[EntryView; 2]>>,
    /// `locker_index_too_big`, `locker_not_found`: how many lockers the automat has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u16, required = false)]
    pub locker_count: Option<u16>,
    /// `locker_occupied`: the locker that has a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u16, required = false)]
    pub locker_index: Option<u16>,
    /// `lockers_in_use`: the highest locker that has a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u16, required = false)]
    pub highest_locker_in_use: Option<u16>,
    /// `automat_holds_keys`: how many keys it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub key_count: Option<usize>,
    /// `automat_has_contracts`: how many contracts have not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub contract_count: Option<usize>,
    /// `locker_busy`: the opening in progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub opening_id: Option<String>,
    /// `locker_busy`: when that opening expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub until: Option<String>,
    /// `automat_offline`: since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub since: Option<String>,
    /// `still_usable`: at which automats, and until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<StillUsableView>, required = false)]
    pub still_usable: Option<Vec<StillUsableView>>,
    /// `stale_version`: the current version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    pub current_version: Option<u64>,
    /// `forbidden`: the required role, for the pages, which have texts of their own.
    #[serde(skip)]
    #[schema(ignore)]
    pub needed: Option<Role>,
    /// `unauthenticated`, `forbidden`: the parameters of the header `WWW-Authenticate` (RFC 6750, section 3), if there
    /// is more to say than that a token is required.
    #[serde(skip)]
    #[schema(ignore)]
    pub challenge: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            facts: Box::default(),
            allow: Vec::new(),
            is_about_the_table: false,
            cause: None,
        }
    }

    #[must_use]
    pub fn route_not_found() -> Self {
        Self::new(Code::RouteNotFound, "Unknown path. See /openapi.json for all routes.")
    }

    #[must_use]
    pub fn invalid_request(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::InvalidRequest, "See errors for each invalid field and the reason.") }
    }

    #[must_use]
    pub fn invalid_query(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::InvalidQuery, "See errors for each invalid query parameter and the reason.") }
    }

    #[must_use]
    pub fn invalid_cursor() -> Self {
        Self::new(Code::InvalidCursor, "Send `after` exactly as `page.next` of this list, or leave it out.")
    }

    #[must_use]
    pub fn invalid_header(name: &str, rule: &str) -> Self {
        Self::new(Code::InvalidHeader, format!("{name} {rule}"))
    }

    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "Send a valid access token: Authorization: Bearer …")
    }

    /// The token is not an access token.
    #[must_use]
    pub fn not_an_access_token() -> Self {
        Self::new(Code::Unauthenticated, "Send the access token. An ID token identifies a person but gives no access.")
    }

    #[must_use]
    pub fn forbidden(needed: Role, held: Option<Role>) -> Self {
        let facts = Facts { needed: Some(needed), ..Facts::default() };
        let (needed, held) = (needed.name(), held.map_or("none", Role::name));
        Self::new(Code::Forbidden, format!("This requires the role {needed}; the token has {held}.")).with(facts)
    }

    /// The client's version is not the current one.
    #[must_use]
    pub fn stale(current: u64) -> Self {
        Self::new(Code::StaleVersion, "Read it again, and apply your change to the current version.")
            .with(Facts { current_version: Some(current), ..Facts::default() })
    }

    #[must_use]
    pub fn automat_busy() -> Self {
        let detail = "Nothing was opened. Try again when some of the current openings have ended.";
        Self::new(Code::AutomatBusy, detail)
    }

    /// The problem for a resource that the path names. There, a locker that the automat does not have is a 404.
    #[must_use]
    pub fn of_path(error: store::Error) -> Self {
        match error {
            store::Error::Automat(AutomatRefusal::LockerIndexTooBig { count }) => {
                Self { is_about_the_table: true, ..Self::no_locker(count) }
            }
            error => error.into(),
        }
    }

    /// The path has a locker index that the automat does not have.
    #[must_use]
    pub fn no_locker(count: LockerCount) -> Self {
        locker_not_found().with(Facts { locker_count: Some(count.get()), ..Facts::default() })
    }

    #[must_use]
    pub fn with(self, facts: Facts) -> Self {
        Self { facts: Box::new(facts), ..self }
    }

    /// An unexpected error. The client gets no details.
    #[must_use]
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        let detail = "Unexpected error. If it persists, contact support with this correlationId.";
        Self { cause: Some(Arc::new(cause)), ..Self::new(Code::Internal, detail) }
    }
}

/// The cause that is logged for a panic. It leaves out the panic's message, which may contain anything.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
pub(crate) struct Panicked;
