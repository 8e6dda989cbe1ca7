//! Imports and lists as CSV, with files as Excel saves them.

use e2e::{ApiResponse, Stack, Stage, contracts_of, for_key, fresh, hours, person};
use http::Method;
use serde_json::{Value, json};

const MARK: &str = "\u{feff}";

/// "Unicode Text" of Excel: UTF-16 LE with a byte order mark.
fn unicode_text(text: &str) -> Vec<u8> {
    format!("{MARK}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// "CSV" of Excel in Finland, Sweden and Britain: Windows-1252. The tests have no characters of which that is not Latin-1.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

async fn import(stage: &Stage, query: &str, file: Vec<u8>) -> ApiResponse {
    let import = stage.stack.admin().call(Method::POST, format!("/v1/imports?{query}"));
    import.header("content-type", "application/octet-stream").raw(file).await
}

fn outcomes(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect()
}

async fn csv(stage: &Stage, path: &str) -> ApiResponse {
    let list = stage.stack.operator().get(path).header("accept", "text/csv").await;
    assert_eq!((list.status, list.header("content-type")), (200, "text/csv; charset=utf-8; header=present"));
    list
}

#[tokio::test]
async fn files_of_excel_in_three_countries_book_the_same() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let mut booked = Vec::new();
    for (language, encode, separator, start, truth) in [
        ("fi", windows_1252 as fn(&str) -> Vec<u8>, ";", "1.12.2036 15.00", "TOSI"),
        ("sv", unicode_text, "\t", "2036-12-01 15:00", "SANT"),
        ("en", |text: &str| format!("{MARK}{text}").into_bytes(), ",", "01/12/2036 15:00", "TRUE"),
    ] {
        let (key, contract) = (stage.key().await, fresh("booking"));
        let header = ["contractId", "keyIds", "person", "start", "permanent", "schedule", "freeText"];
        let schedule = "\"Mo-Fr 08:00-17:00; Sa 10:00-12:00\"";
        let cells = [&*contract, &key, "Åke Öberg", start, truth, schedule, "\"Två\r\nrader\""];
        let table = [header, cells].map(|row| row.join(separator) + "\r\n").concat();
        let done = import(&stage, "kind=contracts", encode(&table)).await.body(200);
        assert_eq!(outcomes(&done), ["created"], "{language}: {done}");
        let view = stage.stack.viewer().get(format!("/v1/contracts/{contract}")).await.body(200);
        booked.push(["person", "start", "permanent", "schedule", "freeText"].map(|field| view[field].clone()));
    }
    let schedule = "Mo-Fr 08:00-17:00; Sa 10:00-12:00";
    let wanted = [json!("Åke Öberg"), json!("2036-12-01T13:00:00Z"), json!(true), json!(schedule), json!("Två\nrader")];
    assert_eq!(booked, [wanted.clone(), wanted.clone(), wanted]);
}

#[tokio::test]
async fn an_exported_list_can_be_imported() {
    let stage = Stage::new(&Stack::shared(), 4).await;
    let key = stage.key_with(json!({ "property": "=HYPERLINK(\"x\"), \"5\"", "returnCode": "0471" })).await;
    let other = stage.key_with(json!({ "shared": true, "property": "'Quoted'\u{a0}– ü" })).await;
    let contact = json!({
        "name": "Bo; \"B\"", "email": "bo@example.com", "phoneNumber": "+358401234567", "sendEmail": true, "sendSms": true,
        "language": "sv", "additionalMessages": ["key-returned", "start-reminder"],
    });
    for (number, mut body) in
        [person(1, 2), person(3, 4), json!({ "person": "-Cy", "permanent": true, "start": hours(9) })]
            .into_iter()
            .enumerate()
    {
        body["contractId"] = json!(fresh("booking"));
        body["contacts"] = json!(vec![contact.clone(); number]);
        body["freeText"] = json!("@note\nof two lines");
        body["schedule"] = json!("Mo 08:00-17:00");
        body["keyIds"] = json!([key, other]);
        stage.stack.operator().post("/v1/contracts", for_key(&key, body)).await.is(201);
    }
    let paths = [("contracts", contracts_of(&key)), ("keys", format!("/v1/keys?automatId={}", stage.automat))];
    let mut lists = Vec::new();
    for (kind, path) in paths {
        let before = stage.stack.operator().get(&path).await.data();
        let (mut files, mut link) = (vec![csv(&stage, &path).await.bytes], format!("{path}&limit=1"));
        while !link.is_empty() {
            let page = csv(&stage, &link).await;
            link = page.header("link").trim_start_matches('<').split('>').next().unwrap_or_default().to_owned();
            files.push(page.bytes);
        }
        assert_eq!(files.len(), 1 + before.len(), "one for each page");
        for file in &files {
            let same = import(&stage, &format!("kind={kind}"), file.clone()).await.body(200);
            assert!(outcomes(&same).iter().all(|outcome| *outcome == "unchanged"), "{same}");
        }
        assert_eq!(stage.stack.operator().get(&path).await.data(), before);
        lists.push((kind, path, before, files.remove(0)));
    }
    for (kind, _, items, _) in &lists {
        for item in items {
            let id = if *kind == "keys" { &item["keyId"] } else { &item["contractId"] };
            stage.stack.admin().delete(format!("/v1/{kind}/{}", id.as_str().unwrap())).await;
        }
    }
    for (kind, path, before, file) in lists.into_iter().rev() {
        let created = import(&stage, &format!("kind={kind}"), file).await.body(200);
        assert!(outcomes(&created).iter().all(|outcome| *outcome == "created"), "{created}");
        let now = stage.stack.operator().get(&path).await.data();
        assert_eq!(without_times(now), without_times(before));
    }
}

fn without_times(mut items: Vec<Value>) -> Vec<Value> {
    for item in &mut items {
        item["createdAt"].take();
        item["updatedAt"].take();
    }
    items
}

/// The cells that a spreadsheet would take for formulas.
#[tokio::test]
async fn no_exported_cell_is_a_formula() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key_with(json!({ "property": "=1+1" })).await;
    let mut body = person(1, 2);
    body["person"] = json!("@Ada");
    body["contacts"] = json!([{ "name": "-Bo", "phoneNumber": "+358401234567" }]);
    stage.book(&key, body).await.is(201);
    let keys = csv(&stage, &format!("/v1/keys?automatId={}", stage.automat)).await.text();
    assert_eq!(
        keys,
        format!(
            "{MARK}keyId,automatId,lockerIndex,shared,returnCode,property\r\n{key},{},0,,,'=1+1\r\n",
            stage.automat
        )
    );
    let contracts = csv(&stage, &contracts_of(&key)).await.text();
    assert!(contracts.contains(",'@Ada,") && contracts.contains(",'-Bo,,'+358401234567,"), "{contracts}");
    assert!(!contracts.contains("pin") && !contracts.contains('*'), "{contracts}");
}

#[tokio::test]
async fn removing_a_key_says_how_many_messages_it_sends() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    for (query, messages) in [("", json!({ "email": 1, "sms": 0 })), ("?notify=false", json!({ "email": 0, "sms": 0 }))]
    {
        let key = stage.key().await;
        let mut body = person(1, 2);
        body["contacts"] = json!([{ "name": "Bo", "email": "bo@example.com", "sendEmail": true }]);
        stage.book(&key, body).await.is(201);
        let removed = stage.stack.admin().delete(format!("/v1/keys/{key}{query}")).await.body(200);
        assert_eq!(removed, json!({ "state": "removed", "contracts": 1, "messages": messages }));
    }
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_says_what_happens() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    let row = |id: &str, start, end| {
        let mut row = for_key(&key, person(start, end));
        row["contractId"] = json!(format!("{key}-{id}"));
        row["contacts"] = json!([{ "name": "Bo", "email": "bo@example.com", "sendEmail": true }]);
        row
    };
    let body = json!({ "contracts": [row("1", 1, 2), row("2", 2, 3), row("3", 2, 4)] });
    let import = |query: &str| stage.stack.operator().post(format!("/v1/imports{query}"), body.clone());
    let dry = import("?dryRun=true&notify=true").await.body(200);
    assert_eq!(outcomes(&dry), ["created", "created", "refused"]);
    assert_eq!(dry["messages"], json!({ "email": 2, "sms": 0 }));
    assert!(stage.stack.viewer().get(contracts_of(&key)).await.data().is_empty());
    let done = import("").await.body(200);
    assert_eq!(outcomes(&done), ["created", "created", "refused"]);
    let conflict = &done["rows"][2]["problem"]["conflicts"][0]["contractId"];
    assert_eq!(*conflict, json!(format!("{key}-2")));
    assert_eq!(outcomes(&import("").await.body(200)), ["unchanged", "unchanged", "refused"]);
}

/// Bookings and imports for the same hours at once: every hour has one contract.
#[tokio::test]
async fn an_import_and_bookings_never_overlap() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (key, other) = (stage.key().await, stage.key().await);
    let import = async |name: &str| {
        let row = |hour: i64| {
            let mut row = person(hour, hour + 1);
            row["contractId"] = json!(format!("{key}-{name}-{hour}"));
            row["keyIds"] = json!([if hour % 3 == 0 { &other } else { &key }, key]);
            row
        };
        let body = json!({ "contracts": (1..30).map(row).collect::<Vec<_>>() });
        stage.stack.operator().post("/v1/imports", body).await.body(200)
    };
    let book = async |offset: i64| {
        for hour in 1..30 {
            let body = json!({ "person": "Bo", "start": hours(hour), "end": hours(hour + 1), "keyIds": [key] });
            let answer = stage.stack.operator().post("/v1/contracts", body).await;
            assert!([201, 409].contains(&answer.status), "{offset}: {}", answer.text());
        }
    };
    let (one, two, ..) = tokio::join!(import("a"), import("b"), book(0), book(1));
    for answer in [one, two] {
        for row in answer["rows"].as_array().unwrap().iter().filter(|row| row["outcome"] == "refused") {
            assert_eq!(row["problem"]["code"], "contract_overlap", "{row}");
        }
    }
    let contracts = stage.stack.viewer().get(format!("{}&limit=100", contracts_of(&key))).await.data();
    let starts: Vec<_> = contracts.iter().map(|contract| contract["start"].as_str().unwrap()).collect();
    let wanted: Vec<_> = (1..30).map(hours).collect();
    assert_eq!(starts, wanted, "one contract for each hour");
}

#[tokio::test]
async fn local_times_need_one_zone() {
    let stack = Stack::shared();
    let (here, there) = (Stage::new(&stack, 1).await, Stage::new(&stack, 1).await);
    let zone = json!({ "timeZone": "Europe/London" });
    stack.admin().patch(format!("/v1/automats/{}", there.automat), zone).await.is(200);
    let (one, other) = (here.key().await, there.key().await);
    let table =
        |start: &str| format!("contractId;keyIds;person;start;permanent\n{};{one},{other};Bo;{start};1", fresh("b"));
    let local = import(&here, "kind=contracts", table("1.12.2036 15.00").into_bytes()).await.body(200);
    assert_eq!(local["rows"][0]["problem"]["errors"][0]["code"], "time_zones_differ");
    let instant = import(&here, "kind=contracts", table("2036-12-01T15:00:00+02:00").into_bytes()).await.body(200);
    assert_eq!(outcomes(&instant), ["created"], "{instant}");
}
