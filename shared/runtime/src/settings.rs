//! What the function is told by its environment.

/// What the function is told by its environment; `template.yaml` sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `TABLE_NAME`: the stack's DynamoDB table.
    pub table: String,
    /// `CODE_SECRET_ARN`: the secret in Secrets Manager under which PINs and return codes are kept.
    pub code_secret_arn: String,
}

/// A variable that is not as it must be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is not there, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
}

impl Settings {
    /// The variables that are read, for a test that holds them against `template.yaml`.
    pub const VARIABLES: [&str; 2] = ["TABLE_NAME", "CODE_SECRET_ARN"];

    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let required = |name| variable(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Missing(name));
        let [table, code_secret_arn] = Self::VARIABLES;
        Ok(Self { table: required(table)?, code_secret_arn: required(code_secret_arn)? })
    }
}

/// What a function that sends messages is told besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderSettings {
    /// `KEY_EVENTS_TOPIC_ARN`: the SNS topic that all events go to.
    pub topic_arn: String,
    /// `MAIL_FROM`: the address that email comes from. Without it none goes.
    pub mail_from: Option<String>,
    /// `MAIL_CONFIGURATION_SET`: SES's configuration set, if there is one.
    pub mail_configuration_set: Option<String>,
    /// `SMS_SENDER_ID`: the name that SMS come from, if there is one.
    pub sms_sender_id: Option<String>,
}

impl SenderSettings {
    /// The variables that are read, for a test that holds them against `template.yaml`.
    pub const VARIABLES: [&str; 4] = ["KEY_EVENTS_TOPIC_ARN", "MAIL_FROM", "MAIL_CONFIGURATION_SET", "SMS_SENDER_ID"];

    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, SettingsError> {
        let optional = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let [topic_arn, mail_from, mail_configuration_set, sms_sender_id] = Self::VARIABLES;
        Ok(Self {
            topic_arn: optional(topic_arn).ok_or(SettingsError::Missing(topic_arn))?,
            mail_from: optional(mail_from),
            mail_configuration_set: optional(mail_configuration_set),
            sms_sender_id: optional(sms_sender_id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_empty_variable_is_named() {
        let only = |wanted: &'static str, value: &'static str| {
            Settings::from_variables(move |name| (name == wanted).then(|| value.to_owned()))
        };
        assert_eq!(only("CODE_SECRET_ARN", "arn"), Err(SettingsError::Missing("TABLE_NAME")));
        assert_eq!(only("TABLE_NAME", ""), Err(SettingsError::Missing("TABLE_NAME")));
        assert_eq!(only("TABLE_NAME", "t"), Err(SettingsError::Missing("CODE_SECRET_ARN")));
    }
}
