//! The Device Shadow service without I/O: a shadow and a request in, the changed shadow and messages out.
//!
//! It follows the AWS IoT developer guide: "Device Shadow service documents", "Device Shadow MQTT topics", "Device
//! Shadow error messages" and the service's quotas. Where the guide is silent, a comment explains the choice.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-document.html>

mod address;
mod delta;
mod document;
mod merge;
mod rejection;
mod request;

pub use address::{Address, Operation};
pub use document::{Handled, Message, Shadow};
pub use rejection::Rejection;
