//! The scopes of each route: those of machine clients with a sufficient role, and that of people, whose role the
//! function checks. So API Gateway rejects insufficient scopes and all ID tokens before a function is called.

use std::collections::BTreeSet;

use template::Template;

use super::{
    Subject,
    routes::{Access, BELOW_API, routes},
    subject::ROOT,
};

/// The roles. Each includes the ones before it.
const ROLES: [&str; 3] = ["viewer", "operator", "admin"];
/// The scope of people.
const PERSON: &str = "person";
const RESOURCE_SERVER: &str = "AWS::Cognito::UserPoolResourceServer";
const GROUP: &str = "AWS::Cognito::UserPoolGroup";

/// Routes with too many or too few scopes, scopes that nobody can have, and roles without a group.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let server = subject.nested.values().flat_map(|template| template.of_type(RESOURCE_SERVER)).next();
    let Some(prefix) = server.and_then(|server| server.text(&["Identifier"])) else {
        return vec!["no resource server in the nested templates".to_owned()];
    };
    let mut findings = Vec::new();
    for route in routes(subject).filter(|route| route.access == Access::Token) {
        let Some((method, path)) = route.key() else { continue };
        // Only a problem response, for anyone with a token.
        let role = match path {
            BELOW_API => Some(ROLES[0]),
            _ => subject.documented.get(&(method.to_owned(), path.to_owned())).and_then(Option::as_deref),
        };
        let Some(least) = role.and_then(|role| ROLES.iter().position(|known| *known == role)) else {
            findings.push(format!("{}: no role is documented for {method} {path}", route.name));
            continue;
        };
        let wanted: BTreeSet<_> =
            ROLES[least..].iter().chain([&PERSON]).map(|scope| format!("{prefix}/{scope}")).collect();
        let taken: BTreeSet<_> = route.scopes.iter().map(|scope| (*scope).to_owned()).collect();
        for scope in taken.difference(&wanted) {
            findings.push(format!("{}: takes {scope}", route.name));
        }
        for scope in wanted.difference(&taken) {
            findings.push(format!("{}: does not take {scope}", route.name));
        }
    }
    let offered: BTreeSet<_> = server.into_iter().flat_map(|server| texts_of(server, "Scopes", "ScopeName")).collect();
    if offered != ROLES.into_iter().chain([PERSON]).collect() {
        findings.push(format!("{ROOT} and the resource server differ in scopes: {offered:?}"));
    }
    let groups: BTreeSet<_> = subject.nested.values().flat_map(group_names).collect();
    if groups != BTreeSet::from(ROLES) {
        findings.push(format!("the groups are not the roles: {groups:?}"));
    }
    findings
}

fn texts_of<'a>(resource: super::Resource<'a>, list: &str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let items = resource.property(&[list]).and_then(serde_norway::Value::as_sequence).into_iter().flatten();
    items.filter_map(move |item| item.get(name)?.as_str())
}

fn group_names(template: &Template) -> impl Iterator<Item = &str> {
    template.of_type(GROUP).filter_map(|group| group.text(&["GroupName"]))
}
