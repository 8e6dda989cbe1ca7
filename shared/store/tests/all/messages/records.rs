//! The meaning of a record of the stream.

use serde_json::json;
use store::{Error, Record};
use testkit::at;

use super::stage::{HOUR, Stage, bk1, draft, named, sent};

#[tokio::test]
async fn only_contracts_new_events_and_resends_matter() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    stage.edit(named("Eino"), 1).await;
    stage.remove(2).await;
    let mut meanings = Vec::new();
    for record in stage.news(at(3)).await {
        let kind = &record["dynamodb"]["Keys"]["SK"]["S"];
        let kind = kind.as_str().unwrap().split('#').next().unwrap().to_owned();
        meanings.push(match stage.store().read_record(&record).unwrap() {
            Record::Contract(record) => {
                assert_eq!((kind.as_str(), record.at), ("CONTRACT", at(3)));
                "contract"
            }
            Record::Event(record) => {
                assert_eq!((kind.as_str(), record.at), ("EVENT", at(3)));
                "event"
            }
            Record::Resend(_) => "resend",
            Record::Other => {
                assert!(!["CONTRACT", "EVENT"].contains(&kind.as_str()), "{kind}");
                "other"
            }
        });
    }
    let count = |meaning| meanings.iter().filter(|it| **it == meaning).count();
    assert_eq!((count("contract"), count("event"), count("resend")), (3, 5, 0));
}

#[tokio::test]
async fn of_the_records_of_a_message_only_a_resend_matters() {
    let stage = Stage::booked().await;
    stage.news(at(1)).await;
    let id = stage.message().await.id;
    stage.store().resend(&bk1(), &id, at(2)).await.unwrap();
    let news = stage.news(at(2)).await;
    assert_eq!(news.len(), 1);
    let Record::Resend(message) = stage.store().read_record(&news[0]).unwrap() else { panic!("it is asked for") };
    let claim = stage.store().claim(&message, at(2)).await.unwrap().unwrap();
    stage.store().settle(claim, sent("q"), at(3)).await.unwrap();
    for record in stage.news(at(3)).await {
        assert!(matches!(stage.store().read_record(&record).unwrap(), Record::Other));
    }
}

#[tokio::test]
async fn the_time_of_a_record_may_have_a_fraction() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    let mut record = stage.contract_news(at(0)).await.remove(0);
    record["dynamodb"]["ApproximateCreationDateTime"] = json!(1_795_521_600.25);
    let Record::Contract(read) = stage.store().read_record(&record).unwrap() else { panic!("it is of a contract") };
    assert_eq!(read.at, at(0).plus_millis(250));
}

#[tokio::test]
async fn a_malformed_record_is_refused_without_its_content_in_the_error() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    let good = stage.contract_news(at(0)).await.remove(0);
    let broken = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut record = good.clone();
        change(&mut record);
        record
    };
    let records = [
        json!({}),
        json!("secret-1"),
        broken(&|it| it["eventName"] = json!("SECRET-1")),
        broken(&|it| it["eventName"] = json!("REMOVE")),
        broken(&|it| it["dynamodb"]["Keys"] = json!("secret-1")),
        broken(&|it| it["dynamodb"]["NewImage"] = json!({ "person": "secret-1" })),
        broken(&|it| it["dynamodb"]["NewImage"]["person"] = json!({ "S": "" })),
        broken(&|it| it["dynamodb"]["NewImage"]["rev"] = json!({ "S": "secret-1" })),
        broken(&|it| it["dynamodb"]["NewImage"]["pin"] = json!({ "B": "c2VjcmV0LTE=" })),
        broken(&|it| it["dynamodb"]["ApproximateCreationDateTime"] = json!("secret-1")),
    ];
    for record in records {
        let refused = stage.store().read_record(&record).unwrap_err();
        assert!(matches!(refused, Error::Internal { source: None, .. }), "{refused:?}");
        let shown = format!("{refused:?} {refused}").to_lowercase();
        assert!(!shown.contains("secret-1") && !shown.contains("aino"), "{shown}");
    }
    let good = stage.store().read_record(&good).unwrap();
    assert!(!format!("{good:?}").contains("482915") && !format!("{good:?}").contains("aino@example.fi"));
}
