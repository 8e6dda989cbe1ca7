//! The template as a tree that can be asked questions. Short forms such as `!Ref` are kept as tags, so a check sees
//! whether a value is a reference or a literal.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use serde_norway::{Value, value::TaggedValue};

/// A template as written.
#[derive(Clone, Debug)]
pub struct Template {
    root: Value,
}

/// One resource of it.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// Its logical id.
    pub name: &'a str,
    /// Everything under the logical id.
    pub body: &'a Value,
}

impl Template {
    /// Reads a template file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// Parses a template; it must have resources, or every check would pass over nothing.
    pub fn parse(text: &str) -> Result<Self> {
        let root: Value = serde_norway::from_str(text)?;
        let resources = at(&root, &["Resources"]).and_then(Value::as_mapping);
        resources.filter(|resources| !resources.is_empty()).context("no Resources")?;
        Ok(Self { root })
    }

    /// Everything in it.
    #[must_use]
    pub fn all(&self) -> &Value {
        &self.root
    }

    /// This with another value at a place, or none, if there is such a place.
    pub(super) fn with(&self, place: &[&str], becomes: Option<&Value>) -> Option<Self> {
        let (last, parents) = place.split_last()?;
        let mut changed = self.clone();
        let parent = parents.iter().try_fold(&mut changed.root, |value, key| match key.parse::<usize>() {
            Ok(number) => value.get_mut(number),
            Err(_) => value.get_mut(*key),
        });
        let parent = parent?.as_mapping_mut()?;
        match becomes {
            Some(value) => parent.insert(Value::from(*last), value.clone()),
            None => parent.remove(*last),
        }?;
        Some(changed)
    }

    /// A section beside the resources, such as `Parameters`.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Value> {
        at(&self.root, &[name])
    }

    /// All resources.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        entries(at(&self.root, &["Resources"])).map(|(name, body)| Resource { name, body })
    }

    /// The resources of one type.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.resources().filter(move |resource| resource.kind() == Some(kind))
    }

    /// The resource with a logical id.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<Resource<'_>> {
        self.resources().find(|resource| resource.name == name)
    }
}

impl<'a> Resource<'a> {
    /// Its type.
    pub fn kind(&self) -> Option<&'a str> {
        at(self.body, &["Type"]).and_then(Value::as_str)
    }

    /// The property at a path.
    pub fn property(&self, path: &[&str]) -> Option<&'a Value> {
        at(self.body, &[&["Properties"], path].concat())
    }

    /// The text of the property at a path, if it is a literal.
    pub fn text(&self, path: &[&str]) -> Option<&'a str> {
        literal(self.property(path)?)
    }
}

/// The value at a path of mapping keys.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| match key.parse::<usize>() {
        Ok(number) => value.get(number),
        Err(_) => value.get(key),
    })
}

/// The entries of a mapping; of anything else, none.
pub(super) fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_mapping).into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// The text of a literal: what a reference refers to is not one.
pub(super) fn literal(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// What `!Ref` or `!GetAtt` refers to: `Name`, or `Name.Attribute`.
pub(super) fn reference<'a>(value: &'a Value, tag: &str) -> Option<&'a str> {
    match value {
        Value::Tagged(tagged) if tagged.tag == tag => match tagged.as_ref() {
            TaggedValue { value: Value::String(target), .. } => Some(target),
            TaggedValue { .. } => None,
        },
        _ => None,
    }
}

/// All text anywhere under a value, whatever its tags.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Sequence(items) => items.iter().flat_map(texts).collect(),
        Value::Mapping(entries) => {
            entries.iter().flat_map(|(key, value)| [texts(key), texts(value)].concat()).collect()
        }
        Value::Tagged(tagged) => texts(&tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_from_literals() {
        let template =
            Template::parse("Resources: { A: { Type: T, Properties: { R: !Ref B, G: !GetAtt B.Arn, L: B } } }")
                .unwrap();
        let a = template.resource("A").unwrap();
        assert_eq!(a.kind(), Some("T"));
        assert_eq!(reference(a.property(&["R"]).unwrap(), "Ref"), Some("B"));
        assert_eq!(reference(a.property(&["G"]).unwrap(), "GetAtt"), Some("B.Arn"));
        assert_eq!(reference(a.property(&["L"]).unwrap(), "Ref"), None);
        assert_eq!(a.text(&["L"]), Some("B"));
        assert_eq!(a.text(&["R"]), None);
    }

    #[test]
    fn a_template_without_resources_is_refused() {
        assert!(Template::parse("Resources: {}").is_err());
        assert!(Template::parse("Parameters: {}").is_err());
    }

    #[test]
    fn text_is_found_at_any_depth() {
        let value: Value = serde_norway::from_str("[a, !Sub b, {c: [d]}]").unwrap();
        assert_eq!(texts(&value), ["a", "b", "c", "d"]);
    }
}
