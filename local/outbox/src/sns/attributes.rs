//! Message attributes.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html>

use std::collections::BTreeMap;

use super::error::SnsError;
use super::form::Form;
use crate::sent::Attribute;

/// Parses the attributes of a message, by name.
pub(super) fn read(form: &Form) -> Result<BTreeMap<String, Attribute>, SnsError> {
    form.list("MessageAttributes.entry").iter().map(attribute).collect()
}

fn attribute(entry: &Form) -> Result<(String, Attribute), SnsError> {
    let name = entry.get("Name").filter(|name| is_name(name)).ok_or_else(|| invalid("a name is missing or invalid"))?;
    let data_type = entry.get("Value.DataType").unwrap_or_default();
    let value =
        if is_of(data_type, "Binary") { entry.get("Value.BinaryValue") } else { entry.get("Value.StringValue") };
    let value = value.filter(|value| !value.is_empty());
    if !["String", "Number", "Binary"].iter().any(|supported| is_of(data_type, supported)) {
        return Err(invalid("a type must be Binary, Number or String, with an optional label"));
    }
    let value = value.ok_or_else(|| invalid("a value is missing or does not fit its type"))?;
    if is_of(data_type, "Number") && value.parse::<f64>().is_err() {
        return Err(invalid("a value is not a number"));
    }
    Ok((name.to_owned(), Attribute { data_type: data_type.to_owned(), value: value.to_owned() }))
}

/// Whether a type is this one, or a custom subtype such as `String.Array`.
fn is_of(data_type: &str, supported: &str) -> bool {
    data_type.strip_prefix(supported).is_some_and(|kind| kind.is_empty() || kind.starts_with('.'))
}

fn is_name(name: &str) -> bool {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    (1..=256).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
}

fn invalid(why: &str) -> SnsError {
    SnsError::InvalidAttribute(format!("The message attributes are invalid: {why}"))
}
