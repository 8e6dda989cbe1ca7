//! For each field code, a request that causes it.

use api::problem::FieldCode;
use e2e::{ApiResponse, Stage, contracts_of, fresh, hours, person};
use http::Method;
use serde_json::{Value, json};

/// Sends a request of which one field or query parameter is invalid for this reason.
///
/// Exhaustive: a new code does not compile until there is a way to cause it.
pub(crate) async fn provoke_field(stage: &Stage, key: &str, code: FieldCode) -> ApiResponse {
    let (viewer, operator, admin) = (stage.stack.viewer(), stage.stack.operator(), stage.stack.admin());
    let body = match code {
        FieldCode::Required => json!({ "permanent": true }),
        FieldCode::UnknownField => with("fax", json!("1")),
        FieldCode::WrongType => with("person", json!(5)),
        FieldCode::ConflictingFields => with("permanent", json!(true)),
        FieldCode::TooMany => with("contacts", json!(vec![json!({ "name": "Bo" }); 11])),
        FieldCode::Empty => with("person", json!("")),
        FieldCode::TooLong => with("person", json!("x".repeat(101))),
        FieldCode::IdCharacters => with("contractId", json!("a b")),
        FieldCode::IdReserved => with("contractId", json!("preview")),
        FieldCode::ControlCharacters => with("person", json!("a\u{7}b")),
        FieldCode::PinForm => with("pin", json!("123")),
        FieldCode::PinTooShort => {
            admin.patch(format!("/v1/automats/{}", stage.automat), json!({ "minChosenPinDigits": 6 })).await.is(200);
            with("pin", json!("48291"))
        }
        FieldCode::InstantForm => with("start", json!("2026-12-01 00:00")),
        FieldCode::EmailForm => with_contact("email", json!("bo@")),
        FieldCode::PhoneNumberForm => with_contact("phoneNumber", json!("0401234567")),
        FieldCode::ScheduleForm => with("schedule", json!("weekdays 8-17")),
        FieldCode::LanguageUnknown => with_contact("language", json!("tlh")),
        FieldCode::MessageKindUnknown => with_contact("additionalMessages", json!(["contract-created"])),
        FieldCode::EndNotAfterStart => with("end", json!(hours(1))),
        FieldCode::EndNotAhead => json!({ "person": "Bo", "start": hours(-9), "end": hours(0) }),
        FieldCode::DuplicateField => {
            return operator.call(Method::POST, "/v1/contracts").raw(r#"{"person":"Bo","person":"Cy"}"#).await;
        }
        FieldCode::Immutable => {
            return operator.patch(stage.booked(key, 1, 2).await, json!({ "contractId": "another" })).await;
        }
        FieldCode::ReturnCodeForm => {
            let key = json!({ "keyId": fresh("key"), "automatId": stage.automat, "returnCode": "12345" });
            return admin.post("/v1/keys", key).await;
        }
        FieldCode::TimeZoneUnknown => {
            let zone = json!({ "timeZone": "Mars/Olympus" });
            return admin.patch(format!("/v1/automats/{}", stage.automat), zone).await;
        }
        FieldCode::TimeForm => return import(stage, key, "1.12.2026", "").await,
        FieldCode::TimeSkipped => return import(stage, key, "28.3.2027 3.30", "").await,
        FieldCode::TimeRepeated => return import(stage, key, "31.10.2027 3.30", "").await,
        FieldCode::TimeZonesDiffer => {
            let elsewhere = Stage::new(&stage.stack, 1).await;
            let zone = json!({ "timeZone": "Europe/London" });
            admin.patch(format!("/v1/automats/{}", elsewhere.automat), zone).await.is(200);
            return import(stage, key, "1.12.2026 15.00", &elsewhere.key().await).await;
        }
        FieldCode::OutOfRange => return viewer.get("/v1/keys?limit=0").await,
        FieldCode::UnknownParameter => return viewer.get("/v1/keys?colour=red").await,
        FieldCode::RepeatedParameter => return viewer.get("/v1/keys?limit=5&limit=5").await,
        FieldCode::UnknownValue => return viewer.get(format!("{}&order=up", contracts_of(key))).await,
        FieldCode::TooShort => return viewer.get("/v1/contracts?search=a").await,
        FieldCode::NothingToSearch => return viewer.get("/v1/keys?search=%20-").await,
        FieldCode::ToNotAfterFrom => {
            return viewer.get(format!("/v1/availability?keyId={key}&from={0}&to={0}", hours(1))).await;
        }
    };
    stage.book(key, body).await
}

/// The body of a booking with one field changed or added.
pub(crate) fn with(field: &str, value: Value) -> Value {
    let mut body = person(1, 2);
    body[field] = value;
    body
}

/// The body of a booking for a contact with one field changed or added.
pub(crate) fn with_contact(field: &str, value: Value) -> Value {
    let mut contact = json!({ "name": "Bo" });
    contact[field] = value;
    with("contacts", json!([contact]))
}

/// A table with one contract, whose problem is in its row.
async fn import(stage: &Stage, key: &str, start: &str, other_key: &str) -> ApiResponse {
    let table = format!("contractId;keyIds;person;start;permanent\nb-1;{key} {other_key};Bo;{start};tosi\n");
    let import = stage.stack.operator().call(Method::POST, "/v1/imports?kind=contracts&dryRun=true");
    import.header("content-type", "text/csv").raw(table).await
}
