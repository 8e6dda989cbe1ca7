//! The responses that every operation has: refusals that do not depend on the operation, and the headers of each
//! response.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, Header, Object, ObjectBuilder, Ref, RefOr, Response, Schema, SchemaFormat, Type,
};

use super::PROBLEM;

/// The schema of an error that API Gateway returns itself.
const GATEWAY_MESSAGE: &str = "GatewayMessage";
/// The schema of either error. Only the media type tells which of the two a response has, and many generators read just
/// one media type of a response.
const REFUSAL: &str = "Refusal";

/// Each header's name, component and description.
const HEADERS: [(&str, &str, &str); 7] = [
    ("x-correlation-id", "CorrelationId", "Identifies the request in the logs. Quote it when you contact support."),
    ("ETag", "ETag", "The version of the resource, for `If-Match`."),
    ("Location", "Location", "The path of the new resource."),
    ("Idempotency-Replayed", "IdempotencyReplayed", "`true` if this repeats the response to an earlier request."),
    ("Retry-After", "RetryAfter", "Seconds to wait before trying again, where that may help."),
    ("Allow", "Allow", "The methods that the path supports, with 405."),
    ("WWW-Authenticate", "WwwAuthenticate", "The scheme and the required scopes (RFC 6750)."),
];

/// Adds the headers and schemas that responses refer to.
pub(super) fn add_components(components: &mut Components) {
    let headers = HEADERS.map(|(name, component, description)| {
        let schema = match name {
            "Retry-After" => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)),
            "Location" => ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::Custom("uri-reference".to_owned()))),
            _ => ObjectBuilder::new().schema_type(Type::String),
        };
        let header = HeaderBuilder::new().schema(Some(schema.build())).description(Some(description)).build();
        (component.to_owned(), RefOr::T(header))
    });
    components.headers.extend(headers);
    let message = ObjectBuilder::new()
        .description(Some("The body of an error that API Gateway returns itself."))
        .property("message", Object::with_type(Type::String))
        .required("message");
    components.schemas.insert(GATEWAY_MESSAGE.to_owned(), RefOr::T(message.build().into()));
    let either = AnyOfBuilder::new()
        .description(Some("A problem, or the body of an error that API Gateway returns itself."))
        .item(Ref::from_schema_name(PROBLEM))
        .item(Ref::from_schema_name(GATEWAY_MESSAGE));
    components.schemas.insert(REFUSAL.to_owned(), RefOr::T(either.build().into()));
}

/// Adds the common responses of an operation. A `protected` one requires a token; `is_versioned` says which schemas
/// have a version.
pub(super) fn complete(operation: &mut Operation, protected: bool, is_versioned: impl Fn(&str) -> bool) {
    let is_idempotent = operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.name == "Idempotency-Key",
        RefOr::Ref(_) => false,
    });
    let creates =
        operation.operation_id.as_deref().is_some_and(|name| name.starts_with("create") || name.starts_with("put"));
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let versioned = body_of(response).is_some_and(&is_versioned);
        let declared = [
            ("x-correlation-id", true),
            ("ETag", versioned),
            ("Location", creates),
            ("Idempotency-Replayed", is_idempotent),
        ];
        declare(response, declared.into_iter().filter_map(|(name, is)| is.then_some(name)));
    }
    let responses = &mut operation.responses.responses;
    if protected {
        let refused = |description| refusal(description, &["x-correlation-id", "WWW-Authenticate"]);
        responses.insert("401".to_owned(), refused("The access token is missing, expired or not valid"));
        responses.insert("403".to_owned(), refused("The token's role or scopes do not allow this operation"));
    }
    responses.insert("429".to_owned(), refusal("Too many requests at once", &["x-correlation-id", "Retry-After"]));
    let headers = ["x-correlation-id", "Retry-After", "Allow"];
    responses.insert("default".to_owned(), refusal("A problem; its `code` says which", &headers));
}

/// The name of the schema of a response's body.
fn body_of(response: &Response) -> Option<&str> {
    let RefOr::T(content) = response.content.get("application/json")? else { return None };
    let RefOr::Ref(reference) = content.schema.as_ref()? else { return None };
    reference.ref_location.rsplit('/').next()
}

fn refusal(description: &str, headers: &[&str]) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(REFUSAL)))).build();
    let builder = ResponseBuilder::new().description(description);
    let builder = builder.content("application/problem+json", content.clone()).content("application/json", content);
    let mut response = builder.build();
    declare(&mut response, headers.iter().copied());
    RefOr::T(response)
}

fn declare<'a>(response: &mut Response, names: impl Iterator<Item = &'a str>) {
    for name in names {
        let component = HEADERS.iter().find(|(header, ..)| *header == name).map(|(_, component, _)| *component);
        let reference = component.map(|component| Ref::new(format!("#/components/headers/{component}")));
        if let Some(reference) = reference {
            response.headers.insert(name.to_owned(), RefOr::<Header>::Ref(reference));
        }
    }
}
