//! What cannot be done, as a page: what happened, what to do, and the name to ask about it by.

use api::problem::Code;
use api::{CorrelationId, Problem, Role};
use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::StatusCode;
use texts::{FluentArgs, Texts};

use crate::frame::Frame;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'p> {
    frame: Frame,
    title: String,
    advice: String,
    correlation: &'p str,
}

/// Shows every refusal of these pages as a page.
pub(crate) fn as_pages<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages.layer(from_fn(show))
}

async fn show(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let correlation = CorrelationId::of_request(&parts.headers, &parts.extensions);
    let visit = Visit::of(&parts);
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let shown = RefusedPage {
        frame: visit.frame(),
        title: title(visit.t, &problem),
        advice: advice(visit.t, &problem),
        correlation: correlation.as_str(),
    };
    match page(status(problem.code), &shown) {
        Ok(mut answer) => {
            answer.extensions_mut().insert(problem);
            answer
        }
        Err(_) => response,
    }
}

/// What happened, in words.
pub(crate) fn title(t: &Texts, problem: &Problem) -> String {
    t.tell(&format!("refused-{}", kebab(problem.code)), &values(problem))
}

/// What to do about it, in words; empty where there is nothing to say.
pub(crate) fn advice(t: &Texts, problem: &Problem) -> String {
    let id = format!("refused-{}-advice", kebab(problem.code));
    if t.has(&id) { t.tell(&id, &values(problem)) } else { String::new() }
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn kebab(code: Code) -> String {
    code.name().replace('_', "-")
}

fn values(problem: &Problem) -> FluentArgs<'static> {
    let mut values = FluentArgs::new();
    let facts = &problem.facts;
    values.set("lockerCount", facts.locker_count.unwrap_or_default());
    values.set("lockerIndex", facts.locker_index.or(facts.highest_locker_in_use).unwrap_or_default());
    values.set("keyCount", facts.key_count.unwrap_or_default());
    values.set("role", facts.needed.unwrap_or(Role::Viewer).name());
    values
}

#[cfg(test)]
mod tests {
    use domain::Language;

    use super::*;
    use crate::words::texts;

    #[test]
    fn every_refusal_has_words_in_every_language() {
        for language in Language::ALL {
            for code in Code::ALL {
                let said = title(texts(language), &Problem::new(code, ""));
                assert!(!said.starts_with('{'), "{} in {language:?}", code.name());
            }
        }
    }
}
