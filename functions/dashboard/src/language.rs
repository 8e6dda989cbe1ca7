//! The language of a page: the user's choice, otherwise the browser's preference, otherwise English.

use api::Query;
use axum::response::{IntoResponse as _, Redirect};
use domain::Language;
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use crate::form::Form;
use crate::links::own;
use crate::session::cookies;
use crate::visit::{Answer, redirect};
use crate::weights::weighted;

const COOKIE_NAME: &str = "__Host-language";
const COOKIE_SECONDS: u64 = 31_536_000;

/// The name of a language in that language.
pub(crate) fn own_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Finnish => "Suomi",
        Language::Swedish => "Svenska",
    }
}

pub(crate) fn of_request(headers: &HeaderMap) -> Language {
    chosen(headers).or_else(|| accepted(headers)).unwrap_or_default()
}

/// The step of a form that shows it again in another language, followed by the language.
const SWITCH: &str = "language-";

/// Whether a form is to be shown again as it is, because the user has chosen another language.
pub(crate) fn is_switched(form: &Form) -> bool {
    form.text("step").starts_with(SWITCH)
}

/// `POST /language`: remembers a choice, and returns to the page. If the button belongs to a form that is being filled in,
/// the browser sends the form on to its page, which shows it again.
pub(crate) async fn choose_language(mut query: Query, form: Form) -> Answer {
    let to = query.text("to").unwrap_or_default();
    query.finish()?;
    let language = form.text("step").strip_prefix(SWITCH).and_then(|code| Language::parse(code).ok());
    let is_filled = form.pairs().iter().any(|(name, _)| name != "step");
    let mut answer = if is_filled { Redirect::temporary(own(&to)).into_response() } else { redirect(own(&to))? };
    let language = language.unwrap_or_default();
    cookies::keep(answer.headers_mut(), COOKIE_NAME, language.code(), COOKIE_SECONDS);
    Ok(answer)
}

fn chosen(headers: &HeaderMap) -> Option<Language> {
    cookies::held(headers, COOKIE_NAME).and_then(|code| Language::parse(code).ok())
}

/// The supported language with the highest weight, the first of equals (RFC 9110, section 12.5.4). `fi-FI` is Finnish.
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for (tag, weight) in weighted(headers, ACCEPT_LANGUAGE) {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        if let Ok(language) = Language::parse(&primary)
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn of(name: HeaderName, value: &'static str) -> Language {
        of_request(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[test]
    fn the_language_follows_accept_language() {
        for (accepted, language) in [
            ("fi-FI,fi;q=0.9,en;q=0.8", Language::Finnish),
            ("de, sv;q=0.5, en;q=0.4", Language::Swedish),
            ("en;q=0.1, FI;q=0.2", Language::Finnish),
            ("fi;q=0, de", Language::English),
            ("*", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(of(ACCEPT_LANGUAGE, accepted), language, "{accepted}");
        }
    }

    #[test]
    fn a_chosen_language_takes_precedence() {
        let mut headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static("fi"))]);
        headers.insert(COOKIE, HeaderValue::from_static("a=b; __Host-language=sv"));
        assert_eq!(of_request(&headers), Language::Swedish);
        headers.insert(COOKIE, HeaderValue::from_static("__Host-language=xx"));
        assert_eq!(of_request(&headers), Language::Finnish);
    }
}
