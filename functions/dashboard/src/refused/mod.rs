//! Problems as pages: what happened, what to do, and the correlation id for support. API Gateway sends requests without
//! a route here, so a program gets a problem document instead.

use api::problem::Code;
use api::routes::is_for_programs;
use api::{CorrelationId, Problem, Role};
use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::StatusCode;
use http::header::ACCEPT;
use http::request::Parts;
use texts::{FluentArgs, Texts};

use crate::frame::Frame;
use crate::visit::page_with;

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'p> {
    frame: &'p Frame,
    title: String,
    advice: String,
    correlation: &'p str,
}

/// Shows every problem of these routes as a page.
pub(crate) fn as_pages<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages.layer(from_fn(show))
}

async fn show(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let correlation = CorrelationId::of_request(&parts.headers, &parts.extensions);
    let frame = Frame::of(&parts);
    let (path, is_program) = (parts.uri.path().to_owned(), is_by_program(&parts));
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    if is_program {
        let mut answer = problem.answer(&path, &correlation);
        answer.extensions_mut().insert(problem);
        return answer;
    }
    let shown = RefusedPage {
        frame: &frame,
        title: title(frame.t, &problem),
        advice: advice(frame.t, &problem),
        correlation: correlation.as_str(),
    };
    match page_with(status(&problem), &shown) {
        Ok(mut answer) => {
            answer.extensions_mut().insert(problem);
            answer
        }
        Err(_) => response,
    }
}

/// Whether the client is a program: the path belongs to no page, or it accepts JSON and no HTML.
pub(crate) fn is_by_program(parts: &Parts) -> bool {
    let accepted = parts.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let accepted = accepted.flat_map(|value| value.split(','));
    let accepted: Vec<_> = accepted.filter_map(|range| range.split(';').next()).map(str::trim).collect();
    let accepts = |media_type: &str| accepted.iter().any(|range| range.eq_ignore_ascii_case(media_type));
    let wants_json = accepts("application/json") || accepts("application/problem+json");
    is_for_programs(parts.uri.path()) || wants_json && !accepts("text/html")
}

pub(crate) fn title(t: &Texts, problem: &Problem) -> String {
    t.format(&format!("refused-{}", kebab(problem.code)), &values(problem))
}

/// What the user can do about it.
pub(crate) fn advice(t: &Texts, problem: &Problem) -> String {
    t.format(&format!("refused-{}-advice", kebab(problem.code)), &values(problem))
}

pub(crate) fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn kebab(code: Code) -> String {
    code.name().replace('_', "-")
}

fn values(problem: &Problem) -> FluentArgs<'static> {
    let mut values = FluentArgs::new();
    let facts = &problem.facts;
    values.set("lockerCount", facts.locker_count.unwrap_or_default());
    values.set("lockersNeeded", facts.highest_locker_in_use.map(|highest| highest + 1).unwrap_or_default());
    values.set("keyCount", facts.key_count.unwrap_or_default());
    values.set("contractCount", facts.contract_count.unwrap_or_default());
    values.set("role", facts.needed.unwrap_or(Role::Viewer).name());
    values
}

#[cfg(test)]
mod tests {
    use domain::Language;

    use super::*;
    use crate::translations::texts;

    #[test]
    fn programs_are_recognised_by_path_or_accept_header() {
        let asks = |path: &str, accept: &str| {
            let request = http::Request::builder().uri(path).header(ACCEPT, accept).body(()).unwrap();
            is_by_program(&request.into_parts().0)
        };
        assert!(asks("/v2/keys", "*/*") && asks("/health/", "text/html"));
        for accept in ["application/json", "application/problem+json, */*;q=0.1", "text/plain, Application/JSON;q=0.9"]
        {
            assert!(asks("/nowhere", accept), "{accept}");
        }
        for accept in ["*/*", "", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json, text/html"] {
            assert!(!asks("/nowhere", accept), "{accept}");
        }
    }

    #[test]
    fn every_problem_has_a_title_and_advice_in_every_language() {
        for &language in Language::ALL {
            for &code in Code::ALL {
                let (t, problem) = (texts(language), Problem::new(code, ""));
                for text in [title(t, &problem), advice(t, &problem)] {
                    assert!(!text.starts_with('{'), "{text} in {language:?}");
                }
            }
        }
    }
}
