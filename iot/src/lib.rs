//! AWS IoT Core on one machine: the shadow service, topic rules, device policy, broker and data plane that the cloud
//! has from AWS, so that the local cloud, the simulation and the tests run the same functions against the same answers.

pub mod policy;
pub mod rules;
pub mod shadow;
mod shadows;
mod template;
pub mod topic;

pub use shadows::{Exchange, Shadows};
pub use template::{Template, TemplateError};
