//! A page of a list as JSON or as CSV, as the client accepts it.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LINK, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri};
use serde::Serialize;
use std::convert::Infallible;
use std::fmt::Display;
use store::Page;

use super::escape::escape;
use crate::{Listing, Problem, segment};

const CSV: &str = "text/csv";
/// The byte order mark, without which Excel does not read UTF-8. It is written twice, since `lambda_http` removes one: it
/// makes a text of the body with `Encoding::decode`, "with BOM removal"
/// (<https://docs.rs/encoding_rs/latest/encoding_rs/struct.Encoding.html#method.decode>). `Content-Length` counts what is
/// sent, so it is set here. The end-to-end suite checks that clients get one mark.
const MARK: &str = "\u{feff}";

/// An item of a list that is also written as a row.
pub trait CsvRow: Sized {
    type Column: Display;

    fn columns(rows: &[Self]) -> Vec<Self::Column>;

    fn cell(&self, column: &Self::Column) -> String;
}

/// Which form of a list the client accepts, and which page it requested.
#[derive(Debug, Clone)]
pub struct ListFormat {
    is_csv: bool,
    uri: Uri,
}

impl<S: Sync> FromRequestParts<S> for ListFormat {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self { is_csv: prefers_csv(&parts.headers), uri: parts.uri.clone() })
    }
}

impl ListFormat {
    /// The response with a page of the list. As CSV, the next page is in the header `Link`.
    pub fn answer<D, V: CsvRow + Serialize>(
        &self,
        page: Page<D>,
        view: impl FnMut(D) -> V,
    ) -> Result<Response, Problem> {
        let mut response = if self.is_csv { self.csv(page, view)? } else { crate::ok(Listing::of(page, view)) };
        response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
        Ok(response)
    }

    fn csv<D, V: CsvRow>(&self, page: Page<D>, view: impl FnMut(D) -> V) -> Result<Response, Problem> {
        let next = page.next.map(|cursor| self.link(cursor.as_str()));
        let mut response = response(&page.data.into_iter().map(view).collect::<Vec<_>>())?;
        if let Some(link) = next.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(LINK, link);
        }
        Ok(response)
    }

    /// The next page (RFC 8288).
    fn link(&self, cursor: &str) -> String {
        let pairs = self.uri.query().unwrap_or_default().split('&');
        let others = pairs.filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
        let query: Vec<_> = others.map(str::to_owned).chain([format!("after={}", segment(cursor))]).collect();
        format!("<{}?{}>; rel=\"next\"", self.uri.path(), query.join("&"))
    }
}

/// A table to download: the browser stores it under this name.
pub fn download<V: CsvRow>(rows: &[V], file_name: &str) -> Result<Response, Problem> {
    let mut response = response(rows)?;
    let disposition = format!("attachment; filename=\"{file_name}\"");
    let disposition = HeaderValue::try_from(disposition).map_err(Problem::internal)?;
    response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    Ok(response)
}

fn response<V: CsvRow>(rows: &[V]) -> Result<Response, Problem> {
    let media_type = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    let table = table(rows)?;
    let length = HeaderValue::from(MARK.len() + table.len());
    let body = format!("{MARK}{MARK}{table}");
    Ok(([(CONTENT_TYPE, media_type), (CONTENT_LENGTH, length)], body).into_response())
}

fn table<V: CsvRow>(rows: &[V]) -> Result<String, Problem> {
    let columns = V::columns(rows);
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns.iter().map(ToString::to_string)).map_err(Problem::internal)?;
    for row in rows {
        let cells: Vec<_> = columns.iter().map(|column| row.cell(column)).collect();
        writer.write_record(cells.iter().map(|cell| escape(cell).into_owned())).map_err(Problem::internal)?;
    }
    let bytes = writer.into_inner().map_err(|error| Problem::internal(error.into_error()))?;
    String::from_utf8(bytes).map_err(Problem::internal)
}

/// Whether the client named CSV, and nothing of JSON that it likes better. Other media types do not matter: a list has
/// these two forms, and JSON is the usual one.
fn prefers_csv(headers: &HeaderMap) -> bool {
    let quality = |wanted: &str| {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut ranges = values.flat_map(|value| value.split(','));
        ranges.find_map(|range| quality_of(range, wanted)).unwrap_or_default()
    };
    let csv = quality(CSV);
    csv > 0 && csv >= quality("application/json")
}

/// The quality of a media range (RFC 9110, section 12.4.2) in thousandths, if it is for this media type.
fn quality_of(range: &str, wanted: &str) -> Option<u16> {
    let (essence, parameters) = range.split_once(';').unwrap_or((range, ""));
    if !essence.trim().eq_ignore_ascii_case(wanted) {
        return None;
    }
    let given = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q="));
    let Some(given) = given else { return Some(1_000) };
    let (whole, fraction) = given.split_once('.').unwrap_or((given, ""));
    let thousandths = format!("{fraction:0<3}").get(..3)?.parse::<u16>().ok()?;
    Some((whole.parse::<u16>().ok()? * 1_000 + thousandths).min(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Note(&'static str, &'static str);

    impl CsvRow for Note {
        type Column = &'static str;

        fn columns(_: &[Self]) -> Vec<&'static str> {
            vec!["id", "text"]
        }

        fn cell(&self, column: &&'static str) -> String {
            if *column == "id" { self.0 } else { self.1 }.to_owned()
        }
    }

    fn accepts(value: &'static str) -> bool {
        prefers_csv(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]))
    }

    #[test]
    fn a_table_has_a_header_and_no_formulas() {
        let rows = [Note("1", "a, \"b\"\nc"), Note("2", "=1+1"), Note("3", "")];
        let text = table(&rows).unwrap();
        assert_eq!(text, "id,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n2,'=1+1\r\n3,\r\n");
    }

    #[tokio::test]
    async fn lambda_sends_one_byte_order_mark_and_counts_it() {
        let format = ListFormat { is_csv: true, uri: Uri::from_static("/v1/notes") };
        let page = Page { data: vec![Note("1", "ä")], next: None };
        let sent = lambda_http::IntoResponse::into_response(format.answer(page, |note| note).unwrap()).await;
        assert_eq!(sent.body(), &lambda_http::Body::from("\u{feff}id,text\r\n1,ä\r\n"));
        assert_eq!(sent.headers()[CONTENT_LENGTH], sent.body().len().to_string());
    }

    #[test]
    fn csv_is_for_those_who_ask_for_it() {
        for value in
            ["text/csv", "Text/CSV; header=present", "text/csv, */*;q=0.1", "application/json;q=0.5, text/csv;q=0.7"]
        {
            assert!(accepts(value), "{value}");
        }
        for value in [
            "",
            "*/*",
            "application/json",
            "text/*",
            "text/csv;q=0",
            "application/json, text/csv;q=0.9",
            "text/csv;q=x",
        ] {
            assert!(!accepts(value), "{value}");
        }
        assert!(!prefers_csv(&HeaderMap::new()));
    }

    #[test]
    fn the_link_keeps_the_other_parameters() {
        let uri = Uri::from_static("/v1/keys?automatId=lobby&after=old&limit=5");
        let link = ListFormat { is_csv: true, uri }.link("a-b_c");
        assert_eq!(link, "</v1/keys?automatId=lobby&limit=5&after=a-b_c>; rel=\"next\"");
        let first = ListFormat { is_csv: true, uri: Uri::from_static("/v1/keys") };
        assert_eq!(first.link("x"), "</v1/keys?after=x>; rel=\"next\"");
    }
}
