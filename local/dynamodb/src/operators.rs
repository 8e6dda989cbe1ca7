//! Refuses expressions with more operators than DynamoDB accepts, since the engine does not count them (seen in
//! dynoxide 3.2.0).
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>, *Operators and operands*: "The
//! maximum number of operators or functions allowed in an `UpdateExpression` is 300. For example, the
//! `UpdateExpression` `SET a = :val1 + :val2 + :val3` contains two `+` operators." No document defines how operators of
//! conditions are counted; AWS's own example of counting
//! (`example_dynamodb_Scenario_ExpressionOperatorCounting_section.html`) also applies the limit to filters. Here it
//! applies to every expression.

use aws_sdk_dynamodb::config::HttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

const MAX_OPERATORS: usize = 300;
/// A shorter expression, in bytes, cannot exceed the limit: each two operators have an operand between them.
const MIN_BYTES: usize = 2 * MAX_OPERATORS;

/// An HTTP client that answers requests with such an expression itself, and passes the others on.
#[derive(Debug)]
pub(crate) struct OperatorLimit(SharedHttpClient);

#[derive(Debug)]
struct Connector(SharedHttpConnector);

/// The expressions of a request, or of one action in a transaction.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expressions<'r> {
    #[serde(borrow)]
    update_expression: Option<Text<'r>>,
    condition_expression: Option<Text<'r>>,
    filter_expression: Option<Text<'r>>,
    key_condition_expression: Option<Text<'r>>,
    #[serde(default)]
    transact_items: Vec<Action<'r>>,
}

type Text<'r> = std::borrow::Cow<'r, str>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Action<'r> {
    #[serde(borrow)]
    put: Option<Box<Expressions<'r>>>,
    update: Option<Box<Expressions<'r>>>,
    delete: Option<Box<Expressions<'r>>>,
    condition_check: Option<Box<Expressions<'r>>>,
}

impl OperatorLimit {
    pub(crate) fn new(http: impl HttpClient + 'static) -> Self {
        Self(SharedHttpClient::new(http))
    }
}

impl HttpClient for OperatorLimit {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().filter(|body| body.len() > MIN_BYTES).unwrap_or_default();
        // Let the engine refuse what is not valid JSON.
        match serde_json::from_slice::<Expressions<'_>>(body).ok().and_then(|expressions| expressions.excess()) {
            None => self.0.call(request),
            Some(kind) => HttpConnectorFuture::ready(Ok(validation_error(kind))),
        }
    }
}

impl Expressions<'_> {
    /// The kind of expression that exceeds the limit, if one does.
    fn excess(&self) -> Option<&'static str> {
        let own = [
            ("UpdateExpression", &self.update_expression),
            ("ConditionExpression", &self.condition_expression),
            ("FilterExpression", &self.filter_expression),
            ("KeyConditionExpression", &self.key_condition_expression),
        ];
        let is_excessive = |kind, text: &str| operators(text, kind == "UpdateExpression") > MAX_OPERATORS;
        let own = own.into_iter().find(|(kind, text)| text.as_deref().is_some_and(|text| is_excessive(*kind, text)));
        own.map(|(kind, _)| kind).or_else(|| self.transact_items.iter().find_map(Action::excess))
    }
}

impl Action<'_> {
    fn excess(&self) -> Option<&'static str> {
        let parts = [&self.put, &self.update, &self.delete, &self.condition_check];
        parts.into_iter().flatten().find_map(|part| part.excess())
    }
}

/// Counts the operators and functions of an expression. The `=` of an update is an assignment, not an operator.
fn operators(expression: &str, is_update: bool) -> usize {
    let symbols = ["<>", "<=", ">=", "=", "<", ">", "+", "-"];
    let (mut rest, mut count) = (expression, 0);
    while let Some(first) = rest.chars().next() {
        let is_token_char = |c: char| c.is_alphanumeric() || "_#:.[]".contains(c);
        let token = rest.len() - rest.trim_start_matches(is_token_char).len();
        if token > 0 {
            let (token, behind) = rest.split_at(token);
            let is_function = behind.trim_start().starts_with('(');
            let is_keyword =
                ["AND", "OR", "NOT", "IN", "BETWEEN"].iter().any(|keyword| token.eq_ignore_ascii_case(keyword));
            count += usize::from(is_function || is_keyword);
            rest = behind;
        } else if let Some(symbol) = symbols.into_iter().find(|symbol| rest.starts_with(symbol)) {
            count += usize::from(!(is_update && symbol == "="));
            rest = &rest[symbol.len()..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    count
}

/// The wording is ours: no document quotes AWS's.
fn validation_error(kind: &str) -> HttpResponse {
    let answer = json!({
        "__type": "com.amazon.coral.validate#ValidationException",
        "message": format!("Invalid {kind}: The expression has more than {MAX_OPERATORS} operators and functions"),
    });
    HttpResponse::new(StatusCode::BAD_REQUEST.into(), SdkBody::from(answer.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_operators_and_functions() {
        for (expression, count) in [
            ("attribute_exists(#PK) AND #rev = :rev", 3),
            ("NOT (#a IN (:a, :b)) OR #in BETWEEN :or AND :c", 5),
            ("size (a.b[0]) <> :n and a<=b", 4),
        ] {
            assert_eq!(operators(expression, false), count, "{expression}");
        }
        assert_eq!(operators("SET a = :val1 + :val2 + :val3", true), 2, "as the developer guide counts");
        assert_eq!(operators("SET #a = if_not_exists(#a, :zero) - :one REMOVE #b", true), 2);
    }
}
