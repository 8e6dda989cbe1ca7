//! A sign-in that no test needs, because the gateway has verified the user. The benchmark includes this file as well.

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use dashboard::{SignIn, SignInSettings};

pub(crate) fn sign_in() -> SignIn {
    let settings = SignInSettings {
        pages: "https://sign-in.example".to_owned(),
        issuer: "https://issuer.example".to_owned(),
        keys: "https://issuer.example/keys".to_owned(),
        client: "dashboard".to_owned(),
        dashboard: "https://keys.example".to_owned(),
    };
    SignIn::new(settings, SharedHttpConnector::new(NeverAsked))
}

/// Every request to it fails.
#[derive(Debug)]
struct NeverAsked;

impl HttpConnector for NeverAsked {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::io("nobody is there".into())))
    }
}
