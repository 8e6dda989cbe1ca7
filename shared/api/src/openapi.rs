//! The OpenAPI document: assembled from what each function's router says of itself.

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
    ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::problem::ProblemBody;
use crate::routes::{Access, ROUTES};

const BEARER: &str = "bearer";
const PROBLEM: &str = "Problem";

/// One document of several functions' parts, with what they have in common: pretty JSON with a newline at its end, the
/// same for the same code.
#[must_use]
pub fn assemble(parts: Vec<OpenApi>) -> String {
    let info = InfoBuilder::new()
        .title("Key Automat Cloud")
        .version("1")
        .description(Some("Books keys that key automats hand out. docs/api.md explains the conventions."))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let mut whole = OpenApiBuilder::new().info(info.build()).build();
    for part in parts {
        whole.merge(part);
    }
    whole.servers = Some(vec![ServerBuilder::new().url("/").build()]);
    whole.security = Some(vec![SecurityRequirement::new(BEARER, [""; 0])]);
    let components = whole.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    let mut schemas = vec![(PROBLEM.to_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for (path, item) in &mut whole.paths.paths {
        for (method, operation) in operations(item) {
            complete(operation, method, path);
        }
    }
    whole.to_pretty_json().map(|json| json + "\n").unwrap_or_default()
}

/// The method and path of every operation of a document, to hold against the table of routes.
#[must_use]
pub fn routes(document: &mut OpenApi) -> Vec<(&'static str, String)> {
    let items = document.paths.paths.iter_mut();
    items.flat_map(|(path, item)| operations(item).map(move |(method, _)| (method, path.clone()))).collect()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    let named = [("GET", get), ("POST", post), ("PUT", put), ("PATCH", patch), ("DELETE", delete)];
    named.into_iter().filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// Every operation may answer a problem, and needs the role that the table of routes says.
fn complete(operation: &mut Operation, method: &str, path: &str) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM))).build();
    let problem = ResponseBuilder::new()
        .description("A problem; its code says which")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
    match ROUTES.iter().find(|route| route.method == method && route.path == path).map(|route| route.access) {
        Some(Access::AtLeast(role)) => {
            operation.extensions = Some(ExtensionsBuilder::new().add("x-required-role", role.name()).build());
        }
        Some(Access::Open) => operation.security = Some(vec![SecurityRequirement::default()]),
        None => {}
    }
}
