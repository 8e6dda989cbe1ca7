//! All of AWS IoT Core as one machine has it, used as devices and functions use it: by MQTT and through the SDK.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod admission;
mod data_plane;
mod device;
mod messages;
mod presence;
mod setup;
