//! The OpenAPI document. It is assembled from what each function's router describes, and completed with what is common
//! to all: constraints of fields, common responses, and open enumerations.

mod answers;
mod enumerations;
mod fields;

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Schema,
    ServerBuilder, Tag,
};
use utoipa::{PartialSchema as _, ToSchema as _};

pub use self::fields::{ASCII_ID, ID, PHONE_NUMBER, PIN, RETURN_CODE, SCHEDULE, TIME_ZONE, ULID};
use crate::problem::ProblemBody;
use crate::routes::{Access, ROUTES};

const BEARER: &str = "bearer";
const PROBLEM: &str = "Problem";

const TAGS: [(&str, &str); 8] = [
    ("automats", "Key automats: cabinets with numbered lockers and a keypad."),
    ("keys", "Keys, each in a locker of an automat."),
    ("contracts", "Contracts: a person has a key for a time range, with a PIN."),
    ("imports", "Many keys or contracts in one request."),
    ("openings", "Openings of lockers, requested remotely and confirmed by the automat."),
    ("events", "What happened, newest first."),
    ("people", "Export or erase what is stored about a person."),
    ("service", "The API itself."),
];

/// Merges the functions' parts into one document: pretty JSON with a newline at its end. The same code always gives the
/// same text.
#[must_use]
pub fn assemble(parts: Vec<OpenApi>) -> String {
    let info = InfoBuilder::new()
        .title("Key Automat Cloud")
        .version("1")
        .description(Some("Book keys in key automats. docs/api.md explains the conventions."))
        .contact(Some(ContactBuilder::new().name(Some("Key Automat Cloud")).build()))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let mut whole = OpenApiBuilder::new().info(info.build()).build();
    for part in parts {
        whole.merge(part);
    }
    whole.servers = Some(vec![ServerBuilder::new().url("/").build()]);
    whole.tags = Some(TAGS.map(|(name, description)| tag(name, description)).to_vec());
    whole.security = Some(vec![SecurityRequirement::new(BEARER, [""; 0])]);
    let mut components = whole.components.take().unwrap_or_default();
    complete_components(&mut components);
    for (path, item) in &mut whole.paths.paths {
        for (method, operation) in operations(item) {
            complete_operation(operation, method, path, &components);
        }
    }
    whole.components = Some(components);
    whole.to_pretty_json().map(|json| json + "\n").unwrap_or_default()
}

/// The method and path of every operation, for a comparison with the table of routes.
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

fn tag(name: &str, description: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(description)).build()
}

fn complete_components(components: &mut Components) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    let mut schemas = vec![(PROBLEM.to_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for (name, schema) in &mut components.schemas {
        if enumerations::OPEN.contains(&name.as_str()) {
            enumerations::widen(schema);
        }
        refer_to_element(name, schema);
        fields::constrain_schema(name, schema);
    }
    let named = enumerations::all().into_iter().map(|(name, schema)| (name.to_owned(), RefOr::T(schema)));
    components.schemas.extend(named);
    answers::add_components(components);
}

/// Refers to the element of a generic list by name. The derive inlines it, which would give generated clients a second
/// type.
fn refer_to_element(name: &str, schema: &mut RefOr<Schema>) {
    let (Some(element), RefOr::T(Schema::Object(list))) = (name.strip_prefix("Listing_"), schema) else { return };
    if let Some(RefOr::T(Schema::Array(data))) = list.properties.get_mut("data") {
        data.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(element).into()));
    }
}

/// Completes an operation: constraints of parameters, required role, and common responses.
fn complete_operation(operation: &mut Operation, method: &str, path: &str, components: &Components) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            fields::constrain_parameter(parameter);
        }
    }
    let access = ROUTES.iter().find(|route| route.method == method && route.path == path).map(|route| route.access);
    match access {
        Some(Access::AtLeast(role)) => {
            operation.extensions = Some(ExtensionsBuilder::new().add("x-required-role", role.name()).build());
        }
        Some(Access::Open) => operation.security = Some(vec![SecurityRequirement::default()]),
        None => {}
    }
    answers::complete(operation, access != Some(Access::Open), |name| has_version(components, name));
}

fn has_version(components: &Components, name: &str) -> bool {
    fn has(components: &Components, schema: &RefOr<Schema>) -> bool {
        match schema {
            RefOr::Ref(reference) => {
                reference.ref_location.rsplit('/').next().is_some_and(|name| has_version(components, name))
            }
            RefOr::T(Schema::Object(object)) => object.properties.contains_key("version"),
            RefOr::T(Schema::AllOf(all)) => all.items.iter().any(|part| has(components, part)),
            RefOr::T(_) => false,
        }
    }
    components.schemas.get(name).is_some_and(|schema| has(components, schema))
}
