//! Making a contract.

use domain::{Instant, Sharing};
use testkit::{act, contract};

use super::{NEW, contracts, stage, with_key};

const ADA: [(&str, &str); 4] =
    [("person", "Ada"), ("start", "2026-11-25T10:00"), ("end", "2026-11-25T12:00"), ("pin", "482915")];

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[tokio::test]
async fn a_contract_without_contacts_is_made_at_once_by_the_clock_on_the_automats_wall() {
    let stage = stage().await;
    let made = stage.fill(NEW, &[&ADA[..], &[("freeText", "Two\r\nlines")]].concat()).await;
    let [contract] = &contracts(&stage).await[..] else { panic!("{}", made.html) };
    assert_eq!((made.status, made.to), (303, Some(format!("/keys/K-1/contracts/{}?done=created", contract.id))));
    assert_eq!(contract.range.start(), at("2026-11-25T08:00:00Z"));
    assert_eq!(contract.range.end(), Some(at("2026-11-25T10:00:00Z")));
    assert_eq!((contract.pin.reveal(), contract.free_text.as_ref().unwrap().as_str()), ("482915", "Two\nlines"));
}

#[tokio::test]
async fn a_permanent_contract_starts_now_and_has_a_pin_that_is_drawn() {
    let stage = stage().await;
    stage.fill(NEW, &[("person", "Riku"), ("permanent", "on")]).await;
    let [contract] = &contracts(&stage).await[..] else { panic!() };
    assert_eq!((contract.range.start(), contract.range.end()), (at("2026-11-24T12:00:00Z"), None));
    assert_eq!(contract.pin.reveal().len(), 6);
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_contract() {
    let stage = with_key(Sharing::Shared).await;
    let page = stage.get(NEW).await;
    let (one, other) = tokio::join!(stage.send(&page, &ADA[..3]), stage.send(&page, &ADA[..3]));
    let again = stage.send(&page, &ADA[..3]).await;
    assert_eq!([one.status, other.status, again.status], [303; 3], "{}", other.html);
    assert!(one.to == other.to && one.to == again.to);
    assert_eq!(contracts(&stage).await.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let stage = stage().await;
    let fields = [("person", " "), ("start", "2026-11-25T10:00"), ("pin", "12"), ("freeText", "Knock <twice>")];
    let wrong = stage.fill(NEW, &fields).await;
    assert_eq!(wrong.status, 422);
    for part in ["id=\"person-error\"", "id=\"end-error\"", "id=\"pin-error\"", "4 to 9 digits.", "href=\"#person\""] {
        assert!(wrong.has(part), "{part}");
    }
    assert!(wrong.has("Fill in an end, or choose a permanent contract."));
    let told: Vec<_> = ["person", "end", "pin"].map(|id| wrong.html.find(&format!("href=\"#{id}\""))).to_vec();
    assert!(told.is_sorted(), "the summary has the order of the fields: {told:?}");
    assert_eq!(wrong.value("start").unwrap(), "2026-11-25T10:00");
    assert_eq!(wrong.value("freeText").unwrap(), "Knock <twice>");
    let both =
        stage.send(&wrong, &[("person", "Ada"), ("pin", ""), ("end", "2026-11-26T10:00"), ("permanent", "on")]).await;
    assert!(both.has("id=\"permanent-error\"") && contracts(&stage).await.is_empty());
    let past = stage.send(&both, &[("start", ""), ("end", "2026-11-24T13:59"), ("permanent", "-")]).await;
    assert!(past.status == 422 && past.has("id=\"end-error\""), "{}", past.main());
}

#[tokio::test]
async fn a_time_that_does_not_come_is_explained_and_the_next_one_offered() {
    let stage = stage().await;
    let skipped =
        stage.fill(NEW, &[("person", "Ada"), ("start", "2027-03-28T03:30"), ("end", "2027-03-29T10:00")]).await;
    assert!(skipped.status == 422 && skipped.has("Sun 28 Mar 2027, 04:00"), "{}", skipped.main());
    let taken = stage.send(&skipped, &[("step", "next-start")]).await;
    assert_eq!((taken.status, taken.value("start").unwrap().as_str()), (200, "2027-03-28T04:00"));
    stage.send(&taken, &[]).await;
    assert_eq!(contracts(&stage).await[0].range.start(), at("2027-03-28T01:00:00Z"));
}

#[tokio::test]
async fn a_time_that_comes_twice_is_asked_about() {
    let stage = stage().await;
    let asked = stage.fill(NEW, &[("person", "Ada"), ("start", "2027-10-30T10:00"), ("end", "2027-10-31T03:30")]).await;
    assert!(asked.status == 422 && asked.has("The first time, UTC+3") && asked.has("The second time, UTC+2"));
    stage.send(&asked, &[("end.which", "second")]).await;
    assert_eq!(contracts(&stage).await[0].range.end(), Some(at("2027-10-31T01:30:00Z")));
    // The edit knows which of the two it was, and leaves it alone.
    let edit = format!("/keys/K-1/contracts/{}/edit", contracts(&stage).await[0].id);
    let page = stage.get(&edit).await;
    assert_eq!(page.value("end.which").as_deref(), Some("second"));
    assert_eq!(stage.send(&page, &[]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].version, 1);
}

#[tokio::test]
async fn whoever_is_in_the_way_is_named_and_the_next_free_time_is_one_click() {
    let stage = stage().await;
    let key = domain::KeyId::parse("K-1").unwrap();
    // From 15:00 to 16:00 local time.
    let other = stage.store().create_contract(&key, contract(3_600, 7_200), &act()).await.unwrap().into_inner();
    let fields = [("person", "Bo"), ("start", "2026-11-24T15:30"), ("end", "2026-11-24T17:00")];
    let taken = stage.fill(NEW, &fields).await;
    assert_eq!(taken.status, 422);
    assert!(taken.has(&format!("<a href=\"/keys/K-1/contracts/{}\">Aino Virtanen</a>", other.id)), "{}", taken.main());
    assert!(taken.has("Tue 24 Nov 2026, 16:00–17:30"));
    let next = taken.html.split_once("name=\"next\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let moved = stage.send(&taken, &[("step", "next-free"), ("next", next)]).await;
    assert_eq!(
        (moved.value("start").unwrap().as_str(), moved.value("end").unwrap().as_str()),
        ("2026-11-24T16:00", "2026-11-24T17:30")
    );
    assert_eq!(stage.send(&moved, &[]).await.status, 303);
}

#[tokio::test]
async fn a_pin_that_is_taken_is_said_to_be_at_its_field() {
    let stage = with_key(Sharing::Shared).await;
    stage.fill(NEW, &ADA).await;
    let taken = stage.fill(NEW, &[("person", "Bo"), ("permanent", "on"), ("pin", "482915")]).await;
    assert!(taken.status == 422 && taken.has("id=\"pin-error\""), "{}", taken.main());
}

#[tokio::test]
async fn a_form_that_was_changed_after_it_was_saved_can_be_sent_once_more() {
    let stage = with_key(Sharing::Shared).await;
    let page = stage.get(NEW).await;
    stage.send(&page, &ADA[..3]).await;
    let refused = stage.send(&page, &[("person", "Bo"), ("permanent", "on")]).await;
    assert_eq!((refused.status, contracts(&stage).await.len()), (422, 1));
    assert_eq!(stage.send(&refused, &[]).await.status, 303);
}

#[tokio::test]
async fn a_day_of_the_month_view_begins_where_it_has_room() {
    let stage = stage().await;
    assert_eq!(stage.get(&format!("{NEW}?from=2026-11-26")).await.value("start").unwrap(), "2026-11-26T00:00");
    assert_eq!(stage.get(&format!("{NEW}?from=2026-11-24")).await.value("start").unwrap(), "", "now");
    assert_eq!(stage.get("/keys/nobody/contracts/new").await.status, 404);
}
