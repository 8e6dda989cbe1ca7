//! What devices may do fits into a policy of AWS IoT Core, in every region.

use serde_norway::Value;

use super::Subject;

const IOT_POLICY: &str = "AWS::IoT::Policy";
/// "policyDocument must have a minimum length of 1, with a maximum length of 2048, excluding whitespace."
/// (<https://docs.aws.amazon.com/iot/latest/apireference/API_CreatePolicy.html>)
const MOST: usize = 2_048;
/// The partition and region with the longest ARNs.
const LONGEST_NAMES: [(&str, &str); 3] =
    [("${AWS::Partition}", "aws-us-gov"), ("${AWS::Region}", "us-gov-west-1"), ("${AWS::AccountId}", "123456789012")];

/// Policies that are too long.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let length = |document: &Value| json(document).chars().filter(|letter| !letter.is_whitespace()).count();
    let policies = subject.root.of_type(IOT_POLICY);
    policies
        .filter_map(|policy| {
            let length = policy.property(&["PolicyDocument"]).map(length)?;
            let name = policy.name;
            (length > MOST).then(|| format!("{name} has {length} characters in the region with the longest name"))
        })
        .collect()
}

/// The document as it is deployed.
fn json(value: &Value) -> String {
    match value {
        Value::Mapping(mapping) => {
            let members = mapping.iter().map(|(name, value)| format!("{}:{}", json(name), json(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Sequence(values) => format!("[{}]", values.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Tagged(tagged) => json(&tagged.value),
        Value::String(text) => {
            let named =
                LONGEST_NAMES.iter().fold(text.clone(), |text, (variable, value)| text.replace(variable, value));
            format!("\"{}\"", named.replace("${!", "${"))
        }
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Null => "null".to_owned(),
    }
}
