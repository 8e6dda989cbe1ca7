//! Calls the sign-in routes from the dashboard without leaving the process, whether browsers use HTTP or HTTPS.

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::Body;
use tower::ServiceExt;

/// Maximum size of an answer, in bytes.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Routes as an HTTP client for the AWS SDK.
#[derive(Debug, Clone)]
pub(crate) struct InProcess(pub(crate) Router);

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let routes = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let request = request.map(|body| body.bytes().map_or_else(Body::empty, |bytes| Body::from(bytes.to_vec())));
            let Ok(answer) = routes.oneshot(request).await;
            let (parts, body) = answer.into_parts();
            let body = axum::body::to_bytes(body, ANSWER_LIMIT).await;
            let body = body.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(http::Response::from_parts(parts, SdkBody::from(body)))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
