//! The fields of the event for a request.

use serde_json::Map;

use super::*;

fn event_of(request: http::Request<&str>) -> Value {
    let (parts, body) = request.into_parts();
    event_with(&parts, body.as_bytes(), None)
}

fn event_with(parts: &Parts, body: &[u8], grant: Option<&Grant>) -> Value {
    let path = decode(parts.uri.path(), Vec::new()).unwrap().0;
    let arrival = IncomingRequest {
        parts,
        body,
        path: &path,
        route_key: "GET /v1/keys/{keyId}",
        path_parameters: &[("keyId".to_owned(), "sauna".to_owned())],
        grant,
        source: [127, 0, 0, 1].into(),
        authority: "127.0.0.1:3000",
        request_id: "JKJaXmPLvHcESHA=",
        now: Instant::from_millis(1_583_348_638_390).unwrap(),
    };
    arrival.event()
}

#[test]
fn has_all_fields_of_api_gateway() {
    let request = http::Request::get("/v1/keys/sauna?a=1&b=x%20y&a=%C3%A4+o").header("user-agent", "curl/8");
    let event = event_of(request.header("accept", "*/*").body("").unwrap());
    assert_eq!(
        event,
        json!({
            "version": "2.0",
            "routeKey": "GET /v1/keys/{keyId}",
            "rawPath": "/v1/keys/sauna",
            "rawQueryString": "a=1&b=x%20y&a=%C3%A4+o",
            "headers": {
                "accept": "*/*",
                "host": "127.0.0.1:3000",
                "user-agent": "curl/8",
                "x-forwarded-for": "127.0.0.1",
                "x-forwarded-port": "3000",
                "x-forwarded-proto": "http",
            },
            "queryStringParameters": { "a": "1,ä o", "b": "x y" },
            "pathParameters": { "keyId": "sauna" },
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": "127.0.0.1:3000",
                "domainPrefix": "local",
                "http": {
                    "method": "GET",
                    "path": "/v1/keys/sauna",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "curl/8",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": "GET /v1/keys/{keyId}",
                "stage": "$default",
                "time": "04/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_583_348_638_390_i64,
            },
            "isBase64Encoded": false,
        })
    );
}

#[test]
fn the_path_is_decoded_and_the_query_is_not() {
    let event = event_of(http::Request::get("/v1/keys/m%C3%B6kki%20a%2Fb?x=%2F").body("").unwrap());
    assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!("/v1/keys/mökki a/b"), &json!("x=%2F")));
    let variables = vec![("keyId".to_owned(), "a%2Fb".to_owned())];
    assert_eq!(decode("/a%2Fb", variables).unwrap().1, [("keyId".to_owned(), "a/b".to_owned())]);
}

#[test]
fn an_ambiguous_path_is_refused() {
    for path in ["/a%3Fb", "/a%23b", "/a%5Cb", "/a%2541", "/100%", "/a%00", "/a%09b", "/a%7F", "/%FF"] {
        assert_eq!(decode(path, Vec::new()), None, "{path}");
    }
}

#[test]
fn repeated_headers_are_joined_and_forwarding_headers_are_replaced() {
    let request = http::Request::get("/").header("X-Tag", "a").header("x-tag", "b,c");
    let request = request.header("host", "evil host").header("x-forwarded-proto", "gopher");
    let event = event_of(request.header("x-forwarded-for", "10.0.0.9").body("").unwrap());
    assert_eq!(event["headers"]["x-tag"], "a,b,c");
    assert_eq!(event["headers"]["host"], "127.0.0.1:3000");
    assert_eq!(event["headers"]["x-forwarded-proto"], "http");
    assert_eq!(event["headers"]["x-forwarded-for"], "10.0.0.9, 127.0.0.1");
}

#[test]
fn only_localhost_is_accepted_beside_the_own_address() {
    for (asked, host) in [
        ("127.0.0.1:3000", "127.0.0.1:3000"),
        ("LOCALHOST:3000", "localhost:3000"),
        ("localhost", "127.0.0.1:3000"),
        ("localhost:3001", "127.0.0.1:3000"),
        ("localhost:3000.evil.example", "127.0.0.1:3000"),
    ] {
        let event = event_of(http::Request::get("/").header("host", asked).body("").unwrap());
        assert_eq!(event["headers"]["host"], host, "{asked}");
    }
}

#[test]
fn cookies_are_moved_out_of_the_headers() {
    let request = http::Request::get("/").header("cookie", "a=1; b=2").header("cookie", "c=3");
    let event = event_of(request.body("").unwrap());
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
    assert_eq!(event["headers"].get("cookie"), None);
}

#[test]
fn a_body_is_text_or_base64_by_its_media_type() {
    let encoded = |content_type: Option<&str>, body: &[u8]| {
        let mut request = http::Request::post("/");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let event = event_with(&request.body(()).unwrap().into_parts().0, body, None);
        (event["body"].as_str().map(str::to_owned), event["isBase64Encoded"].as_bool().unwrap())
    };
    let text = |text: &str| (Some(text.to_owned()), false);
    let base64 = |text: &str| (Some(text.to_owned()), true);
    assert_eq!(encoded(Some("application/json"), b"{}"), text("{}"));
    assert_eq!(encoded(Some("Application/JSON; charset=utf-8"), "\"ä\"".as_bytes()), text("\"ä\""));
    assert_eq!(encoded(Some("text/csv"), b"a"), text("a"));
    assert_eq!(encoded(Some("application/merge-patch+json"), b"{}"), base64("e30="));
    assert_eq!(encoded(Some("application/x-www-form-urlencoded"), b"a=1"), base64("YT0x"));
    assert_eq!(encoded(None, b"{}"), base64("e30="));
    assert_eq!(encoded(Some("application/json"), b"\xff"), base64("/w=="));
    assert_eq!(encoded(Some("image/png"), b""), (None, false));
}

#[test]
fn claims_are_passed_on() {
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), "admin".into());
    let (parts, ()) = http::Request::get("/").body(()).unwrap().into_parts();
    let authorizer = |scopes| {
        let grant = Grant { claims: claims.clone(), scopes };
        event_with(&parts, b"", Some(&grant))["requestContext"]["authorizer"].clone()
    };
    assert_eq!(authorizer(None), json!({ "jwt": { "claims": { "sub": "admin" }, "scopes": null } }));
    assert_eq!(authorizer(Some(vec!["a".to_owned()]))["jwt"]["scopes"], json!(["a"]));
}
