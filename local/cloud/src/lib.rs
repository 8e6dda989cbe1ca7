//! The local cloud: all functions in one process, on embedded services.
//!
//! It replaces what surrounds the functions in AWS: API Gateway with its authorizer ([`gateway`], [`authorizer`]),
//! Cognito ([`people`], [`sign_in`], [`tokens`]), DynamoDB ([`dynamodb`]), IoT Core ([`iot`], [`automats`],
//! [`provisioning`]) and Secrets Manager ([`secret`]). The functions are the same routers and handlers that run in
//! Lambda, and receive their requests as API Gateway events or from IoT rules.

pub mod authorizer;
pub mod automats;
mod concurrency;
pub mod descriptors;
mod event;
pub mod example;
pub mod folder;
pub mod gateway;
pub mod guide;
mod in_process;
mod network;
mod notifications;
pub mod options;
pub mod people;
mod problem;
mod projector;
pub mod provisioning;
pub mod routes;
pub mod secret;
mod serving;
pub mod sign_in;
pub mod signals;
mod start;
pub mod tokens;

pub use options::{Data, Options};
pub use start::LocalCloud;
