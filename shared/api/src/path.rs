//! Identifiers in paths. An identifier that is not valid cannot exist, so the response is 404.

use axum::extract::{FromRequestParts, RawPathParams};
use domain::{AutomatId, ContractId, Invalid, KeyId, LockerIndex, MessageId, OpeningId};
use http::request::Parts;
use store::ResourceKind;

use crate::Problem;
use crate::problem::{locker_not_found, not_found};

/// `{automatId}`.
#[derive(Debug, Clone)]
pub struct AutomatPath(pub AutomatId);

/// `{automatId}` and `{lockerIndex}`.
#[derive(Debug, Clone)]
pub struct LockerPath(pub AutomatId, pub LockerIndex);

/// `{openingId}`.
#[derive(Debug, Clone)]
pub struct OpeningPath(pub OpeningId);

/// `{keyId}`.
#[derive(Debug, Clone)]
pub struct KeyPath(pub KeyId);

/// `{contractId}`.
#[derive(Debug, Clone)]
pub struct ContractPath(pub ContractId);

/// `{contractId}` and `{messageId}`.
#[derive(Debug, Clone)]
pub struct MessagePath(pub ContractId, pub MessageId);

impl<S: Send + Sync> FromRequestParts<S> for AutomatPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        id(parts, "automatId", AutomatId::parse, || not_found(ResourceKind::Automat)).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LockerPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let automat = id(parts, "automatId", AutomatId::parse, || not_found(ResourceKind::Automat)).await?;
        Ok(Self(automat, id(parts, "lockerIndex", locker_index, locker_not_found).await?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OpeningPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        id(parts, "openingId", OpeningId::parse, || not_found(ResourceKind::Opening)).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for KeyPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        id(parts, "keyId", KeyId::parse, || not_found(ResourceKind::Key)).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ContractPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        id(parts, "contractId", ContractId::parse, || not_found(ResourceKind::Contract)).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for MessagePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ContractPath(contract) = ContractPath::from_request_parts(parts, state).await?;
        let message = id(parts, "messageId", MessageId::parse, || not_found(ResourceKind::Message)).await?;
        Ok(Self(contract, message))
    }
}

/// A locker index has one spelling: `7`, but not `07` or `+7`.
fn locker_index(text: &str) -> Result<LockerIndex, Invalid> {
    let index = text.parse().ok().filter(|index: &u32| index.to_string() == text).ok_or(Invalid::Empty)?;
    LockerIndex::new(index)
}

async fn id<T>(
    parts: &mut Parts,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
    missing: fn() -> Problem,
) -> Result<T, Problem> {
    // Fails only if a decoded parameter is not UTF-8.
    let parameters = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| missing())?;
    let text = parameters.iter().find(|(key, _)| *key == name).map(|(_, text)| text);
    text.and_then(|text| parse(text).ok()).ok_or_else(missing)
}
