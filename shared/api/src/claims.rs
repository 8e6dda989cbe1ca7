//! What a token says, as API Gateway hands it to a function.

use std::collections::HashMap;

use http::Extensions;
use lambda_http::request::RequestContext;
use serde_json::{Map, Value, json};

/// The claims of a verified token, every value as text.
#[derive(Clone)]
pub struct Claims(HashMap<String, String>);

impl Claims {
    /// As API Gateway writes the claims of a token.
    #[must_use]
    pub fn of_token(claims: &Map<String, Value>) -> Self {
        Self(claims.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    }

    /// Those that the gateway's authorizer found, where a route has one.
    #[must_use]
    pub fn of_gateway(extensions: &Extensions) -> Option<Self> {
        let Some(RequestContext::ApiGatewayV2(context)) = extensions.get() else { return None };
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        jwt.map(|jwt| Self(jwt.claims.clone()))
    }

    /// Puts them where the gateway's authorizer would have. Whoever does so has verified the token.
    pub fn hand_on(self, extensions: &mut Extensions) {
        let Some(RequestContext::ApiGatewayV2(context)) = extensions.get_mut() else { return };
        context.authorizer = serde_json::from_value(json!({ "jwt": { "claims": self.0 } })).ok();
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them, by name.
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

/// An array as `[a b]`, an object as `map[a:1 b:2]`.
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
    use crate::testing::request_without_token;

    #[test]
    fn what_is_handed_on_is_as_if_the_gateway_had_found_it() {
        let token = json!({ "sub": "ada", "cognito:groups": ["admin", "viewer"], "exp": 900, "a": { "b": true } });
        let (mut parts, ()) = request_without_token("GET", "/").body(()).unwrap().into_parts();
        assert!(Claims::of_gateway(&parts.extensions).is_none());
        Claims::of_token(token.as_object().unwrap()).hand_on(&mut parts.extensions);
        let claims = Claims::of_gateway(&parts.extensions).unwrap();
        for (name, value) in
            [("sub", "ada"), ("cognito:groups", "[admin viewer]"), ("exp", "900"), ("a", "map[b:true]")]
        {
            assert_eq!(claims.get(name), Some(value));
        }
        assert!(!format!("{claims:?}").contains("ada"));
    }
}
