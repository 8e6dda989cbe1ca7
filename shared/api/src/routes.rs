//! Every route of the API and every page: which function serves it, and who may call it.
//!
//! *Invariant*: a route that is not in this table is refused, whatever a router registers. Tests compare the gateway's
//! template and the OpenAPI document with it.

use http::Method;

use crate::Role;

#[derive(Debug, Clone)]
pub struct Route {
    /// `GET` includes `HEAD`.
    pub method: Method,
    /// With parameters in braces.
    pub path: &'static str,
    pub function: Function,
    pub access: Access,
}

impl Route {
    /// The methods of the route in API Gateway, which has a separate route for `HEAD`: "Routes consist of two parts: an
    /// HTTP method and a resource path" ("Create routes for HTTP APIs", developer guide).
    pub fn methods(&self) -> impl Iterator<Item = Method> + use<> {
        let head = (self.method == Method::GET).then_some(Method::HEAD);
        std::iter::once(self.method.clone()).chain(head)
    }
}

/// A Lambda function of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Also serves the routes that belong to no other function.
    Keys,
    Contracts,
    Openings,
    People,
    Imports,
    Dashboard,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a token.
    Open,
    /// The holder of a token with at least this role.
    AtLeast(Role),
}

const fn open(path: &'static str) -> Route {
    Route { method: Method::GET, path, function: Function::Keys, access: Access::Open }
}

const fn keys(method: Method, path: &'static str, role: Role) -> Route {
    Route { method, path, function: Function::Keys, access: Access::AtLeast(role) }
}

const fn contracts(method: Method, path: &'static str, role: Role) -> Route {
    Route { method, path, function: Function::Contracts, access: Access::AtLeast(role) }
}

const fn openings(method: Method, path: &'static str, role: Role) -> Route {
    Route { method, path, function: Function::Openings, access: Access::AtLeast(role) }
}

const fn people(path: &'static str) -> Route {
    Route { method: Method::POST, path, function: Function::People, access: Access::AtLeast(Role::Admin) }
}

const fn page(method: Method, path: &'static str, access: Access) -> Route {
    Route { method, path, function: Function::Dashboard, access }
}

const fn see(path: &'static str, role: Role) -> Route {
    page(Method::GET, path, Access::AtLeast(role))
}

const fn send(path: &'static str, role: Role) -> Route {
    page(Method::POST, path, Access::AtLeast(role))
}

const AUTOMATS: &str = "/v1/automats";
const AUTOMAT: &str = "/v1/automats/{automatId}";
const KEYS: &str = "/v1/keys";
const KEY: &str = "/v1/keys/{keyId}";
const CONTRACTS: &str = "/v1/contracts";
const CONTRACT: &str = "/v1/contracts/{contractId}";
const END: &str = "/v1/contracts/{contractId}/end";
const PIN: &str = "/v1/contracts/{contractId}/pin";

/// The routes of the API.
pub static ROUTES: &[Route] = &[
    open("/health"),
    open("/openapi.json"),
    keys(Method::GET, AUTOMATS, Role::Viewer),
    keys(Method::POST, AUTOMATS, Role::Admin),
    keys(Method::GET, AUTOMAT, Role::Viewer),
    keys(Method::PATCH, AUTOMAT, Role::Admin),
    keys(Method::DELETE, AUTOMAT, Role::Admin),
    keys(Method::POST, "/v1/automats/{automatId}/reset", Role::Admin),
    keys(Method::GET, "/v1/automats/{automatId}/events", Role::Viewer),
    keys(Method::GET, KEYS, Role::Viewer),
    keys(Method::POST, KEYS, Role::Admin),
    keys(Method::GET, KEY, Role::Viewer),
    keys(Method::PATCH, KEY, Role::Admin),
    keys(Method::DELETE, KEY, Role::Admin),
    keys(Method::GET, "/v1/keys/{keyId}/events", Role::Viewer),
    contracts(Method::GET, CONTRACTS, Role::Viewer),
    contracts(Method::POST, CONTRACTS, Role::Operator),
    contracts(Method::GET, CONTRACT, Role::Viewer),
    contracts(Method::PUT, CONTRACT, Role::Operator),
    contracts(Method::PATCH, CONTRACT, Role::Operator),
    contracts(Method::DELETE, CONTRACT, Role::Operator),
    contracts(Method::POST, END, Role::Operator),
    // Viewing a PIN is recorded, and only for those who may hand it out.
    contracts(Method::GET, PIN, Role::Operator),
    contracts(Method::POST, PIN, Role::Operator),
    // A preview shows the generated PIN.
    contracts(Method::POST, "/v1/contracts/preview", Role::Operator),
    contracts(Method::POST, "/v1/contracts/{contractId}/preview", Role::Operator),
    contracts(Method::POST, "/v1/contracts/{contractId}/end/preview", Role::Operator),
    contracts(Method::POST, "/v1/contracts/{contractId}/removal/preview", Role::Operator),
    contracts(Method::GET, "/v1/contracts/{contractId}/messages", Role::Viewer),
    contracts(Method::POST, "/v1/contracts/{contractId}/messages/{messageId}/resend", Role::Operator),
    contracts(Method::GET, "/v1/availability", Role::Viewer),
    openings(Method::POST, "/v1/automats/{automatId}/lockers/{lockerIndex}/openings", Role::Operator),
    openings(Method::GET, "/v1/openings/{openingId}", Role::Viewer),
    // Contracts; the handler asks for `Admin` if the rows are keys.
    Route {
        method: Method::POST,
        path: "/v1/imports",
        function: Function::Imports,
        access: Access::AtLeast(Role::Operator),
    },
    // POST, because an address must not be in a URL.
    people("/v1/people/export"),
    people("/v1/people/erase"),
];

/// The pages of the dashboard. In the gateway they are one route, `$default`, so they are not in [`ROUTES`]. The gate
/// checks them in the same way.
pub static PAGES: &[Route] = &[
    see("/", Role::Viewer),
    see("/today", Role::Viewer),
    see("/keys", Role::Viewer),
    see("/keys.csv", Role::Viewer),
    see("/timeline", Role::Viewer),
    see("/contracts", Role::Viewer),
    see("/contracts.csv", Role::Viewer),
    see("/activity", Role::Viewer),
    see("/activity.csv", Role::Viewer),
    see("/automats", Role::Viewer),
    see("/search", Role::Viewer),
    see("/automats/new", Role::Admin),
    send("/automats/new", Role::Admin),
    see("/automats/{automatId}", Role::Viewer),
    see("/automats/{automatId}/edit", Role::Admin),
    send("/automats/{automatId}/edit", Role::Admin),
    see("/automats/{automatId}/remove", Role::Admin),
    send("/automats/{automatId}/remove", Role::Admin),
    see("/automats/{automatId}/reset", Role::Admin),
    send("/automats/{automatId}/reset", Role::Admin),
    see("/automats/{automatId}/lockers/{lockerIndex}", Role::Viewer),
    send("/automats/{automatId}/lockers/{lockerIndex}/open", Role::Operator),
    see("/openings/{openingId}", Role::Viewer),
    see("/openings/{openingId}/status", Role::Viewer),
    see("/automats/{automatId}/keys/new", Role::Admin),
    send("/automats/{automatId}/keys/new", Role::Admin),
    see("/keys/{keyId}", Role::Viewer),
    see("/keys/{keyId}/edit", Role::Admin),
    send("/keys/{keyId}/edit", Role::Admin),
    see("/keys/{keyId}/remove", Role::Admin),
    send("/keys/{keyId}/remove", Role::Admin),
    see("/keys/{keyId}/contracts/new", Role::Operator),
    send("/keys/{keyId}/contracts/new", Role::Operator),
    see("/contracts/{contractId}", Role::Viewer),
    see("/contracts/{contractId}/code", Role::Viewer),
    see("/contracts/{contractId}/edit", Role::Operator),
    send("/contracts/{contractId}/edit", Role::Operator),
    see("/contracts/{contractId}/end", Role::Operator),
    send("/contracts/{contractId}/end", Role::Operator),
    see("/contracts/{contractId}/remove", Role::Operator),
    send("/contracts/{contractId}/remove", Role::Operator),
    send("/contracts/{contractId}/remind", Role::Operator),
    // POST, because viewing a PIN is recorded.
    send("/contracts/{contractId}/pin", Role::Operator),
    send("/contracts/{contractId}/pin/new", Role::Operator),
    send("/contracts/{contractId}/messages/{messageId}/resend", Role::Operator),
    page(Method::POST, "/language", Access::Open),
    page(Method::GET, "/sign-in", Access::Open),
    page(Method::GET, "/auth/callback", Access::Open),
    page(Method::POST, "/sign-out", Access::Open),
    page(Method::GET, "/assets/{name}", Access::Open),
    page(Method::GET, "/favicon.ico", Access::Open),
    page(Method::GET, "/robots.txt", Access::Open),
];

/// Who may call a method on a router's path. `None` if the table does not have the route.
#[must_use]
pub fn access(method: &Method, matched_path: &str) -> Option<Access> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    all().find(|route| route.method == *method && route.path == matched_path).map(|route| route.access)
}

/// The methods that any function supports on a path as a client sent it.
#[must_use]
pub fn methods(raw_path: &str) -> Vec<Method> {
    // As in axum, a literal segment takes precedence over a parameter.
    let matching = all().map(|route| route.path).filter(|path| matches(path, raw_path));
    let path = matching.min_by_key(|path| path.matches('{').count());
    all().filter(|route| Some(route.path) == path).flat_map(Route::methods).collect()
}

/// Whether a path is for programs rather than people: that of a route of the API, below one, or of any version of the
/// API.
#[must_use]
pub fn is_for_programs(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    let version = first.strip_prefix('v').unwrap_or_default();
    let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    is_version || ROUTES.iter().any(|route| route.path.split('/').nth(1) == Some(first))
}

fn all() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().chain(PAGES)
}

fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') && !given.is_empty() => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_route_is_unique() {
        let distinct: HashSet<_> = all().map(|route| (route.method.clone(), route.path)).collect();
        assert_eq!(distinct.len(), all().count());
    }

    #[test]
    fn only_reads_are_for_viewers_and_only_two_routes_are_open() {
        for route in all() {
            if route.access == Access::AtLeast(Role::Viewer) {
                assert_eq!(route.method, Method::GET, "{route:?}");
            }
        }
        let open: Vec<_> = ROUTES.iter().filter(|route| route.access == Access::Open).map(|route| route.path).collect();
        assert_eq!(open, ["/health", "/openapi.json"]);
    }

    #[test]
    fn methods_are_found_for_a_raw_path() {
        let (get, head) = (Method::GET, Method::HEAD);
        assert_eq!(methods("/v1/keys/K-1"), [&get, &head, &Method::PATCH, &Method::DELETE]);
        assert_eq!(methods("/v1/contracts"), [&get, &head, &Method::POST]);
        assert_eq!(methods("/v1/contracts/preview"), [Method::POST]);
        assert_eq!(methods("/health"), [get, head]);
        for unknown in ["/v1/keys/", "/v1/keys/K-1/contracts", "/v1/contracts//pin", "/v1/keys/K-1/", "", "/v2/keys"] {
            assert!(methods(unknown).is_empty(), "{unknown}");
        }
    }

    #[test]
    fn api_paths_are_below_the_routes_or_any_version() {
        for path in ["/v1", "/v1/", "/v1/keys", "/v2/keys/K-1", "/v12", "/health", "/health/", "/openapi.json/x"] {
            assert!(is_for_programs(path), "{path}");
        }
        for path in ["/", "", "/v", "/vx/keys", "/keys/v1", "/healthy", "/automats/lobby"] {
            assert!(!is_for_programs(path), "{path}");
        }
    }

    #[test]
    fn head_has_the_access_of_get_and_unknown_routes_have_none() {
        assert_eq!(access(&Method::HEAD, KEY), Some(Access::AtLeast(Role::Viewer)));
        assert_eq!(access(&Method::PUT, KEY), None);
        assert_eq!(access(&Method::GET, "/v1/other"), None);
    }
}
