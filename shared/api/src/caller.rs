//! Who is calling: what the gateway's JWT authorizer found in the token.

use axum::extract::FromRequestParts;
use domain::{Actor, Instant};
use http::Extensions;
use http::request::Parts;
use lambda_http::request::RequestContext;
use store::{Act, Receipt};

use crate::{Problem, Role};

/// Who is calling and what they may do. The gate puts it into the request; a handler takes it as an argument.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, as events name them.
    pub actor: Actor,
    /// What they may do.
    pub role: Role,
}

impl Caller {
    /// The holder of the token that the gateway verified.
    ///
    /// Nothing is verified here: a router without an authorizer in front of it answers 401 to everything protected.
    pub(crate) fn of_request(extensions: &Extensions) -> Result<Self, Problem> {
        let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else {
            return Err(Problem::unauthenticated());
        };
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        let claims = &jwt.ok_or_else(Problem::unauthenticated)?.claims;
        let subject = ["sub", "client_id"].iter().find_map(|claim| claims.get(*claim)).filter(|name| !name.is_empty());
        let subject = subject.ok_or_else(Problem::unauthenticated)?;
        let role = Role::of_claims(claims).ok_or_else(|| Problem::forbidden(Role::Viewer))?;
        Ok(Self { actor: Actor::new(subject), role })
    }

    /// An act of this caller.
    #[must_use]
    pub fn act(&self, now: Instant, receipt: Option<Receipt>) -> Act {
        Act { actor: self.actor.clone(), now, receipt }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthenticated)
    }
}
