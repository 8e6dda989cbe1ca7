//! Triggers of functions on one machine: Lambda's event source mapping of a table's stream, and `EventBridge`'s
//! schedule, both configured by `template.yaml` as in AWS.
//!
//! [`Mapping`] decides, without a clock, network or file: records and answers in, invocations and failures out.
//! [`Feeder`] runs it on the embedded table, [`Schedule`] invokes a function at intervals. [`Trimmer`] deletes the records
//! that every feeder has processed.

mod batch;
mod checkpoint;
mod feeder;
mod filter;
mod function;
mod mapping;
mod progress;
mod record;
mod response;
mod schedule;
mod settings;
mod stream;
mod template;
mod trimmer;

pub use self::template::{TemplateError, Triggers};
pub use checkpoint::Checkpoint;
pub use feeder::{Feeder, Start};
pub use filter::{Filter, FilterError};
pub use function::{Function, InvokeError};
pub use mapping::{Failure, Mapping, Reason};
pub use progress::Progress;
pub use record::{Record, Sequence};
pub use schedule::Schedule;
pub use settings::Settings;
pub use stream::{Stream, StreamError};
pub use trimmer::Trimmer;
