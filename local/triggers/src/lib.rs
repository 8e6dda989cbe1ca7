//! What calls a function in AWS without being asked, on one machine: Lambda's event source mapping of a table's stream,
//! and `EventBridge`'s schedule. Both are set as `template.yaml` sets them in AWS.
//!
//! [`Mapping`] is the part that decides, without a clock, a network or a file: records and answers in, invocations and
//! failures out. [`Feeder`] carries that out on the embedded table, [`Schedule`] ticks.

mod batch;
mod checkpoint;
mod feeder;
mod filter;
mod function;
mod mapping;
mod record;
mod response;
mod schedule;
mod settings;
mod stream;
mod template;

pub use self::template::{TemplateError, Triggers};
pub use checkpoint::Checkpoint;
pub use feeder::{Feeder, Start};
pub use filter::{Filter, FilterError};
pub use function::{Function, InvokeError};
pub use mapping::{Failure, Mapping, Reason};
pub use record::{Record, Sequence};
pub use schedule::Schedule;
pub use settings::Settings;
pub use stream::{Stream, StreamError};
