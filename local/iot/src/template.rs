//! The topic rules and the device policy, read from `template.yaml`, so that the same ones run here and in AWS.

use template::{Resource, Value, at, attribute_of, reference};

use crate::{
    policy::{Policy, PolicyError},
    rules::{Rule, Rules, SqlError, Statement},
};

/// The supported version of the SQL.
const SQL_VERSION: &str = "2016-03-23";

/// The AWS IoT Core part of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// All `AWS::IoT::TopicRule` resources that are not disabled.
    pub rules: Rules,
    /// The `AWS::IoT::Policy` resource.
    pub policy: Policy,
}

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not a template.
    #[error(transparent)]
    Unreadable(#[from] template::TemplateError),
    /// A resource is missing, incomplete or not supported.
    #[error("{resource}: {what}")]
    Resource {
        /// The resource's logical id.
        resource: String,
        what: &'static str,
    },
    /// The statement of a rule is invalid or not supported.
    #[error("{resource}: {error}")]
    Sql {
        /// The resource's logical id.
        resource: String,
        error: SqlError,
    },
    /// The policy is invalid or not supported.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl Template {
    pub fn read(text: &str) -> Result<Self, TemplateError> {
        let template = template::Template::parse(text)?;
        let mut rules = Vec::new();
        for resource in template.of_type("AWS::IoT::TopicRule") {
            rules.extend(rule(&resource)?);
        }
        let wrong = |what| TemplateError::Resource { resource: "Resources".to_owned(), what };
        let mut policies = template.of_type("AWS::IoT::Policy");
        let document = policies.next().and_then(|policy| policy.property(&["PolicyDocument"]));
        if policies.next().is_some() {
            return Err(wrong("contain several policies; devices have one"));
        }
        let policy = Policy::read(document.ok_or_else(|| wrong("contain no policy"))?)?;
        Ok(Self { rules: Rules::new(rules), policy })
    }
}

fn rule(resource: &Resource<'_>) -> Result<Option<Rule>, TemplateError> {
    let wrong = |what| TemplateError::Resource { resource: resource.name.to_owned(), what };
    let payload = resource.property(&["TopicRulePayload"]).ok_or_else(|| wrong("has no TopicRulePayload"))?;
    if payload.get("RuleDisabled").and_then(Value::as_bool) == Some(true) {
        return Ok(None);
    }
    if payload.get("AwsIotSqlVersion").and_then(Value::as_str) != Some(SQL_VERSION) {
        return Err(wrong("is not of the SQL version 2016-03-23"));
    }
    let name = resource.text(&["RuleName"]).ok_or_else(|| wrong("has no RuleName"))?;
    let sql = payload.get("Sql").and_then(Value::as_str).ok_or_else(|| wrong("has no Sql"))?;
    let statement =
        Statement::parse(sql).map_err(|error| TemplateError::Sql { resource: resource.name.to_owned(), error })?;
    let actions = payload.get("Actions").and_then(Value::as_sequence).ok_or_else(|| wrong("has no Actions"))?;
    let function = |action| at(action, &["Lambda", "FunctionArn"]).and_then(function_of).map(str::to_owned);
    let functions = actions.iter().map(function).collect::<Option<_>>();
    let functions = functions.ok_or_else(|| wrong("has an action other than a Lambda function of this template"))?;
    Ok(Some(Rule { name: name.to_owned(), statement, functions }))
}

/// The function whose ARN this is: `!GetAtt X.Arn`, or `!Ref X.Alias`, by which SAM names the ARN of a function's
/// alias.
fn function_of(arn: &Value) -> Option<&str> {
    reference(arn, "Ref").and_then(|alias| alias.strip_suffix(".Alias")).or_else(|| attribute_of(arn, "Arn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
  AutomatPolicy:
    Type: AWS::IoT::Policy
    Properties:
      PolicyDocument: { Statement: [{ Effect: Allow, Action: "iot:*", Resource: "*" }] }
"#;

    fn rule(properties: &str, function: &str) -> String {
        format!(
            "Resources:\n  R:\n    Type: AWS::IoT::TopicRule\n    Properties:\n      RuleName: r\n      \
             TopicRulePayload: {{ {properties}, Actions: [{{ Lambda: {{ FunctionArn: {function} }} }}] }}\n{POLICY}"
        )
    }

    #[test]
    fn a_rules_functions_are_named_by_arn_or_by_alias() {
        for function in ["!GetAtt Devices.Arn", "!Ref Devices.Alias"] {
            let template = rule(r#"AwsIotSqlVersion: "2016-03-23", Sql: "SELECT a FROM 'a'""#, function);
            let template = Template::read(&template).unwrap();
            let names: Vec<_> = template.rules.iter().map(|rule| (&*rule.name, &rule.functions)).collect();
            assert_eq!(names, [("r", &vec!["Devices".to_owned()])], "{function}");
        }
    }

    #[test]
    fn disabled_rules_are_left_out() {
        let template = rule("RuleDisabled: true, Sql: x", "!GetAtt Devices.Arn");
        assert_eq!(Template::read(&template).unwrap().rules.iter().count(), 0);
    }

    #[test]
    fn unsupported_resources_are_refused_by_name() {
        let version = r#"AwsIotSqlVersion: "2016-03-23""#;
        for template in [
            rule(r#"Sql: "SELECT a FROM 'a'""#, "!GetAtt Devices.Arn"),
            rule(&format!("{version}, Sql: SELECT"), "!GetAtt Devices.Arn"),
            rule(&format!(r#"{version}, Sql: "SELECT a FROM 'a'""#), "!Ref Devices"),
        ] {
            let error = Template::read(&template).unwrap_err().to_string();
            assert!(error.starts_with("R: "), "{error}");
        }
        assert!(Template::read("Resources: { A: { Type: B } }").unwrap_err().to_string().contains("no policy"));
    }
}
