//! Problems (RFC 9457), independent of HTTP. `wire` turns them into responses.

mod code;
mod field;
mod refusal;
mod wire;

use serde::Serialize;
use std::error::Error;
use std::sync::Arc;

use domain::{AutomatRefusal, LockerCount};
use http::Method;
use utoipa::ToSchema;

pub use code::{Code, FieldCode};
pub use field::FieldError;
pub(crate) use refusal::{locker_not_found, not_found};
pub use wire::ProblemBody;

use crate::{EntryView, RangeView, Role};

/// A refused request.
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
    /// The internal cause. Only for the log.
    pub cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// Further facts for programs, each for the codes named with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// `contract_overlap`: the first conflicting contracts, at most 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<EntryView>, required = false)]
    pub conflicts: Option<Vec<EntryView>>,
    /// `contract_overlap`: the next free time of the same length; absent if there is none.
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
        Self { code, detail: detail.into(), errors: Vec::new(), facts: Box::default(), allow: Vec::new(), cause: None }
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
            store::Error::Automat(AutomatRefusal::LockerIndexTooBig { count }) => Self::no_locker(count),
            error => error.into(),
        }
    }

    /// The path has a locker index that the automat does not have.
    #[must_use]
    pub fn no_locker(count: LockerCount) -> Self {
        locker_not_found().with(Facts { locker_count: Some(count.get()), ..Facts::default() })
    }

    /// Adds further data.
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

#[cfg(test)]
mod tests {
    use domain::{ContractRefusal, KeyRefusal, LockerIndex, OpeningRefusal};
    use store::Thing;

    use super::*;
    use crate::CorrelationId;

    fn entry(id: &str, start: &str, end: Option<&str>) -> domain::Entry {
        let instant = |text| domain::Instant::parse(text).unwrap();
        domain::Entry {
            contract: domain::ContractId::parse(id).unwrap(),
            range: domain::TimeRange::new(instant(start), end.map(instant)).unwrap(),
        }
    }

    /// A problem of each code, created as requests create it.
    fn example(code: Code) -> Problem {
        let locker = |index| LockerIndex::new(index).unwrap();
        let short = entry("booking-7", "2026-11-24T12:00:00Z", Some("2026-11-25T12:00:00Z"));
        let long = entry("tenant-1", "2026-11-25T00:00:00Z", None);
        let refused = |error: store::Error| {
            let is_about_the_table = error.is_about_the_table();
            let problem = Problem::from(error);
            // Refusals that leave a receipt under an `Idempotency-Key` are recognized by their status.
            assert_eq!(is_about_the_table, [404, 409, 412].contains(&problem.code.status()), "{}", code.name());
            problem
        };
        match code {
            Code::MalformedJson => Problem::new(code, "The body is not JSON, at line 1, column 2."),
            Code::InvalidRequest => refused(ContractRefusal::EndNotAhead.into()),
            Code::BodyTooLarge => Problem::new(code, "A body has at most 65536 bytes."),
            Code::UnsupportedMediaType => Problem::new(code, "Send the body as application/json in UTF-8."),
            Code::InvalidQuery => {
                Problem::invalid_query(vec![FieldError::new("limit", FieldCode::OutOfRange, "must be 1 to 100")])
            }
            Code::InvalidCursor => refused(store::Error::BadCursor),
            Code::InvalidHeader => Problem::invalid_header("If-Match", "must be one entity tag."),
            Code::RouteNotFound => Problem::route_not_found(),
            Code::MethodNotAllowed => Problem { allow: vec![Method::GET], ..Problem::new(code, "See Allow.") },
            Code::Unauthenticated => Problem::unauthenticated(),
            Code::Forbidden => Problem::forbidden(Role::Operator, Some(Role::Viewer)),
            Code::AutomatNotFound => refused(store::Error::NotFound(Thing::Automat)),
            Code::KeyNotFound => refused(store::Error::NotFound(Thing::Key)),
            Code::ContractNotFound => refused(store::Error::NotFound(Thing::Contract)),
            Code::LockerNotFound => {
                let count = LockerCount::new(20).unwrap();
                Problem::of_path(AutomatRefusal::LockerIndexTooBig { count }.into())
            }
            Code::MessageNotFound => refused(store::Error::NotFound(Thing::Message)),
            Code::MessageUnderWay => refused(store::Error::MessageUnderWay),
            Code::MessageOutdated => refused(store::Error::MessageOutdated),
            Code::OpeningNotFound => refused(store::Error::NotFound(Thing::Opening)),
            Code::AutomatExists => refused(store::Error::Exists(Thing::Automat)),
            Code::KeyExists => refused(store::Error::Exists(Thing::Key)),
            Code::ContractExists => refused(store::Error::Exists(Thing::Contract)),
            Code::LockerIndexTooBig => {
                refused(AutomatRefusal::LockerIndexTooBig { count: LockerCount::new(20).unwrap() }.into())
            }
            Code::LockerOccupied => refused(AutomatRefusal::LockerOccupied { locker: locker(7) }.into()),
            Code::NoFreeLocker => refused(AutomatRefusal::NoFreeLocker.into()),
            Code::LockersInUse => refused(AutomatRefusal::LockersInUse { highest: locker(19) }.into()),
            Code::AutomatHasContracts => refused(AutomatRefusal::HasContracts { count: 3 }.into()),
            Code::AutomatHoldsKeys => refused(AutomatRefusal::HoldsKeys { count: 3 }.into()),
            Code::ReturnCodeInUse => refused(store::Error::ReturnCodeInUse),
            Code::ContractsOverlap => refused(KeyRefusal::ContractsOverlap { pairs: vec![(short, long)] }.into()),
            Code::NotStarted => refused(ContractRefusal::NotStarted.into()),
            Code::KeyOut => refused(KeyRefusal::Out.into()),
            Code::HolderHasKey => refused(ContractRefusal::StartsWhileKeyOut.into()),
            Code::KeyBeingRemoved => refused(KeyRefusal::BeingRemoved.into()),
            Code::ContractOverlap => {
                let next_free = Some(entry("x", "2026-11-25T12:00:00Z", Some("2026-11-25T14:00:00Z")).range);
                refused(ContractRefusal::Overlap { conflicts: vec![short, long], next_free }.into())
            }
            Code::TooManyContracts => refused(ContractRefusal::TooManyLive.into()),
            Code::PinInUse => refused(ContractRefusal::PinInUse.into()),
            Code::LockerBusy => {
                let opening = domain::OpeningId::parse("01KAXHVNM0000000000000000A").unwrap();
                refused(OpeningRefusal::LockerBusy { opening, until: short.range.start() }.into())
            }
            Code::AutomatOffline => refused(OpeningRefusal::AutomatOffline { since: short.range.start() }.into()),
            Code::StaleVersion => refused(store::Error::Stale { current: 4 }),
            Code::IdempotencyKeyReused => refused(store::Error::IdempotencyKeyReused),
            Code::IdempotencyOutdated => refused(store::Error::IdempotencyOutdated),
            Code::AutomatBusy => Problem::automat_busy(),
            Code::Busy => refused(store::Error::Busy),
            Code::Internal => refused(store::Error::Internal { context: "a secret of the inside", source: None }),
        }
    }

    #[test]
    fn each_problem_is_as_documented() {
        let correlation = CorrelationId::of_request(&http::HeaderMap::new(), &http::Extensions::new());
        for &code in Code::ALL {
            let problem = example(code);
            assert_eq!(problem.code, code);
            insta::assert_json_snapshot!(code.name(), problem.body("/v1/keys/K-1", &correlation));
        }
    }

    #[test]
    fn a_refused_contract_names_both_codes_of_its_end() {
        for (refusal, field_code) in [
            (ContractRefusal::EndNotAhead, FieldCode::EndNotAhead),
            (ContractRefusal::EndNotAfterStart, FieldCode::EndNotAfterStart),
        ] {
            let problem = Problem::from(refusal);
            assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code), ("end", field_code));
        }
    }

    /// `docs/api.md` has a table of the codes and one of the field codes. Both must be complete.
    #[test]
    fn the_documentation_lists_every_code() {
        let document = include_str!("../../../../docs/api.md");
        let row = |line: &str| {
            let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
            Some((cells.next()?.trim_end_matches('`').to_owned(), cells.next()?.to_owned()))
        };
        let rows = |heading: &str| -> Vec<(String, String)> {
            let section = document.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
            section.lines().filter_map(row).collect()
        };
        let codes: Vec<_> = Code::ALL.iter().map(|code| (code.name().to_owned(), code.status().to_string())).collect();
        assert_eq!(rows("\n## Problem codes\n"), codes);
        let field_codes = serde_json::to_value(FieldCode::ALL).unwrap();
        let fields: Vec<_> = rows("\n## Field codes\n").into_iter().map(|(name, _)| name).collect();
        assert_eq!(serde_json::json!(fields), field_codes);
    }
}
