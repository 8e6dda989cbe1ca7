//! Messages to contacts, as clients and contacts see them: previewed over HTTP, sent with the real SDKs to the local
//! cloud's SNS and SES, tracked and sent again.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage stops at once")]

mod pickup;
mod preview;
mod restart;
mod scene;
mod secrets;
mod several_keys;
mod status;
mod zone;
