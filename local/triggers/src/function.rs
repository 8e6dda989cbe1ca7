//! A Lambda function to invoke.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// Why an invocation failed.
pub type InvokeError = Box<dyn std::error::Error + Send + Sync>;

type Invoke = dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<Value, InvokeError>> + Send>> + Send + Sync;

/// A function, invoked as by Lambda: an event in, an answer or an error out.
#[derive(Clone)]
pub struct Function(Arc<Invoke>);

impl Function {
    pub fn new<F, A, E>(handler: F) -> Self
    where
        F: Fn(Value) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Value, E>> + Send + 'static,
        E: Into<InvokeError>,
    {
        let handler = Arc::new(handler);
        Self(Arc::new(move |event| {
            let handler = handler.clone();
            Box::pin(async move { handler(event).await.map_err(Into::into) })
        }))
    }

    pub async fn invoke(&self, event: Value) -> Result<Value, InvokeError> {
        (self.0)(event).await
    }

    /// Invokes the function in isolation: a panic or the time limit ends only this invocation. Returns `None` for any
    /// failure.
    pub(crate) async fn invoke_within(&self, limit: Duration, event: Value) -> Option<Value> {
        let mut call = tokio::spawn((self.0)(event));
        match tokio::time::timeout(limit, &mut call).await {
            Ok(Ok(Ok(answer))) => Some(answer),
            Ok(Ok(Err(error))) => {
                tracing::warn!(error = &*error, "the function failed");
                None
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the function panicked");
                None
            }
            Err(_) => {
                call.abort();
                tracing::warn!("the function timed out");
                None
            }
        }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMIT: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn an_error_a_panic_and_a_timeout_are_failures() {
        let function = Function::new(|event: Value| async move {
            match event.as_str() {
                Some("fail") => Err("no".to_owned()),
                Some("panic") => panic!("no"),
                Some("hang") => std::future::pending().await,
                _ => Ok(event),
            }
        });
        for (event, answer) in
            [(json!("echo"), Some(json!("echo"))), (json!("fail"), None), (json!("panic"), None), (json!("hang"), None)]
        {
            assert_eq!(function.invoke_within(LIMIT, event.clone()).await, answer, "{event}");
        }
    }
}
