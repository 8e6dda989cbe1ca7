//! Converts refusals of the store and the domain to problems. The match is exhaustive: a new refusal does not compile
//! until it has a code.

use clock::NoRandomness;
use domain::{
    AutomatRefusal, ContractKeys, ContractRefusal, Invalid, KeyId, KeyRefusal, MAX_LIVE_CONTRACTS, OpeningRefusal,
};
use store::ResourceKind;

use super::{Code, Facts, FieldCode, FieldError, Problem};
use crate::{ConflictView, RangeView};

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        let is_about_the_table = error.is_about_the_table();
        let problem = Self { is_about_the_table, ..of_store(error) };
        debug_assert!(is_about_the_table || !matches!(problem.code.status(), 404 | 409 | 412), "{:?}", problem.code);
        problem
    }
}

fn of_store(error: store::Error) -> Problem {
    match error {
        store::Error::NotFound(thing) => not_found(thing),
        store::Error::KeyNotFound(key) => not_found(ResourceKind::Key).about(&key),
        store::Error::Exists(thing) => exists(thing),
        store::Error::Automat(refusal) => refusal.into(),
        store::Error::Key(refusal) => refusal.into(),
        store::Error::Contract(refusal) => refusal.into(),
        store::Error::Opening(refusal) => refusal.into(),
        store::Error::ReturnCodeInUse => {
            Problem::new(Code::ReturnCodeInUse, "Another key of the automat has this return code. Choose another.")
        }
        store::Error::Stale { current } => Problem::stale(current),
        store::Error::IdempotencyKeyReused => Problem::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used with a different body. Use a new key for a new request.",
        ),
        store::Error::IdempotencyOutdated => Problem::new(
            Code::IdempotencyOutdated,
            "What was answered under this Idempotency-Key is no longer true. Look at what exists now, and use a new \
             key for a new attempt.",
        ),
        store::Error::MessageUnderWay => Problem::new(Code::MessageUnderWay, "The message is being sent or retried."),
        store::Error::MessageOutdated => Problem::new(
            Code::MessageOutdated,
            "The contract has changed since, so the message would no longer be true. Resend a later message.",
        ),
        store::Error::BadCursor => Problem::invalid_cursor(),
        store::Error::Busy => {
            Problem::new(Code::Busy, "Repeat the request in a moment, with the same Idempotency-Key if it had one.")
        }
        error @ store::Error::Internal { .. } => Problem::internal(error),
    }
}

impl From<NoRandomness> for Problem {
    fn from(error: NoRandomness) -> Self {
        Self::internal(error)
    }
}

impl From<AutomatRefusal> for Problem {
    fn from(refusal: AutomatRefusal) -> Self {
        let advice = match refusal {
            AutomatRefusal::HasContracts { .. } => " Send ?force=true to change it and notify their contacts.",
            _ => "",
        };
        let detail = sentence(&refusal) + advice;
        let (code, facts) = match refusal {
            AutomatRefusal::LockerIndexTooBig { count } => {
                (Code::LockerIndexTooBig, Facts { locker_count: Some(count.get()), ..Facts::default() })
            }
            AutomatRefusal::LockerOccupied { locker } => {
                (Code::LockerOccupied, Facts { locker_index: Some(locker.get()), ..Facts::default() })
            }
            AutomatRefusal::HasContracts { count } => {
                (Code::AutomatHasContracts, Facts { contract_count: Some(count), ..Facts::default() })
            }
            AutomatRefusal::NoFreeLocker => (Code::NoFreeLocker, Facts::default()),
            AutomatRefusal::LockersInUse { highest } => {
                (Code::LockersInUse, Facts { highest_locker_in_use: Some(highest.get()), ..Facts::default() })
            }
            AutomatRefusal::HoldsKeys { count } => {
                (Code::AutomatHoldsKeys, Facts { key_count: Some(count), ..Facts::default() })
            }
        };
        Self::new(code, detail).with(facts)
    }
}

impl From<KeyRefusal> for Problem {
    fn from(refusal: KeyRefusal) -> Self {
        match refusal {
            KeyRefusal::BeingRemoved => being_removed(),
            KeyRefusal::ContractsOverlap { pairs } => {
                let pairs = pairs.iter().map(|(one, other)| [one.into(), other.into()]).collect();
                let facts = Facts { pairs: Some(pairs), ..Facts::default() };
                let detail = "Move or remove one contract of each pair, or leave the key shared.";
                Self::new(Code::ContractsOverlap, detail).with(facts)
            }
            KeyRefusal::Out => key_out("The key would be removed while somebody has it."),
        }
    }
}

impl From<ContractRefusal> for Problem {
    fn from(refusal: ContractRefusal) -> Self {
        match refusal {
            ContractRefusal::EndNotAfterStart => end(FieldCode::EndNotAfterStart, "must be after the start"),
            ContractRefusal::EndNotAhead => end(FieldCode::EndNotAhead, "must be in the future"),
            ContractRefusal::Overlap { conflicts, next_free } => {
                let facts = Facts {
                    conflicts: Some(conflicts.iter().map(ConflictView::from).collect()),
                    next_free: next_free.map(RangeView::from),
                    ..Facts::default()
                };
                let detail = "A key is not shared. See conflicts for the contracts in the way, and nextFree for the next time in which all keys are free.";
                Self::new(Code::ContractOverlap, detail).with(facts)
            }
            ContractRefusal::TooManyLive { key } => Self::new(
                Code::TooManyContracts,
                format!("A key holds at most {MAX_LIVE_CONTRACTS} contracts that have not ended."),
            )
            .about(&key),
            ContractRefusal::TooManyKeys => {
                let detail = format!("must be at most {} together with the keys that it replaces", ContractKeys::MAX);
                Self::invalid_request(vec![FieldError::new("keyIds", FieldCode::TooMany, detail)])
            }
            ContractRefusal::PinInUse => {
                Self::new(Code::PinInUse, "Another contract of one of the automats has this PIN. Choose another or send none.")
            }
            ContractRefusal::PinTooShort { min } => {
                let invalid = Invalid::PinTooShort { min: min.get() };
                Self::invalid_request(vec![FieldError::invalid("pin", invalid)])
            }
            ContractRefusal::KeyBeingRemoved { key } => being_removed().about(&key),
            ContractRefusal::NotStarted => {
                Self::new(Code::NotStarted, "Only an active contract can be ended. Edit or remove an upcoming one.")
            }
            ContractRefusal::KeyOut { key } => {
                key_out("The contract would lose the key while its holder has it.").about(&key)
            }
            ContractRefusal::StartsWhileKeyOut { key } => Self::new(
                Code::HolderHasKey,
                "The key is out with a contract of this contractId, so its start cannot be in the future. End it, and create another contract.",
            )
            .about(&key),
        }
    }
}

impl From<OpeningRefusal> for Problem {
    fn from(refusal: OpeningRefusal) -> Self {
        match refusal {
            OpeningRefusal::LockerBusy { opening, until } => {
                let facts = Facts {
                    opening_id: Some(opening.as_str().to_owned()),
                    until: Some(until.to_string()),
                    ..Facts::default()
                };
                let detail =
                    "Another opening of this locker is in progress: see openingId. Try again when it has ended.";
                Self::new(Code::LockerBusy, detail).with(facts)
            }
            OpeningRefusal::AutomatOffline { since } => {
                let facts = Facts { since: Some(since.to_string()), ..Facts::default() };
                let detail =
                    "Nothing was opened. Send \"force\": true to send the request anyway; it expires after 20 seconds.";
                Self::new(Code::AutomatOffline, detail).with(facts)
            }
        }
    }
}

impl Problem {
    /// Names the key that the problem is about, for a request that concerns several.
    fn about(mut self, key: &KeyId) -> Self {
        self.facts.key_id = Some(key.as_str().to_owned());
        self
    }
}

pub(crate) fn locker_not_found() -> Problem {
    Problem::new(Code::LockerNotFound, "The automat has no locker of this lockerIndex.")
}

pub(crate) fn not_found(thing: ResourceKind) -> Problem {
    match thing {
        ResourceKind::Automat => Problem::new(Code::AutomatNotFound, "No automat has this automatId."),
        ResourceKind::Key => Problem::new(Code::KeyNotFound, "No key has this keyId."),
        ResourceKind::Contract => Problem::new(Code::ContractNotFound, "No contract has this contractId."),
        ResourceKind::Opening => Problem::new(Code::OpeningNotFound, "No opening has this openingId."),
        ResourceKind::Message => {
            Problem::new(Code::MessageNotFound, "No message about the contract has this messageId.")
        }
    }
}

fn exists(thing: ResourceKind) -> Problem {
    match thing {
        ResourceKind::Automat => Problem::new(Code::AutomatExists, "A different automat has this automatId."),
        ResourceKind::Key => {
            Problem::new(Code::KeyExists, "A different key has this keyId, or is still being removed.")
        }
        ResourceKind::Contract => Problem::new(Code::ContractExists, "A different contract has this contractId."),
        // These ids are generated, so a clash is as good as impossible.
        ResourceKind::Opening | ResourceKind::Message => {
            Problem::new(Code::Busy, "A resource with this id already exists. Try again.")
        }
    }
}

fn being_removed() -> Problem {
    Problem::new(Code::KeyBeingRemoved, "The key and its contracts are being removed. Try again in a moment.")
}

fn key_out(what: &str) -> Problem {
    Problem::new(Code::KeyOut, format!("{what} Send ?force=true to do it anyway."))
}

fn end(code: FieldCode, rule: &str) -> Problem {
    Problem::invalid_request(vec![FieldError::new("end", code, rule)])
}

fn sentence(refusal: &AutomatRefusal) -> String {
    let text = refusal.to_string();
    let mut characters = text.chars();
    characters.next().map(|first| format!("{}{}.", first.to_uppercase(), characters.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CorrelationId;

    /// A client cannot cause these. `tests/over_http` has all others, as clients get them.
    #[test]
    fn failures_of_ours_reveal_nothing() {
        let correlation = CorrelationId::of_request(&http::HeaderMap::new(), &http::Extensions::new());
        for error in [store::Error::Busy, store::Error::Internal { context: "a secret of the inside", source: None }] {
            let problem = Problem::from(error);
            insta::assert_json_snapshot!(problem.code.name(), problem.body("/v1/keys/K-1", &correlation));
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
}
