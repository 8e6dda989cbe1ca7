//! AWS IoT Core on one machine: the shadow service, topic rules, device policy, broker and data plane, so that the
//! local cloud, the simulation and the tests run the functions with the same service behaviour as in AWS.

mod attachment;
mod broker;
mod bucket;
pub mod certificates;
mod data_plane;
mod invocation;
mod iot;
pub mod policy;
mod presence;
mod registry;
pub mod rules;
mod service;
pub mod shadow;
mod shadow_rate;
mod shadows;
mod template;
pub mod topic;

pub use self::template::{Template, TemplateError};
pub use attachment::Attachment;
pub use broker::{SESSION_EXPIRY, ServerIdentity};
pub use invocation::{Invocation, InvokeError};
pub use iot::{Iot, Options, StartError};
pub use loopback::PortError;
pub use registry::{Login, Proof, Registry};
pub use service::{MillisSource, ServiceOptions};
pub use shadows::{Exchange, Shadows};
