//! Messages to contacts, as a client of the API and a contact see them: previewed over HTTP, sent through the real SDKs
//! to the local cloud's SNS and SES, followed and sent again.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage stops at once")]

mod pickup;
mod preview;
mod restart;
mod scene;
mod secrets;
mod status;
mod zone;
