//! Malformed and hostile requests: whatever is sent, the response is a success or a problem of the 4xx range, and no
//! secret in a request is repeated.

use api::routes::ROUTES;
use e2e::{Seed, Stack, Stage, hours};
use http::Method;
use serde_json::{Value, json};

const PIN: &str = "918273645";
const PHONE: &str = "+358409876543";
const EMAIL: &str = "secret.person@example.com";
const REQUESTS: u32 = 600;

/// Values that have broken software elsewhere, and secrets in the wrong fields.
fn value(seed: &mut Seed, depth: u32) -> Value {
    let texts = [
        PIN,
        PHONE,
        EMAIL,
        "",
        " ",
        "null",
        "-",
        "..",
        "a\u{0}b",
        "\u{202e}",
        "🔑",
        "' OR 1=1 --",
        "${jndi:x}",
        "%s%n",
        "2026-02-30T25:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "0000-00-00T00:00:00Z",
        "1970-01-01T00:00:00Z",
    ];
    match seed.below(if depth > 3 { 8 } else { 11 }) {
        0..4 => json!(seed.one_of(&texts)),
        4 => json!(PIN.parse::<u64>().unwrap()),
        5 => seed.one_of(&[json!(null), json!(true), json!(false)]).clone(),
        6 => seed.one_of(&[json!(-1), json!(1e308), json!(u64::MAX), json!(0.5), json!(i64::MIN)]).clone(),
        7 => json!(hours(i64::try_from(seed.below(100)).unwrap() - 10)),
        8 => json!(seed.one_of(&texts).repeat(usize::try_from(seed.below(400)).unwrap())),
        9 => Value::Array((0..seed.below(13)).map(|_| value(seed, depth + 1)).collect()),
        _ => object(seed, depth + 1),
    }
}

fn object(seed: &mut Seed, depth: u32) -> Value {
    let fields = [
        "contractId",
        "person",
        "start",
        "end",
        "permanent",
        "pin",
        "contacts",
        "freeText",
        "name",
        "email",
        "phoneNumber",
        "sendEmail",
        "sendSms",
        "language",
        "additionalMessages",
        "keyId",
        "automatId",
        "lockerIndex",
        "shared",
        "returnCode",
        "property",
        "lockerCount",
        "timeZone",
        "location",
        "address",
        "__proto__",
        "",
        "PIN",
        "a.b[0]",
    ];
    let count = seed.below(8);
    (0..count)
        .map(|_| ((*seed.one_of(&fields)).to_owned(), value(seed, depth)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A body with secrets: sometimes almost valid, sometimes broken.
fn body(seed: &mut Seed) -> Vec<u8> {
    let mut body = match seed.below(4) {
        0 => {
            let contact =
                json!({ "name": "A", "email": EMAIL, "phoneNumber": PHONE, "sendEmail": true, "sendSms": true });
            let mut body = json!({ "person": "A", "end": hours(50), "pin": PIN, "contacts": [contact] });
            let field = *seed.one_of(&["person", "end", "pin", "contacts", "start", "freeText", "other"]);
            body[field] = value(seed, 1);
            body
        }
        1..3 => object(seed, 0),
        _ => value(seed, 0),
    }
    .to_string()
    .into_bytes();
    for _ in 0..seed.below(3) {
        if seed.once_in(2) && !body.is_empty() {
            let at = usize::try_from(seed.below(body.len() as u64)).unwrap();
            match seed.below(4) {
                0 => body[at] = seed.below(256).to_le_bytes()[0],
                1 => body.truncate(at),
                2 => drop(body.remove(at)),
                _ => body.insert(at, *seed.one_of(b"{}[]\",:\\\xff\x00")),
            }
        }
    }
    body
}

fn path(seed: &mut Seed, template: &str, known: &[(&str, String)]) -> String {
    let odd = [
        "%00",
        "%ff",
        "%2f",
        "%25",
        "%zz",
        "%",
        "%E2%80%AE",
        "..%2f..",
        "a%20b",
        "%23",
        "%3f",
        "-",
        "'",
        "%F0%9F%94%91",
    ];
    let mut path = template.to_owned();
    for (variable, id) in known {
        let value = if seed.once_in(3) { (*seed.one_of(&odd)).to_owned() } else { id.clone() };
        path = path.replace(variable, &value);
    }
    if seed.once_in(12) {
        let tail: &str = seed.one_of::<&str>(&["/", "//", "/x", "%2f", ";a=b"]);
        path.push_str(tail);
    }
    let queries = [
        "limit=%00",
        "limit=1",
        "limit=%31%30%31",
        "after=%ff",
        "after=AAAA",
        "after=",
        "search=%ff",
        "search=%F0%9F%94%91",
        "search=a+b+c",
        "state=%2c",
        "order=desc",
        "from=&to=",
        "force=1",
        "force=true",
        "&&&",
        "=",
        "%",
        "a=b=c",
        "automatId=",
    ];
    if seed.once_in(2) {
        let several: Vec<_> = (0..=seed.below(3)).map(|_| *seed.one_of(&queries)).collect();
        path = format!("{path}?{}", several.join("&"));
    }
    path
}

#[tokio::test]
async fn malformed_requests_get_a_problem_that_repeats_no_secret() {
    let stage = Stage::new(&Stack::shared(), 50).await;
    let mut seed = Seed::from_env(0x5EED);
    let again = format!("SEED={}", seed.number());
    let (mut refused, mut succeeded) = (0, 0);
    let mut known = Vec::new();
    for number in 0..REQUESTS {
        if number % 50 == 0 {
            // An earlier request may have removed them.
            let here = Stage::new(&stage.stack, 50).await;
            let key = here.key().await;
            let contract = here.booked(&key, 60, 61).await.rsplit('/').next().unwrap().to_owned();
            let message = "01KAXHVNM0000000000000000A".to_owned();
            known = vec![
                ("{automatId}", here.automat),
                ("{keyId}", key),
                ("{contractId}", contract),
                ("{messageId}", message),
            ];
        }
        let route = seed.one_of(ROUTES);
        let other = [Method::PUT, Method::OPTIONS, Method::TRACE, Method::from_bytes(b"BREW").unwrap()];
        let method = if seed.once_in(15) { seed.one_of(&other).clone() } else { route.method.clone() };
        let path = path(&mut seed, route.path, &known);
        let client =
            *seed.one_of(&[stage.stack.viewer(), stage.stack.operator(), stage.stack.admin(), stage.stack.admin()]);
        let mut call = client.call(method, &path);
        let headers = [
            ("if-match", "\"99999999999999999999999\""),
            ("if-match", "*"),
            ("idempotency-key", "again"),
            ("idempotency-key", ""),
            ("content-type", "application/json"),
            ("content-type", "application/json; charset=utf-16"),
            ("content-type", ""),
            ("content-type", "multipart/form-data"),
            ("content-encoding", "gzip"),
            ("accept", "text/html"),
            ("x-forwarded-for", "x"),
            ("cookie", "a=b; c"),
            ("x-correlation-id", "../../etc"),
            ("expect", "200-ok"),
        ];
        for _ in 0..seed.below(3) {
            let (name, value) = seed.one_of(&headers);
            call = call.header(name, value);
        }
        let body = body(&mut seed);
        let sent = String::from_utf8_lossy(&body).into_owned();
        let answer = call.raw(body).await;
        if answer.status < 400 {
            succeeded += 1;
            continue;
        }
        refused += 1;
        assert!(answer.status < 500, "{} {}\nsent {sent}\n{again}", answer.asked, answer.text());
        // Paths outside `/v1/` belong to the pages; of the document and the health only the existing methods.
        if path.starts_with("/v1/") {
            _ = answer.any_problem();
        }
        for secret in [PIN, PHONE, EMAIL] {
            assert!(
                !answer.text().contains(secret),
                "{secret}: {} {}\nsent {sent}\n{again}",
                answer.asked,
                answer.text()
            );
        }
    }
    assert!(refused > 300 && succeeded > 20, "{refused} refused, {succeeded} succeeded");
}
