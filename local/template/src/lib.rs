//! Reads the project's `CloudFormation` templates, for the local cloud, which runs what they describe, and for `cargo
//! xtask template`, which checks them. Short forms such as `!Ref` are kept as tags, so that references are
//! distinguishable from literals.

pub use serde_norway::Value;

/// `template.yaml` at compile time.
pub const TEMPLATE: &str = include_str!("../../../template.yaml");
/// `infra/routes.yaml` at compile time.
pub const ROUTES: &str = include_str!("../../../infra/routes.yaml");
/// `infra/sign-in.yaml` at compile time.
pub const SIGN_IN: &str = include_str!("../../../infra/sign-in.yaml");

/// Why a text is not a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not valid YAML.
    #[error("the template is not YAML")]
    Yaml(#[from] serde_norway::Error),
    /// It has no resources, so every check would pass without checking anything.
    #[error("the template has no Resources")]
    NoResources,
}

/// A template as written.
#[derive(Clone, Debug)]
pub struct Template {
    root: Value,
}

/// One resource of a template.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// Its logical id.
    pub name: &'a str,
    /// The YAML under the logical id.
    pub body: &'a Value,
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let root: Value = serde_norway::from_str(text)?;
        let resources = root.get("Resources").and_then(Value::as_mapping);
        resources.filter(|resources| !resources.is_empty()).ok_or(TemplateError::NoResources)?;
        Ok(Self { root })
    }

    /// The whole document.
    #[must_use]
    pub fn all(&self) -> &Value {
        &self.root
    }

    /// A copy with the value at a path replaced, or removed; `None` if nothing is at that path.
    #[must_use]
    pub fn with(&self, path: &[&str], becomes: Option<&Value>) -> Option<Self> {
        let (last, parents) = path.split_last()?;
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
        self.root.get(name)
    }

    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        entries(self.section("Resources")).map(|(name, body)| Resource { name, body })
    }

    /// The resources of a type.
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
    #[must_use]
    pub fn kind(&self) -> Option<&'a str> {
        self.body.get("Type").and_then(Value::as_str)
    }

    /// The property at a path.
    #[must_use]
    pub fn property(&self, path: &[&str]) -> Option<&'a Value> {
        at(self.body.get("Properties")?, path)
    }

    /// The text of the property at a path, if it is a literal.
    #[must_use]
    pub fn text(&self, path: &[&str]) -> Option<&'a str> {
        literal(self.property(path)?)
    }
}

/// The value at a path of mapping keys and list indices, the latter written as numbers.
#[must_use]
pub fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| match key.parse::<usize>() {
        Ok(number) => value.get(number),
        Err(_) => value.get(key),
    })
}

/// The entries of a mapping; none for other values.
pub fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_mapping).into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// The text of a literal; `None` for a reference.
#[must_use]
pub fn literal(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The argument of a short form such as `!Ref`, `!GetAtt` or `!Sub`: `Name`, `Name.Attribute`, or a text that contains
/// both.
#[must_use]
pub fn reference<'a>(value: &'a Value, tag: &str) -> Option<&'a str> {
    match value {
        Value::Tagged(tagged) if tagged.tag == tag => literal(&tagged.value),
        _ => None,
    }
}

/// The resource whose attribute this is: `!GetAtt Name.Attribute`, in any of its three forms.
#[must_use]
pub fn attribute_of<'a>(value: &'a Value, attribute: &str) -> Option<&'a str> {
    let target = match value {
        Value::Tagged(tagged) if tagged.tag == "GetAtt" => &tagged.value,
        value => value.get("Fn::GetAtt")?,
    };
    match target {
        Value::String(text) => text.strip_suffix(attribute)?.strip_suffix('.'),
        Value::Sequence(parts) => match &parts[..] {
            [name, last] if last.as_str() == Some(attribute) => name.as_str(),
            _ => None,
        },
        _ => None,
    }
}

/// All texts nested in a value, whatever their tags.
#[must_use]
pub fn texts(value: &Value) -> Vec<&str> {
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
    fn references_differ_from_literals() {
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
    fn an_attribute_is_named_in_any_form() {
        for (text, of) in [
            ("!GetAtt Devices.Arn", Some("Devices")),
            ("!GetAtt [Devices, Arn]", Some("Devices")),
            ("{ 'Fn::GetAtt': [Devices, Arn] }", Some("Devices")),
            ("!GetAtt Devices.StreamArn", None),
            ("!Ref Devices", None),
            ("Devices.Arn", None),
        ] {
            assert_eq!(attribute_of(&serde_norway::from_str(text).unwrap(), "Arn"), of, "{text}");
        }
    }

    #[test]
    fn a_template_without_resources_is_refused() {
        for text in ["Resources: {}", "Parameters: {}"] {
            assert!(matches!(Template::parse(text), Err(TemplateError::NoResources)), "{text}");
        }
        assert!(matches!(Template::parse("a: ["), Err(TemplateError::Yaml(_))));
    }

    #[test]
    fn text_is_found_at_any_depth() {
        let value: Value = serde_norway::from_str("[a, !Sub b, {c: [d]}]").unwrap();
        assert_eq!(texts(&value), ["a", "b", "c", "d"]);
    }

    #[test]
    fn our_own_templates_can_be_read() {
        for text in [TEMPLATE, ROUTES, SIGN_IN] {
            assert!(Template::parse(text).is_ok());
        }
    }
}
