//! A code has one holder, under whichever name it is stored.

use domain::{ContractChange, ContractDraft, ContractRefusal, Ending, KeyChange, KeyDraft, KeyId, ReturnCode, Sharing};
use store::{Error, Expected, Store};
use testkit::{Steps, TABLE, at, contract, key, metadata, pin, pin_holder};

use super::scene::{NEW, OLD, Scene, a, book, draft, id, lobby, now, two, with_return_code};

const WANTED: &str = "573826";

/// The ways to get a code.
#[derive(Debug, Clone, Copy)]
enum Way {
    Create,
    NewPin,
    CreateKey,
    EditKey,
}

/// Tries to get the contested code, on a key of its own.
async fn take(store: Store, way: Way, who: String) -> Result<(), Error> {
    let key = KeyId::parse(&who).unwrap();
    match way {
        Way::Create => {
            let wanted = ContractDraft { keys: key.into(), ..draft(&format!("wanted-{who}"), WANTED) };
            store.create_contract(wanted, &metadata()).await.map(|_| ())
        }
        Way::NewPin => {
            let change = ContractChange { pin: Some(pin(WANTED)), ..ContractChange::default() };
            store
                .edit_contract(&id(&format!("existing-{who}")), change, false, Expected::Any, &metadata())
                .await
                .map(|_| ())
        }
        Way::CreateKey => {
            store.create_key(with_return_code(&format!("{who}-code"), "5822"), &metadata()).await.map(|_| ())
        }
        Way::EditKey => {
            let code = Some(Some(ReturnCode::parse("5822").unwrap()));
            let change = KeyChange { return_code: code, ..KeyChange::default() };
            store.edit_key(&key, change, Expected::Any, &metadata()).await.map(|_| ())
        }
    }
}

/// Lets this many requests pass, or all.
async fn let_pass<T>(steps: &Steps, requests: usize, task: &mut tokio::task::JoinHandle<T>) -> Option<T> {
    for _ in 0..requests {
        tokio::select! {
            () = steps.step() => {}
            outcome = &mut *task => return Some(outcome.unwrap()),
        }
    }
    None
}

#[tokio::test]
async fn of_two_functions_with_opposite_secrets_one_gets_the_code_in_every_order() {
    for (first, second) in [
        (Way::Create, Way::Create),
        (Way::Create, Way::NewPin),
        (Way::NewPin, Way::NewPin),
        (Way::CreateKey, Way::EditKey),
    ] {
        for requests in 0..6 {
            let scene = Scene::new().await;
            for who in ["one", "two"] {
                let shared = KeyDraft { sharing: Sharing::Shared, ..key(who) };
                scene.table.store.create_key(shared, &metadata()).await.unwrap();
                let on_it = contract(&KeyId::parse(who).unwrap(), 5_000, 6_000);
                let existing = ContractDraft { id: Some(id(&format!("existing-{who}"))), ..on_it };
                scene.table.store.create_contract(existing, &metadata()).await.unwrap();
            }
            let (store, wire) = scene.wired(&two(OLD, NEW));
            let steps = wire.step_by_step();
            let mut task = tokio::spawn(take(store, first, "one".to_owned()));
            let early = let_pass(&steps, requests, &mut task).await;
            let second_got_it = take(scene.function(&two(NEW, OLD)), second, "two".to_owned()).await;
            let first_got_it = match early {
                Some(outcome) => outcome,
                None => let_pass(&steps, usize::MAX, &mut task).await.unwrap(),
            };
            let got = [&first_got_it, &second_got_it].into_iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!(got, 1, "{first:?}, {second:?} after {requests}: {first_got_it:?} {second_got_it:?}");
            let lost = if first_got_it.is_err() { first_got_it } else { second_got_it };
            let as_taken = matches!(lost, Err(Error::Contract(ContractRefusal::PinInUse) | Error::ReturnCodeInUse));
            assert!(as_taken, "{first:?}, {second:?} after {requests}: {lost:?}");
        }
    }
}

#[tokio::test]
async fn an_ended_pin_under_the_other_name_is_free_and_deleted() {
    let scene = Scene::new().await;
    let ended = ContractDraft { id: Some(id("ended")), pin: Some(pin(WANTED)), ..contract(&a(), 0, 60) };
    scene.table.store.create_contract(ended, &metadata()).await.unwrap();
    let later = store::RequestMetadata { now: now(), ..metadata() };
    let function = scene.function(&two(NEW, OLD));
    assert!(matches!(
        function.create_contract(draft("wanted", WANTED), &metadata()).await,
        Err(Error::Contract(ContractRefusal::PinInUse))
    ));
    function.create_contract(draft("wanted", WANTED), &later).await.unwrap();
    assert_eq!(scene.names().await.0, 2, "of `first` and of `wanted`");
    scene.fetch_and_return(&function, &[OLD, NEW], WANTED, "the next holder").await;
    // The ended contract can be extended, but not with the PIN that another contract has by now.
    let longer = |pin| ContractChange { ending: Some(Ending::At(at(9_000))), pin, ..ContractChange::default() };
    for master in [two(NEW, OLD), two(OLD, NEW)] {
        let refused =
            scene.function(&master).edit_contract(&id("ended"), longer(None), false, Expected::Any, &later).await;
        assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))), "{refused:?}");
    }
    let change = longer(Some(pin("664738")));
    function.edit_contract(&id("ended"), change, false, Expected::Any, &later).await.unwrap();
    scene.fetch_and_return(&function, &[OLD, NEW], WANTED, "the next holder still").await;
}

#[tokio::test]
async fn an_edit_renames_a_pin_only_if_it_writes_it() {
    let scene = Scene::new().await;
    let function = scene.function(&two(NEW, OLD));
    let only_old =
        async |digits: &str| scene.answer(&function, &[OLD], domain::CodeKind::Pin, digits, true).await.is_some();
    let person = ContractChange { person: Some(domain::Name::parse("Eino").unwrap()), ..ContractChange::default() };
    function.edit_contract(&id("first"), person, false, Expected::Any, &metadata()).await.unwrap();
    assert!(only_old("482915").await, "it stands where it stood");
    let shorter = ContractChange { ending: Some(Ending::At(at(9_000))), ..ContractChange::default() };
    function.edit_contract(&id("first"), shorter, false, Expected::Any, &metadata()).await.unwrap();
    assert!(!only_old("482915").await, "it stands under its new name");
    scene.fetch_and_return(&function, &[NEW], "482915", "moved").await;
    assert_eq!(scene.names().await.0, 1);
}

#[tokio::test]
async fn a_return_code_is_given_up_under_whichever_name_it_has() {
    for master in [two(NEW, OLD), two(OLD, NEW)] {
        let scene = Scene::new().await;
        let function = scene.function(&master);
        let another = KeyChange { return_code: Some(Some(ReturnCode::parse("5822").unwrap())), ..KeyChange::default() };
        function.edit_key(&a(), another, Expected::Any, &metadata()).await.unwrap();
        assert_eq!(scene.names().await.1, 1);
        function
            .edit_key(&a(), KeyChange { return_code: Some(None), ..KeyChange::default() }, Expected::Any, &metadata())
            .await
            .unwrap();
        assert_eq!(scene.names().await.1, 0);
    }
    let scene = Scene::new().await;
    scene.function(&two(NEW, OLD)).remove_key(&a(), true, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(scene.names().await, (0, 0));
}

#[tokio::test]
async fn a_preview_and_a_holder_lookup_use_both_names() {
    let scene = Scene::new().await;
    for master in [two(NEW, OLD), two(OLD, NEW)] {
        let function = scene.function(&master);
        let refused = function.preview_contract(draft("wanted", "482915"), now()).await;
        assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))));
        let (_, holder) = pin_holder(&scene.table.client, TABLE, &function, &lobby(), &pin("482915")).await.unwrap();
        assert_eq!(holder, id("first"));
    }
}

#[tokio::test]
async fn with_one_secret_a_booking_costs_nothing_more() {
    let scene = Scene::new().await;
    let (store, wire) = scene.wired(&OLD);
    let _ = wire.tally();
    book(&store, "second", "664737").await.unwrap();
    let one = wire.tally();
    let (store, wire) = scene.wired(&two(OLD, NEW));
    let _ = wire.tally();
    book(&store, "third", "664738").await.unwrap();
    let two = wire.tally();
    assert_eq!((one.round_trips, two.round_trips), (3, 3));
    assert!(one.write_units < two.write_units, "one write more: {} and {}", one.write_units, two.write_units);
}
