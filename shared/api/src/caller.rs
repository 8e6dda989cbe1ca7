//! The caller of a request, according to the claims of the token that the gateway verified.

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use domain::{Actor, Instant};
use http::Extensions;
use http::request::Parts;
use lambda_http::request::RequestContext;
use serde_json::{Map, Value, json};
use store::{Receipt, RequestMetadata};

use crate::{Problem, Role};

/// Who is calling and their role. The gate adds it to the request; handlers take it as an argument.
#[derive(Debug, Clone)]
pub struct Caller {
    pub actor: Actor,
    pub role: Role,
}

impl Caller {
    /// The holder of the access token that the gateway verified, if their role is at least `needed`.
    ///
    /// This verifies no signature: a router without an authorizer in front of it answers 401 on every protected route.
    pub fn of_request(extensions: &Extensions, needed: Role) -> Result<Self, Problem> {
        let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else {
            return Err(Problem::unauthenticated());
        };
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        let claims = &jwt.ok_or_else(Problem::unauthenticated)?.claims;
        if claims.get("token_use").is_none_or(|token_use| token_use != "access") {
            return Err(Problem::not_an_access_token());
        }
        // A person's `sub` is a permanent UUID. Their `username` may be an email address if they sign in with another
        // identity provider. A machine's `sub` is its client id.
        let subject = ["sub", "client_id"].iter().find_map(|claim| claims.get(*claim)).filter(|name| !name.is_empty());
        let subject = subject.ok_or_else(Problem::unauthenticated)?;
        match Role::of_claims(claims) {
            Some(role) if role >= needed => Ok(Self { actor: Actor::new(subject), role }),
            held => Err(Problem::forbidden(needed, held)),
        }
    }

    #[must_use]
    pub fn metadata(&self, now: Instant, receipt: Option<Receipt>) -> RequestMetadata {
        RequestMetadata { receipt, ..RequestMetadata::new(self.actor.clone(), now) }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthenticated)
    }
}

/// The claims of a verified token, every value as text.
#[derive(Clone)]
pub struct Claims(HashMap<String, String>);

impl Claims {
    /// From a token's claims, formatted as API Gateway does.
    #[must_use]
    pub fn of_token(claims: &Map<String, Value>) -> Self {
        Self(claims.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    }

    /// The claims from the gateway's authorizer, on a route that has one.
    #[must_use]
    pub fn of_gateway(extensions: &Extensions) -> Option<Self> {
        let Some(RequestContext::ApiGatewayV2(context)) = extensions.get() else { return None };
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        jwt.map(|jwt| Self(jwt.claims.clone()))
    }

    /// Puts the claims where the gateway's authorizer would have put them. The caller must have verified the token.
    pub fn insert_into(self, extensions: &mut Extensions) {
        let Some(RequestContext::ApiGatewayV2(context)) = extensions.get_mut() else { return };
        context.authorizer = serde_json::from_value(json!({ "jwt": { "claims": self.0 } })).ok();
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    #[must_use]
    pub fn by_name(&self) -> &HashMap<String, String> {
        &self.0
    }
}

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Formats an array as `[a b]` and an object as `map[a:1 b:2]`.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(several) => format!("[{}]", several.iter().map(text).collect::<Vec<_>>().join(" ")),
        Value::Object(members) => {
            let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}:{}", text(value))).collect();
            format!("map[{}]", members.join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;
    use crate::testing::{request_with_claims, request_without_token};

    const SUBJECT: &str = "93cc2892-b0a1-70c5-4e55-3c3d0b8b6a11";

    fn of(claims: &[(&str, &str)], needed: Role) -> Result<Caller, Problem> {
        let (parts, ()) = request_with_claims("GET", "/v1/keys", claims).body(()).unwrap().into_parts();
        Caller::of_request(&parts.extensions, needed)
    }

    fn person<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let usual = [
            ("token_use", "access"),
            ("sub", SUBJECT),
            ("username", "ada@example.com"),
            ("cognito:groups", "[operator]"),
            ("scope", crate::role::PERSON_SCOPE),
        ];
        let kept = usual.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        kept.chain(changes.iter().copied()).filter(|(_, value)| *value != "-").collect()
    }

    #[test]
    fn a_person_is_identified_by_the_sub_claim() {
        let caller = of(&person(&[]), Role::Operator).unwrap();
        assert_eq!((caller.actor.as_str(), caller.role), (SUBJECT, Role::Operator));
    }

    #[test]
    fn a_machine_is_identified_by_its_client_id() {
        let token = [("token_use", "access"), ("client_id", "4c1a"), ("scope", "key-automat/admin")];
        for claims in [[&token[..], &[("sub", "4c1a")]].concat(), token.to_vec()] {
            let caller = of(&claims, Role::Viewer).unwrap();
            assert_eq!((caller.actor.as_str(), caller.role), ("4c1a", Role::Admin));
        }
    }

    #[test]
    fn only_an_access_token_is_accepted() {
        for token_use in ["id", "refresh", "Access", "", "-"] {
            let problem = of(&person(&[("token_use", token_use)]), Role::Viewer).unwrap_err();
            assert_eq!(problem.code, Code::Unauthenticated, "{token_use}");
            assert!(problem.detail.contains("access token"), "{}", problem.detail);
        }
    }

    #[test]
    fn a_token_without_a_subject_is_refused() {
        for subject in ["", "-"] {
            let problem = of(&person(&[("sub", subject)]), Role::Viewer).unwrap_err();
            assert_eq!(problem.code, Code::Unauthenticated, "{subject}");
        }
    }

    #[test]
    fn a_refusal_states_the_required_role_and_the_callers_role() {
        for (changes, detail) in [
            (&[][..], "This requires the role admin; the token has operator."),
            (&[("cognito:groups", "-")], "This requires the role admin; the token has none."),
            (&[("scope", "openid")], "This requires the role admin; the token has none."),
        ] {
            let problem = of(&person(changes), Role::Admin).unwrap_err();
            assert_eq!((problem.code, problem.detail.as_str()), (Code::Forbidden, detail));
        }
    }

    #[test]
    fn claims_handed_on_read_like_those_of_the_gateway() {
        let token = json!({ "sub": "ada", "cognito:groups": ["admin", "viewer"], "exp": 900, "a": { "b": true } });
        let (mut parts, ()) = request_without_token("GET", "/").body(()).unwrap().into_parts();
        assert!(Claims::of_gateway(&parts.extensions).is_none());
        Claims::of_token(token.as_object().unwrap()).insert_into(&mut parts.extensions);
        let claims = Claims::of_gateway(&parts.extensions).unwrap();
        for (name, value) in
            [("sub", "ada"), ("cognito:groups", "[admin viewer]"), ("exp", "900"), ("a", "map[b:true]")]
        {
            assert_eq!(claims.get(name), Some(value));
        }
        assert!(!format!("{claims:?}").contains("ada"));
    }
}
