//! The HTTP kit: what the routes of all functions share.
//!
//! A handler parses the request, calls the store and renders the response. Everything else is in this crate. One table
//! ([`routes::ROUTES`]) says who may call a route, and one middleware checks it. Every refusal is a [`Problem`], which
//! becomes HTTP in one place (`edge`). Extractors read what a client sends, and never repeat a value that they refuse,
//! since it may be a PIN.

mod bodies;
mod body;
mod caller;
mod check;
mod correlation;
pub mod csv;
mod edge;
mod etag;
mod event;
mod gate;
mod idempotency;
mod list;
mod number;
pub mod openapi;
mod patch;
mod path;
pub mod problem;
mod query;
mod reply;
mod request_path;
mod role;
pub mod routes;
#[doc(hidden)]
pub mod routing;
mod serve;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
mod views;

pub use bodies::{ContactBody, ContractEdit, NewContract, NewKey};
pub use body::{EmptyBody, JsonBody, LIMIT, OptionalBody, check_media_type, parse_json, read_body};
pub use caller::{Caller, Claims};
pub use check::{Check, Object};
pub use correlation::CorrelationId;
pub use etag::{IfMatch, unchanged};
pub use event::EventView;
pub use idempotency::IdempotencyKey;
pub use list::Listing;
pub use number::{WholeNumber, whole_number};
pub use patch::Patch;
pub use path::{AutomatPath, ContractPath, KeyPath, LockerPath, MessagePath, OpeningPath};
pub use problem::Problem;
pub use query::{NoQuery, Query};
pub use reply::{accepted, created, location, mark_replayed, ok, removed, segment, tagged};
pub use request_path::is_plain_path;
pub use role::{PERSON_SCOPE, Role};
pub use serve::{App, serve, serve_pages};
pub use time::{ConflictView, EntryView, RangeView};
pub use views::{ContactView, ContractView, KeyView, MessageCountView, MessageView, RecipientView, StillUsableView};
