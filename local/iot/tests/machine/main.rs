//! All of AWS IoT Core on one machine, used as by devices and functions: over MQTT and through the SDK.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod admission;
mod attachment;
mod data_plane;
mod device;
mod limits;
mod messages;
mod presence;
mod sessions;
mod setup;
