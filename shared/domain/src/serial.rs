//! How values are serialized everywhere: the table, the API and the topic all use the same text.
//!
//! Secrets and contact details have no serialized form on purpose: code that writes one has to reveal it explicitly.

/// For values whose text form is what their `parse` accepts.
macro_rules! serialize_as_text {
    ($($name:ty),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

serialize_as_text!(
    crate::AutomatId,
    crate::KeyId,
    crate::ContractId,
    crate::OpeningId,
    crate::Instant,
    crate::Name,
    crate::Property,
    crate::AddressLine,
    crate::FreeText,
    crate::Firmware,
    crate::Schedule,
    crate::TimeZone
);

/// For values whose `new` accepts their number.
macro_rules! serialize_as_number {
    ($($name:ty),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u32(self.get().into())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = <u32 as serde::Deserialize>::deserialize(deserializer)?;
                Self::new(number).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

serialize_as_number!(
    crate::LockerCount,
    crate::PinDigits,
    crate::LeaseHours,
    crate::Columns,
    crate::FirstNumber,
    crate::Percent
);

/// Many instants in little space: as numbers, in milliseconds since 1970.
pub(crate) mod millis {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::Instant;

    pub(crate) fn serialize<S: Serializer>(instants: &[Instant], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(instants.iter().map(|at| at.millis()))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Instant>, D::Error> {
        let instants = Vec::<i64>::deserialize(deserializer)?.into_iter().map(Instant::from_millis);
        instants.collect::<Option<_>>().ok_or_else(|| D::Error::custom("not an instant"))
    }
}
