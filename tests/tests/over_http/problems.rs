//! Every refusal is a problem: every code, and every kind of invalid request.

use std::sync::LazyLock;

use api::problem::{Code, FieldCode};
use e2e::{Stack, Stage, contracts_of, for_key, fresh, hours, person};
use http::Method;
use regex::Regex;
use serde_json::{Value, json};

use crate::provoke_field::{provoke_field, with, with_contact};
use crate::provoke_problem::provoke;

#[tokio::test]
async fn every_code_is_caused_by_some_request() {
    let stage = Stage::new(&Stack::local(), 100).await;
    let mut elsewhere = Vec::new();
    for &code in Code::ALL {
        let Some(answer) = provoke(&stage, code).await else {
            elsewhere.push(code.name());
            continue;
        };
        let problem = answer.problem(code.name());
        assert_eq!(answer.status, code.status(), "{}", code.name());
        insta::assert_snapshot!(code.name(), without_names(&problem));
        assert_eq!(answer.headers.contains_key("retry-after"), code.retry_after().is_some(), "{}", code.name());
        assert_eq!(answer.headers.contains_key("allow"), code == Code::MethodNotAllowed);
        let by_token = matches!(code, Code::Unauthenticated | Code::Forbidden);
        assert_eq!(answer.headers.contains_key("www-authenticate"), by_token, "{}", code.name());
    }
    assert_eq!(elsewhere, ["busy", "internal"]);
}

/// A problem without what is random or depends on the time.
fn without_names(problem: &Value) -> String {
    static NAMES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r#""correlationId": "[^"]*""#, r#""correlationId": "…""#),
            (r#""contractId": "[^"]*""#, r#""contractId": "…""#),
            // How many openings fit into a shadow depends on the length of their numbers.
            (r"/lockers/1[0-9]{2}/openings", "/lockers/…/openings"),
            (r"/contracts/[0-9A-Za-z_.-]+", "/contracts/…"),
            (r"\b(automat|key|none)-[0-9a-f]{12}", "$1-…"),
            (r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "(ULID)"),
            (r"\b20\d\d-\d\d-\d\dT[0-9:.]+Z", "(instant)"),
        ]
        .map(|(pattern, instead)| (Regex::new(pattern).unwrap(), instead))
        .into()
    });
    let text = serde_json::to_string_pretty(problem).unwrap();
    NAMES.iter().fold(text, |text, (pattern, instead)| pattern.replace_all(&text, *instead).into_owned())
}

#[tokio::test]
async fn every_field_code_is_caused_by_some_request() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    for &code in FieldCode::ALL {
        let answer = provoke_field(&stage, &key, code).await;
        let problem =
            if answer.status == 200 { answer.json()["rows"][0]["problem"].take() } else { answer.any_problem() };
        assert_eq!(problem["errors"][0]["code"], code.name(), "{problem}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_is_malformed() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let nested = "[".repeat(60_000);
    let bodies: [&[u8]; 14] = [
        b"",
        b" \n",
        b"{",
        b"}",
        b"{\"person\":}",
        b"{\"person\":\"Bo\",}",
        b"{'person':'Bo'}",
        b"{} {}",
        b"person=Bo",
        b"{\"person\":\"B\x01o\"}",
        b"{\"person\":\"\\ud800\"}",
        b"{\"person\":\"\xff\xfe\"}",
        b"\xef\xbb\xbf{}",
        nested.as_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        if stage.stack.is_deployed() && std::str::from_utf8(body).is_err() {
            continue; // ministack hands on other bytes than it got
        }
        for content_type in [None, Some("application/json"), Some("application/json; charset=utf-8")] {
            let call = stage.stack.operator().call(Method::POST, "/v1/contracts").raw(body.to_vec());
            let call = content_type.into_iter().fold(call, |call, value| call.header("content-type", value));
            let problem = call.await.any_problem();
            // The nesting ends inside an unknown value, which is refused before the missing end is noticed.
            let codes: &[&str] =
                if body.starts_with(b"[[") { &["malformed_json", "invalid_request"] } else { &["malformed_json"] };
            assert!(codes.contains(&problem["code"].as_str().unwrap()), "{shown}: {problem}");
        }
    }
}

#[tokio::test]
async fn invalid_fields_are_named() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let operator = stage.stack.operator();
    let seventeen: Vec<_> = (0..17).map(|number| format!("k{number}")).collect();
    for (body, field, code) in [
        (json!([]), "", "wrong_type"),
        (json!("x"), "", "wrong_type"),
        (with("person", json!(5)), "person", "wrong_type"),
        (with("person", json!("")), "person", "empty"),
        (with("person", json!("x".repeat(101))), "person", "too_long"),
        (with("person", json!("a\u{7}b")), "person", "control_characters"),
        (with("person", json!("\u{200b}")), "person", "empty"),
        (with("person", json!("\u{3164}")), "person", "empty"),
        (with("person", json!("\u{2800}")), "person", "empty"),
        (with("person", json!("Ada \u{202e}nenatriV")), "person", "control_characters"),
        (with("person", json!("Ada\u{2028}Virtanen")), "person", "control_characters"),
        (with("person", Value::Null), "person", "required"),
        (with("Person", json!("Bo")), "Person", "unknown_field"),
        (with("contractId", json!("a b")), "contractId", "id_characters"),
        (with("contractId", json!("x".repeat(65))), "contractId", "too_long"),
        (with("contractId", json!("preview")), "contractId", "id_reserved"),
        (with("keyIds", Value::Null), "keyIds", "required"),
        (with("keyIds", json!([])), "keyIds", "empty"),
        (with("keyIds", json!("K-1")), "keyIds", "wrong_type"),
        (with("keyIds", json!([5])), "keyIds[0]", "wrong_type"),
        (with("keyIds", json!(["K-1", "a b"])), "keyIds[1]", "id_characters"),
        (with("keyIds", json!(["x".repeat(65)])), "keyIds[0]", "too_long"),
        (with("keyIds", json!(seventeen)), "keyIds", "too_many"),
        (with("keyId", json!("K-1")), "keyId", "unknown_field"),
        (with("pin", json!(482_915)), "pin", "wrong_type"),
        (with("pin", json!("123")), "pin", "pin_form"),
        (with("pin", json!("1234567890")), "pin", "pin_form"),
        (with("pin", json!("١٢٣٤")), "pin", "pin_form"),
        (with("start", json!("2026-02-30T00:00:00Z")), "start", "instant_form"),
        (with("start", json!("2026-12-01 00:00")), "start", "instant_form"),
        (with("start", json!("2031-02-07T12:30:60Z")), "start", "instant_form"),
        (with("start", json!("2032-02-07T12:00:00\u{2212}02:00")), "start", "instant_form"),
        (with("start", json!(1_795_521_600)), "start", "wrong_type"),
        (with("end", json!(hours(1))), "end", "end_not_after_start"),
        (json!({ "person": "Bo", "start": hours(-9), "end": hours(0) }), "end", "end_not_ahead"),
        (with("permanent", json!(true)), "permanent", "conflicting_fields"),
        (with("permanent", json!("yes")), "permanent", "wrong_type"),
        (with("freeText", json!("x".repeat(501))), "freeText", "too_long"),
        (with("contacts", json!({})), "contacts", "wrong_type"),
        (with("contacts", json!(vec![json!({ "name": "Bo" }); 11])), "contacts", "too_many"),
        (with_contact("fax", json!("1")), "contacts[0].fax", "unknown_field"),
        (with_contact("email", json!("bo@")), "contacts[0].email", "email_form"),
        (with_contact("email", json!("äinö@example.fi")), "contacts[0].email", "email_form"),
        (with_contact("email", json!("a@1.2.3.4")), "contacts[0].email", "email_form"),
        (with_contact("phoneNumber", json!("0401234567")), "contacts[0].phoneNumber", "phone_number_form"),
        (with_contact("phoneNumber", json!("+358 40 123 4567")), "contacts[0].phoneNumber", "phone_number_form"),
        (with_contact("phoneNumber", json!("+35800401234567")), "contacts[0].phoneNumber", "phone_number_form"),
        (with_contact("sendSms", json!(true)), "contacts[0].phoneNumber", "required"),
        (with_contact("sendEmail", json!(true)), "contacts[0].email", "required"),
        (with_contact("language", json!("tlh")), "contacts[0].language", "language_unknown"),
    ] {
        let shown = body.to_string();
        let problem = stage.book(&key, body).await.problem("invalid_request");
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!(field), &json!(code)),
            "{shown}"
        );
    }
    let twice = r#"{"person":"Bo","person":"Cy","permanent":true}"#;
    let problem = operator.call(Method::POST, "/v1/contracts").raw(twice).await.problem("invalid_request");
    assert_eq!(problem["errors"][0]["code"], "duplicate_field");

    let contract = stage.booked(&key, 1, 2).await;
    for (keys, field, code) in [
        (Value::Null, "keyIds", "required"),
        (json!([]), "keyIds", "empty"),
        (json!(["K-1", "a b"]), "keyIds[1]", "id_characters"),
        (json!(seventeen), "keyIds", "too_many"),
    ] {
        let problem = operator.patch(&contract, json!({ "keyIds": keys })).await.problem("invalid_request");
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{problem}");
    }

    let automat = json!({ "automatId": "å", "name": "A", "lockerCount": 501, "timeZone": "Mars/Olympus" });
    let problem = stage.stack.admin().post("/v1/automats", automat).await.problem("invalid_request");
    let codes: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["id_characters", "out_of_range", "time_zone_unknown"], "all at once");
    for (written, code) in [("8.5", "wrong_type"), ("1e3", "out_of_range"), ("1e300", "out_of_range")] {
        let body = format!(r#"{{"automatId":"{}","name":"A","lockerCount":{written},"timeZone":"UTC"}}"#, fresh("a"));
        let problem = stage.stack.admin().call(Method::POST, "/v1/automats").raw(body).await.problem("invalid_request");
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("lockerCount"), &json!(code)), "{written}");
    }
    let key = json!({ "keyId": fresh("k"), "automatId": stage.automat, "returnCode": "12345", "lockerIndex": -1 });
    let problem = stage.stack.admin().post("/v1/keys", key).await.problem("invalid_request");
    let codes: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["out_of_range", "return_code_form"]);
}

#[tokio::test]
async fn a_body_of_64_kib_is_taken_and_one_byte_more_is_not() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let body = |bytes: usize| {
        let body = for_key(&key, person(1, 2)).to_string();
        let room = " ".repeat(bytes - body.len());
        format!("{{{room}{}", &body[1..])
    };
    let post = |bytes| {
        let call = stage.stack.operator().call(Method::POST, "/v1/contracts");
        call.header("content-type", "application/json").raw(body(bytes))
    };
    for bytes in [65_537, 1_000_000, 6_000_000] {
        _ = post(bytes).await.problem("body_too_large");
    }
    post(65_536).await.is(201);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let admin = stage.stack.admin();
    // Paths outside `/v1/` belong to the pages.
    for path in ["/v1/keys/", "/v1/Keys", "/v1//keys", "/v1/keys/a/b", "/v1/%00"] {
        _ = admin.get(path).await.problem("route_not_found");
    }
    for (method, path, allow) in [
        (Method::PUT, format!("/v1/keys/{key}"), "GET, HEAD, PATCH, DELETE"),
        (Method::POST, format!("/v1/keys/{key}"), "GET, HEAD, PATCH, DELETE"),
        (Method::DELETE, "/v1/keys".to_owned(), "GET, HEAD, POST"),
        (Method::PATCH, "/v1/contracts".to_owned(), "GET, HEAD, POST"),
        (Method::POST, "/v1/availability".to_owned(), "GET, HEAD"),
        (Method::OPTIONS, "/v1/automats".to_owned(), "GET, HEAD, POST"),
    ] {
        let answer = admin.call(method, path).await;
        if answer.is_of_gateway() {
            // ministack answers every OPTIONS itself. API Gateway does so only if there are allowed origins.
            assert!(answer.asked.starts_with("OPTIONS "), "{} {}", answer.asked, answer.text());
            continue;
        }
        _ = answer.problem("method_not_allowed");
        assert_eq!(answer.header("allow"), allow, "{}", answer.asked);
    }
    for (path, code) in [
        ("/v1/keys/%ff/events".to_owned(), "route_not_found"),
        (format!("/v1/keys/{key}/contracts"), "route_not_found"),
        (format!("/v1/keys/{key}/availability"), "route_not_found"),
        ("/v1/keys/%zz".to_owned(), "route_not_found"),
        ("/v1/keys/a%00b".to_owned(), "route_not_found"),
        ("/v1/keys/%23".to_owned(), "route_not_found"),
        (format!("/v1/keys/{}", "k".repeat(65)), "key_not_found"),
        ("/v1/automats/mökki".to_owned(), "automat_not_found"),
        ("/v1/contracts/a%20b".to_owned(), "contract_not_found"),
    ] {
        if stage.stack.is_deployed() && path.contains("%ff") {
            continue; // ministack hands on other bytes than it got
        }
        let answer = admin.get(&path).await;
        _ = answer.problem(code);
    }
}

#[tokio::test]
async fn invalid_queries_and_cursors_are_refused() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    let viewer = stage.stack.viewer();
    let seventeen: Vec<_> = (0..17).map(|number| format!("k{number}")).collect();
    for (query, field, code) in [
        ("limit=0", "limit", "out_of_range"),
        ("limit=101", "limit", "out_of_range"),
        ("limit=-1", "limit", "out_of_range"),
        ("limit=", "limit", "out_of_range"),
        ("limit=1e1", "limit", "out_of_range"),
        ("limit=99999999999999999999", "limit", "out_of_range"),
        ("limit=5&limit=5", "limit", "repeated_parameter"),
        ("colour=red", "colour", "unknown_parameter"),
        ("LIMIT=5", "LIMIT", "unknown_parameter"),
        ("state=running", "state", "unknown_value"),
        ("state=active,", "state", "unknown_value"),
        ("order=up", "order", "unknown_value"),
    ] {
        let problem = viewer.get(format!("{}&{query}", contracts_of(&key))).await.problem("invalid_query");
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!(field), &json!(code)),
            "{query}"
        );
    }
    for (path, field, code) in [
        ("/v1/contracts".to_owned(), "search", "required"),
        ("/v1/contracts?state=ended".to_owned(), "search", "required"),
        ("/v1/contracts?search=a".to_owned(), "search", "too_short"),
        ("/v1/contracts?search=aino&order=desc".to_owned(), "order", "conflicting_fields"),
        (format!("/v1/contracts?from={}", hours(1)), "to", "required"),
        (format!("/v1/contracts?to={}", hours(1)), "from", "required"),
        (format!("/v1/contracts?from={}&to={}", hours(2), hours(2)), "to", "to_not_after_from"),
        (format!("/v1/contracts?from={}&to={}", hours(0), hours(92 * 24 + 1)), "to", "out_of_range"),
        ("/v1/contracts?keyId=".to_owned(), "keyId", "empty"),
        ("/v1/contracts?keyId=a%20b".to_owned(), "keyId", "id_characters"),
        (format!("/v1/contracts?keyId={key}&keyId={key}"), "keyId", "repeated_parameter"),
        (format!("/v1/availability?from={}&to={}", hours(1), hours(2)), "keyId", "required"),
        (format!("/v1/availability?keyId=&from={}&to={}", hours(1), hours(2)), "keyId", "empty"),
        (format!("/v1/availability?keyId={key},a%20b&from={}&to={}", hours(1), hours(2)), "keyId", "id_characters"),
        (
            format!("/v1/availability?keyId={}&from={}&to={}", seventeen.join(","), hours(1), hours(2)),
            "keyId",
            "too_many",
        ),
        (format!("/v1/availability?keyId={key}"), "from", "required"),
        (format!("/v1/availability?keyId={key}&from=now&to={}", hours(1)), "from", "instant_form"),
        (format!("/v1/availability?keyId={key}&from={0}&to={0}", hours(1)), "to", "to_not_after_from"),
        (
            format!("/v1/availability?keyId={key}&from=2026-11-24T14:00:00+02:00&to={}", hours(1)),
            "from",
            "instant_form",
        ),
        ("/v1/keys?search=".to_owned(), "search", "nothing_to_search"),
        ("/v1/keys?search=%20-".to_owned(), "search", "nothing_to_search"),
        ("/v1/keys?automatId=%C3%A5".to_owned(), "automatId", "id_characters"),
        (format!("/v1/keys/{key}?x=1"), "x", "unknown_parameter"),
    ] {
        let problem = viewer.get(&path).await.problem("invalid_query");
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!(field), &json!(code)),
            "{path}"
        );
    }
    _ = stage.key().await;
    let next = viewer.get("/v1/keys?limit=1").await.body(200)["page"]["next"].as_str().unwrap().to_owned();
    for end in 0..next.len() {
        _ = viewer.get(format!("/v1/keys?limit=1&after={}", &next[..end])).await.problem("invalid_cursor");
    }
    viewer.get(format!("/v1/keys?limit=1&after={next}")).await.is(200);
    let long = "A".repeat(4_097);
    for cursor in ["", "A", "AAAA", "!", "%00", "%ff", "null", "-", "____________", long.as_str()] {
        for list in [
            format!("{}&", contracts_of(&key)),
            format!("/v1/keys/{key}/events?"),
            "/v1/keys?".into(),
            "/v1/automats?".into(),
        ] {
            let problem = viewer.get(format!("{list}after={cursor}")).await.any_problem();
            assert!(["invalid_cursor", "invalid_query"].contains(&problem["code"].as_str().unwrap()), "{problem}");
        }
    }
}

#[tokio::test]
async fn invalid_headers_are_refused() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let path = format!("/v1/keys/{key}");
    let admin = stage.stack.admin();
    for value in ["", "3", "\"1\", \"2\"", "\"1", "w/\"1\""] {
        _ = admin.patch(&path, json!({})).header("if-match", value).await.problem("invalid_header");
        _ = admin.delete(&path).header("if-match", value).await.problem("invalid_header");
    }
    let long = fresh("k").repeat(30)[..256].to_owned();
    for value in ["", "a b", long.as_str()] {
        let call = admin.post("/v1/contracts", for_key(&key, person(1, 2))).once(value);
        _ = call.await.problem("invalid_header");
    }
    admin.post("/v1/contracts", for_key(&key, person(1, 2))).once(&long[..255]).await.is(201);
}
