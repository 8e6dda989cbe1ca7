//! The body of an import: JSON, or a table.

use api::problem::{Code, FieldCode, FieldError};
use api::{NewContract, NewKey, Problem};
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::Deserialize;
use serde_json::value::RawValue;
use store::Store;
use utoipa::ToSchema;

use crate::csv;
use crate::rows::{Kind, Position, Read, Rows, check_count, contracts, keys};

/// In bytes.
const LIMIT: usize = 1024 * 1024;

/// What to import: `keys` or `contracts`, at most 500. A row is the body of a new key, or that of a contract with its
/// `contractId` and its `start`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewImport {
    #[schema(value_type = Option<Vec<NewKey>>, min_items = 1, max_items = 500)]
    keys: Option<Vec<Box<RawValue>>>,
    #[schema(value_type = Option<Vec<NewContract>>, min_items = 1, max_items = 500)]
    contracts: Option<Vec<Box<RawValue>>>,
}

/// A body that was not parsed yet.
#[derive(Debug)]
pub(crate) struct ImportBody {
    bytes: Vec<u8>,
    media: Media,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Json,
    /// A table in UTF-8.
    Csv,
    /// A table as a program saved it.
    File,
}

impl<S: Send + Sync> FromRequest<S> for ImportBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media = media(&parts)?;
        Ok(Self { bytes: api::read_body(body, LIMIT).await?.to_vec(), media })
    }
}

fn media(parts: &Parts) -> Result<Media, Problem> {
    let given = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.to_ascii_lowercase();
    let (essence, parameters) = given.split_once(';').unwrap_or((&given, ""));
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    let is_utf_8 = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    match essence.trim() {
        "text/csv" if is_utf_8 => Ok(Media::Csv),
        "application/octet-stream" => Ok(Media::File),
        _ => api::check_media_type(&parts.method, &parts.headers).map(|()| Media::Json).map_err(|_| {
            let detail = "Send application/json or text/csv, both in UTF-8, or a file as application/octet-stream.";
            Problem::new(Code::UnsupportedMediaType, detail)
        }),
    }
}

impl ImportBody {
    pub(crate) fn is_csv(&self) -> bool {
        self.media != Media::Json
    }

    /// What the import is about. JSON says so itself; `kind` is what the query says.
    pub(crate) fn parse(self, kind: Option<Kind>) -> Result<Parsed, Problem> {
        let text = match self.media {
            Media::Json => return parse_json(&self.bytes, kind),
            Media::Csv => csv::decode_text(&self.bytes)?,
            Media::File => csv::decode_file(&self.bytes)?,
        };
        match kind {
            Some(Kind::Keys) => Ok(Parsed::Keys(csv::read_keys(&text)?)),
            Some(Kind::Contracts) => Ok(Parsed::ContractTable(csv::read_contracts(&text)?)),
            None => Err(Problem::invalid_query(Vec::new())),
        }
    }
}

/// The rows as they were read.
pub(crate) enum Parsed {
    Keys(Vec<Read<NewKey>>),
    Contracts(Vec<Read<NewContract>>),
    /// Their times may be local ones.
    ContractTable(Vec<csv::ContractRow>),
}

impl Parsed {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Keys(_) => Kind::Keys,
            Self::Contracts(_) | Self::ContractTable(_) => Kind::Contracts,
        }
    }

    /// Checks every row. Local times are read in the zone of the automats of their keys.
    pub(crate) async fn into_rows(self, store: &Store) -> Result<Rows, Problem> {
        Ok(match self {
            Self::Keys(read) => keys(read.into_iter()),
            Self::Contracts(read) => contracts(read.into_iter()),
            Self::ContractTable(table) => {
                let zones = store.time_zones_of(&csv::keys_with_local_times(&table)).await?;
                contracts(table.into_iter().map(|row| row.at(&zones)))
            }
        })
    }
}

fn parse_json(bytes: &[u8], kind: Option<Kind>) -> Result<Parsed, Problem> {
    let refuse =
        |field: &str, code, detail: &str| Err(Problem::invalid_request(vec![FieldError::new(field, code, detail)]));
    let body: NewImport = api::parse_json(bytes)?;
    let parsed = match (body.keys, body.contracts) {
        (Some(_), Some(_)) => return refuse("contracts", FieldCode::ConflictingFields, "cannot be sent with keys"),
        (None, None) => return refuse("contracts", FieldCode::Required, "is required, unless there are keys"),
        (Some(rows), None) => Parsed::Keys(read_rows(&rows, "keys", |body: &NewKey| body.key_id.clone())?),
        (None, Some(rows)) => {
            Parsed::Contracts(read_rows(&rows, "contracts", |body: &NewContract| body.contract_id.clone())?)
        }
    };
    match kind {
        Some(kind) if kind != parsed.kind() => {
            let detail = "says something else than the body";
            let error = FieldError::new("kind", FieldCode::ConflictingFields, detail);
            Err(Problem::invalid_query(vec![error]))
        }
        _ => Ok(parsed),
    }
}

/// Reads each row by itself, so that one of the wrong form does not keep the others from being imported.
fn read_rows<T: serde::de::DeserializeOwned>(
    rows: &[Box<RawValue>],
    field: &str,
    id: impl Fn(&T) -> Option<String>,
) -> Result<Vec<Read<T>>, Problem> {
    check_count(rows.len(), field)?;
    let read = |(index, row): (usize, &RawValue)| {
        let body = api::parse_json::<T>(row.get().as_bytes());
        let id = body.as_ref().ok().and_then(&id);
        (Position { index, number: None, id }, body)
    };
    Ok(rows.iter().map(AsRef::as_ref).enumerate().map(read).collect())
}
