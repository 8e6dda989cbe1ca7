//! A client with one of the roles, or without a token.

use std::fmt::Display;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use api::Role;
use http::Method;
use reqwest::{Body, RequestBuilder};
use serde_json::Value;

use crate::{ApiResponse, Stack};

#[derive(Debug, Clone, Copy)]
pub struct As<'s> {
    pub(crate) stack: &'s Stack,
    pub(crate) role: Option<Role>,
}

/// A request. Awaiting it sends it.
#[derive(Debug)]
pub struct Call {
    stack: Stack,
    role: Option<Role>,
    request: RequestBuilder,
    asked: String,
}

impl As<'_> {
    pub fn get(self, path: impl Display) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(self, path: impl Display, body: Value) -> Call {
        self.call(Method::POST, path).json(&body)
    }

    /// A POST without a body.
    pub fn post_nothing(self, path: impl Display) -> Call {
        self.call(Method::POST, path)
    }

    pub fn patch(self, path: impl Display, body: Value) -> Call {
        self.call(Method::PATCH, path).json(&body)
    }

    pub fn delete(self, path: impl Display) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Any method; the body is added by [`Call::json`] or [`Call::raw`].
    pub fn call(self, method: Method, path: impl Display) -> Call {
        let asked = format!("{method} {path}");
        let request = self.stack.http().request(method, format!("{}{path}", self.stack.url()));
        Call { stack: self.stack.clone(), role: self.role, request, asked }
    }
}

impl Call {
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// With this version in `If-Match`.
    #[must_use]
    pub fn if_match(self, version: u64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    /// With an `Idempotency-Key`.
    #[must_use]
    pub fn once(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        Self { request: self.request.json(body), ..self }
    }

    /// With any bytes as the body, and no content type.
    #[must_use]
    pub fn raw(self, body: impl Into<Body>) -> Self {
        Self { request: self.request.body(body), ..self }
    }
}

impl IntoFuture for Call {
    type Output = ApiResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = ApiResponse> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { stack, role, mut request, asked } = self;
            if let Some(role) = role {
                request = request.bearer_auth(stack.token(role).await);
            }
            let response = request.send().await.unwrap_or_else(|error| panic!("{asked}: no answer: {error:?}"));
            ApiResponse::read(response, asked, stack.is_deployed()).await
        })
    }
}
