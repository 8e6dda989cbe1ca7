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
    crate::FreeText
);
