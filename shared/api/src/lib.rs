//! The HTTP kit: what every route of every function has in common.
//!
//! A handler parses, asks the store, and renders; everything else is here and done once. Who may call a route is one
//! table ([`routes::ROUTES`]) checked by one middleware; every refusal is a [`Problem`] that becomes HTTP in one place
//! (`edge`); what a client sends is read by extractors that never repeat a value they refuse, since it may be a PIN.

mod body;
mod caller;
mod check;
mod correlation;
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
mod serve;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
mod views;

pub use body::{EmptyBody, JsonBody, LIMIT, OptionalBody};
pub use caller::{Caller, Claims};
pub use check::{Check, Object};
pub use correlation::CorrelationId;
pub use etag::{IfMatch, unchanged};
pub use event::EventView;
pub use idempotency::IdempotencyKey;
pub use list::Listing;
pub use number::{Whole, whole};
pub use patch::Patch;
pub use path::{AutomatPath, ContractPath, KeyPath, LockerPath, MessagePath, OpeningPath};
pub use problem::Problem;
pub use query::{NoQuery, Query};
pub use reply::{Removing, accepted, created, location, mark_replayed, ok, removed, segment, tagged};
pub use request_path::is_plain_path;
pub use role::{PERSON_SCOPE, Role};
pub use serve::{App, serve, serve_pages};
pub use time::{EntryView, RangeView};
pub use views::{ContactView, ContractView, MessageView, RecipientView};
