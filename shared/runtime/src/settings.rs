//! Settings of a function, from the environment.

use domain::{Days, Retention};

/// The settings of every function. `template.yaml` sets them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `TABLE_NAME`: the stack's DynamoDB table.
    pub table: String,
    /// `CODE_SECRET_ARN`: the secret in Secrets Manager from which the keys for PINs and return codes are derived.
    pub code_secret_arn: String,
    /// `EVENT_RETENTION_DAYS` and `CONTRACT_RETENTION_DAYS`: how long events are kept, and contracts after their end.
    pub retention: Retention,
}

/// Why the settings cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Missing or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    #[error("the environment variable {0} is not a whole number of days from {min} to {max}", min = Days::MIN, max = Days::MAX)]
    NotDays(&'static str),
}

impl Settings {
    /// The variables that are read. A test compares them with `template.yaml`.
    pub const VARIABLES: [&str; 4] =
        ["TABLE_NAME", "CODE_SECRET_ARN", "EVENT_RETENTION_DAYS", "CONTRACT_RETENTION_DAYS"];

    /// The variable of a function that needs nothing else.
    pub const TABLE: &str = Self::VARIABLES[0];

    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// `TABLE_NAME` alone.
    pub(crate) fn table_from_env() -> Result<String, SettingsError> {
        let table = std::env::var(Self::TABLE).ok().filter(|value| !value.is_empty());
        table.ok_or(SettingsError::Missing(Self::TABLE))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let required = |name| variable(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Missing(name));
        let days = |name| {
            let days = required(name)?.parse().ok().and_then(|days| Days::new(days).ok());
            days.ok_or(SettingsError::NotDays(name))
        };
        let [table, code_secret_arn, events, contracts] = Self::VARIABLES;
        Ok(Self {
            table: required(table)?,
            code_secret_arn: required(code_secret_arn)?,
            retention: Retention { events: days(events)?, contracts: days(contracts)? },
        })
    }
}

/// Further settings of a function that sends messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderSettings {
    /// `KEY_EVENTS_TOPIC_ARN`: the SNS topic of all events.
    pub topic_arn: String,
    /// `MAIL_FROM`: the sender of email. Without it no email is sent.
    pub mail_from: Option<String>,
    /// `MAIL_CONFIGURATION_SET`: SES's configuration set, if there is one.
    pub mail_configuration_set: Option<String>,
    /// `SMS_SENDER_ID`: the sender's name in SMS, if there is one.
    pub sms_sender_id: Option<String>,
}

impl SenderSettings {
    /// The variables that are read. A test compares them with `template.yaml`.
    pub const VARIABLES: [&str; 4] = ["KEY_EVENTS_TOPIC_ARN", "MAIL_FROM", "MAIL_CONFIGURATION_SET", "SMS_SENDER_ID"];

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

/// Further settings of the pages: where people sign in, and who issues their tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSettings {
    /// `SIGN_IN_URL`: the origin of the sign-in pages.
    pub sign_in_url: String,
    /// `ISSUER`: the issuer of the tokens.
    pub issuer: String,
    /// `SIGN_IN_KEYS_URL`: where the issuer's public keys are.
    pub sign_in_keys_url: String,
    /// `WEB_CLIENT_ID`: the dashboard's client id.
    pub web_client_id: String,
    /// `DASHBOARD_URL`: the dashboard's own origin.
    pub dashboard_url: String,
}

impl PageSettings {
    /// The variables that are read. A test compares them with `template.yaml`.
    pub const VARIABLES: [&str; 5] = ["SIGN_IN_URL", "ISSUER", "SIGN_IN_KEYS_URL", "WEB_CLIENT_ID", "DASHBOARD_URL"];

    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let required = |name| variable(name).filter(|it| !it.is_empty()).ok_or(SettingsError::Missing(name));
        let [sign_in_url, issuer, sign_in_keys_url, web_client_id, dashboard_url] = Self::VARIABLES;
        Ok(Self {
            sign_in_url: required(sign_in_url)?,
            issuer: required(issuer)?,
            sign_in_keys_url: required(sign_in_keys_url)?,
            web_client_id: required(web_client_id)?,
            dashboard_url: required(dashboard_url)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment with one variable replaced.
    fn with(other: (&'static str, &'static str)) -> Result<Settings, SettingsError> {
        Settings::from_variables(|name| {
            let value = match name {
                _ if name == other.0 => other.1,
                "EVENT_RETENTION_DAYS" => "30",
                "CONTRACT_RETENTION_DAYS" => "3650",
                _ => "some",
            };
            Some(value.to_owned())
        })
    }

    #[test]
    fn retention_is_in_whole_days() {
        let settings = with(("TABLE_NAME", "t")).unwrap();
        assert_eq!((settings.retention.events.get(), settings.retention.contracts.get()), (30, 3650));
        for variable in ["EVENT_RETENTION_DAYS", "CONTRACT_RETENTION_DAYS"] {
            for bad in ["0", "3651", "1.5", "-1", "a year", " 1"] {
                assert_eq!(with((variable, bad)), Err(SettingsError::NotDays(variable)), "{bad}");
            }
            assert_eq!(with((variable, "")), Err(SettingsError::Missing(variable)));
        }
        let shown = SettingsError::NotDays("EVENT_RETENTION_DAYS").to_string();
        assert_eq!(shown, "the environment variable EVENT_RETENTION_DAYS is not a whole number of days from 1 to 3650");
    }

    #[test]
    fn a_missing_or_empty_variable_is_named() {
        let only = |wanted: &'static str, value: &'static str| {
            Settings::from_variables(move |name| (name == wanted).then(|| value.to_owned()))
        };
        assert_eq!(only("CODE_SECRET_ARN", "arn"), Err(SettingsError::Missing("TABLE_NAME")));
        assert_eq!(only("TABLE_NAME", ""), Err(SettingsError::Missing("TABLE_NAME")));
        assert_eq!(only("TABLE_NAME", "t"), Err(SettingsError::Missing("CODE_SECRET_ARN")));
    }

    #[test]
    fn the_pages_need_every_variable_of_the_sign_in() {
        let without = |missing: &'static str| {
            PageSettings::from_variables(move |name| (name != missing).then(|| name.to_owned()))
        };
        for name in PageSettings::VARIABLES {
            assert_eq!(without(name), Err(SettingsError::Missing(name)));
        }
        assert_eq!(without("none").unwrap().web_client_id, "WEB_CLIENT_ID");
    }
}
