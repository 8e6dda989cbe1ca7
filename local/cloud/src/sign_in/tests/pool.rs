//! The sign-in has the same settings as the user pool for AWS in `infra/sign-in.yaml`.

use api::Role;
use template::{SIGN_IN, Template, Value, literal, reference};

use super::super::client::WEB_SCOPES;
use super::super::grants::SIGNED_IN_MILLIS;
use super::Addresses;
use crate::tokens::{LIFETIME_SECONDS, PERSON_LIFETIME_SECONDS};

const ORIGIN: &str = "${DashboardUrl}";

fn resources_of(kind: &str) -> Vec<Value> {
    Template::parse(SIGN_IN).unwrap().of_type(kind).map(|resource| resource.body["Properties"].clone()).collect()
}

fn client(name: &str) -> Value {
    let of_name = |client: &Value| client["ClientName"].as_str() == Some(name);
    resources_of("AWS::Cognito::UserPoolClient").into_iter().find(of_name).unwrap()
}

/// The texts of a list, resolving `!Sub` where one is used.
fn texts(list: &Value) -> Vec<String> {
    let text = |value: &Value| literal(value).or_else(|| reference(value, "Sub")).unwrap().to_owned();
    list.as_sequence().unwrap().iter().map(text).collect()
}

#[test]
fn the_dashboard_has_the_same_scopes_and_urls() {
    let dashboard = client("dashboard");
    let addresses = Addresses::at(ORIGIN);
    assert_eq!(texts(&dashboard["AllowedOAuthScopes"]), WEB_SCOPES);
    assert_eq!(texts(&dashboard["CallbackURLs"]), [addresses.callback]);
    assert_eq!(texts(&dashboard["LogoutURLs"]), [addresses.signed_out]);
    assert_eq!(texts(&dashboard["AllowedOAuthFlows"]), ["code"]);
    assert_eq!(dashboard["GenerateSecret"].as_bool(), Some(false));
}

#[test]
fn tokens_have_the_same_lifetimes() {
    let dashboard = client("dashboard");
    let minutes = Some(PERSON_LIFETIME_SECONDS / 60);
    assert_eq!((dashboard["AccessTokenValidity"].as_i64(), dashboard["IdTokenValidity"].as_i64()), (minutes, minutes));
    assert_eq!(dashboard["RefreshTokenValidity"].as_i64(), Some(SIGNED_IN_MILLIS / 86_400_000));
    let units = &dashboard["TokenValidityUnits"];
    let units = ["AccessToken", "IdToken", "RefreshToken"].map(|token| units[token].as_str().unwrap());
    assert_eq!(units, ["minutes", "minutes", "days"]);
    for &role in Role::ALL {
        let machine = client(role.name());
        assert_eq!(machine["AccessTokenValidity"].as_i64(), Some(LIFETIME_SECONDS / 60), "{role:?}");
        assert_eq!(machine["TokenValidityUnits"]["AccessToken"].as_str(), Some("minutes"), "{role:?}");
    }
}

#[test]
fn each_role_has_a_group_a_scope_and_a_machine_client() {
    let groups = resources_of("AWS::Cognito::UserPoolGroup");
    let groups: Vec<_> = groups.iter().map(|group| group["GroupName"].as_str().unwrap()).collect();
    assert_eq!(groups, Role::ALL.iter().map(|role| role.name()).collect::<Vec<_>>());
    let server = &resources_of("AWS::Cognito::UserPoolResourceServer")[0];
    let scopes = server["Scopes"].as_sequence().unwrap().iter();
    let scopes: Vec<_> = scopes.map(|scope| format!("key-automat/{}", scope["ScopeName"].as_str().unwrap())).collect();
    assert_eq!(server["Identifier"].as_str(), Some("key-automat"));
    assert_eq!(scopes, api::Role::Viewer.scopes(), "a viewer's route accepts all scopes");
    for &role in Role::ALL {
        let machine = client(role.name());
        assert_eq!(texts(&machine["AllowedOAuthScopes"]), [role.scope()], "it cannot request another role's scope");
        assert_eq!(texts(&machine["AllowedOAuthFlows"]), ["client_credentials"], "{role:?}");
    }
}
