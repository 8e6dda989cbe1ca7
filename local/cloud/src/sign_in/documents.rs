//! The two documents from which clients and verifiers learn the other endpoints and the keys.

use api::{PERSON_SCOPE, Role};
use axum::extract::State;
use axum::response::Json;
use serde_json::{Value, json};

use super::SignIn;
use crate::people::OPENID;

pub(super) async fn jwks(State(sign_in): State<SignIn>) -> Json<Value> {
    Json(json!(sign_in.tokens.jwks()))
}

/// The provider's metadata (`OpenID` Connect Discovery, section 3). There is no `userinfo_endpoint`.
pub(super) async fn configuration(State(sign_in): State<SignIn>) -> Json<Value> {
    let issuer = sign_in.tokens.issuer();
    let scopes = Role::ALL.iter().map(|role| role.scope()).chain([OPENID, PERSON_SCOPE]);
    Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "authorization_endpoint": format!("{issuer}/oauth2/authorize"),
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "revocation_endpoint": format!("{issuer}/oauth2/revoke"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": scopes.collect::<Vec<_>>(),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}
