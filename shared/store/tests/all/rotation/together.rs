//! The job beside everything else: each request of one between any two requests of the other.

use domain::{CodeKind, ContractChange, ContractDraft, Ending, KeyChange, KeyState, Name, Purpose, ReturnCode};
use store::{Error, Expected, Store};
use testkit::{at, contract, metadata, pin};
use tokio::task::JoinHandle;

use super::scene::{NEW, OLD, Scene, a, id, lobby, now, two};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Doing {
    Book,
    Rename,
    Prolong,
    NewPin,
    Remove,
    RemoveKey,
    NewReturnCode,
    Fetch,
    Return,
    Renew,
}

const ALL: [Doing; 10] = [
    Doing::Book,
    Doing::Rename,
    Doing::Prolong,
    Doing::NewPin,
    Doing::Remove,
    Doing::RemoveKey,
    Doing::NewReturnCode,
    Doing::Fetch,
    Doing::Return,
    Doing::Renew,
];

async fn perform(store: Store, doing: Doing) -> Result<(), Error> {
    let edit =
        async |change| store.edit_contract(&id("first"), change, false, Expected::Any, &metadata()).await.map(|_| ());
    match doing {
        Doing::Book => {
            let draft = ContractDraft { id: Some(id("second")), pin: Some(pin("573826")), ..contract(&a(), 0, 9_000) };
            store.create_contract(draft, &metadata()).await.map(|_| ())
        }
        Doing::Rename => {
            edit(ContractChange { person: Some(Name::parse("Eino").unwrap()), ..ContractChange::default() }).await
        }
        Doing::Prolong => {
            edit(ContractChange { ending: Some(Ending::At(at(8_000))), ..ContractChange::default() }).await
        }
        Doing::NewPin => edit(ContractChange { pin: Some(pin("573826")), ..ContractChange::default() }).await,
        Doing::Remove => store.remove_contract(&id("first"), true, Expected::Any, &metadata()).await,
        Doing::RemoveKey => store.remove_key(&a(), true, Expected::Any, &metadata()).await.map(|_| ()),
        Doing::NewReturnCode => {
            let code = Some(Some(ReturnCode::parse("5822").unwrap()));
            let change = KeyChange { return_code: code, ..KeyChange::default() };
            store.edit_key(&a(), change, Expected::Any, &metadata()).await.map(|_| ())
        }
        Doing::Fetch => report(&store, 1_000, false, Some("fetching")).await,
        Doing::Return => report(&store, 1_000, true, None).await,
        Doing::Renew => store.rotate_codes(now()).await.map(|_| ()),
    }
}

async fn report(store: &Store, n: u64, inside: bool, by: Option<&str>) -> Result<(), Error> {
    store.record_locker_reports(&lobby(), testkit::locker_reports(n, &[(0, inside, by)]), now()).await
}

/// `first` ends at 9000, the entry `fetching` has been accepted, and before a return the key is out with it.
async fn set(doing: Doing) -> Scene {
    let scene = Scene::new().await;
    let ending = ContractChange { ending: Some(Ending::At(at(9_000))), ..ContractChange::default() };
    scene.table.store.edit_contract(&id("first"), ending, false, Expected::Any, &metadata()).await.unwrap();
    let typed = store::KeypadEntry { id: "fetching".to_owned(), ..scene.typed(&[OLD], CodeKind::Pin, "482915", true) };
    scene.table.store.keypad_entry(&lobby(), typed, now()).await.unwrap();
    if doing == Doing::Return {
        report(&scene.table.store, 900, false, Some("fetching")).await.unwrap();
    }
    scene
}

/// One starts; after this many of its requests the other runs completely; then the first finishes. Returns whether
/// the first made that many requests.
async fn interrupt(scene: &Scene, one: (&[u8], Doing), other: (&[u8], Doing), requests: usize) -> bool {
    let (store, wire) = scene.wired(one.0);
    let steps = wire.step_by_step();
    let mut task: JoinHandle<_> = tokio::spawn(perform(store, one.1));
    let mut passed = 0;
    let mut outcome = None;
    while outcome.is_none() && passed < requests {
        tokio::select! {
            () = steps.step() => passed += 1,
            ended = &mut task => outcome = Some(ended.unwrap()),
        }
    }
    let had_so_many = outcome.is_none();
    perform(scene.function(other.0), other.1).await.unwrap();
    while outcome.is_none() {
        tokio::select! {
            () = steps.step() => {}
            ended = &mut task => outcome = Some(ended.unwrap()),
        }
    }
    outcome.unwrap().unwrap();
    had_so_many
}

/// Everything is under the new secret or left to rotate, and after that all codes work.
async fn check(scene: &Scene, doing: Doing, what: &str) {
    let after = two(NEW, OLD);
    let function = scene.function(&after);
    function.rotate_codes(now()).await.unwrap();
    assert!(scene.left(&after).await.is_complete(), "{what}");
    let new = scene.function(&NEW);
    let alive = new.key(&a()).await.is_ok_and(|key| key.state == KeyState::Active);
    assert_eq!(alive, doing != Doing::RemoveKey, "{what}");
    let expected = match doing {
        Doing::RemoveKey => (0, 0),
        Doing::Remove => (0, 1),
        Doing::Book => (2, 1),
        _ => (1, 1),
    };
    assert_eq!(scene.names().await, expected, "{what}: no name is left behind");
    let live = match doing {
        Doing::RemoveKey | Doing::Remove => &[][..],
        Doing::NewPin => &["573826"],
        Doing::Book => &["482915", "573826"],
        _ => &["482915"],
    };
    if matches!(doing, Doing::Fetch | Doing::Return) {
        // The PIN's item says whether the key is out: such a PIN is not free when its contract has ended.
        let draft = ContractDraft { id: Some(id("later")), pin: Some(pin("482915")), ..contract(&a(), 20_000, 30_000) };
        let booked = new.create_contract(draft, &store::RequestMetadata { now: at(10_000), ..metadata() }).await;
        assert_eq!(booked.is_ok(), doing == Doing::Return, "{what}: {booked:?}");
    }
    if doing == Doing::Return {
        return;
    }
    if doing == Doing::Fetch {
        let back = scene.answer(&new, &[NEW], CodeKind::Pin, "482915", false).await;
        assert_eq!(back, Some(Purpose::Return), "{what}: the key is out with it");
        report(&new, 2_000, true, None).await.unwrap();
    }
    for digits in live {
        let answer = scene.answer(&new, &[NEW], CodeKind::Pin, digits, true).await;
        assert_eq!(answer, Some(Purpose::Fetch), "{what}: {digits}");
    }
    let code = if doing == Doing::NewReturnCode { "5822" } else { "4711" };
    let answer = scene.answer(&new, &[NEW], CodeKind::ReturnCode, code, false).await;
    assert_eq!(answer.is_some(), alive, "{what}: the return code");
}

#[tokio::test]
async fn an_operation_runs_between_any_requests_of_the_job() {
    for doing in ALL {
        for requests in 0.. {
            let scene = set(doing).await;
            let had = interrupt(&scene, (&two(NEW, OLD), Doing::Renew), (&two(NEW, OLD), doing), requests).await;
            check(&scene, doing, &format!("{doing:?} after {requests} requests of the job")).await;
            if !had {
                break;
            }
        }
    }
}

#[tokio::test]
async fn the_job_runs_between_any_requests_of_an_operation() {
    for doing in ALL {
        for requests in 0.. {
            let scene = set(doing).await;
            let had = interrupt(&scene, (&two(NEW, OLD), doing), (&two(NEW, OLD), Doing::Renew), requests).await;
            check(&scene, doing, &format!("the job after {requests} requests of {doing:?}")).await;
            if !had {
                break;
            }
        }
    }
}

/// A function that still writes under the old name while the job runs: nothing breaks, and another run is needed.
#[tokio::test]
async fn a_function_with_only_the_old_secret_leaves_more_to_rotate() {
    for doing in [Doing::Book, Doing::Prolong, Doing::NewPin, Doing::NewReturnCode] {
        for requests in (0..).step_by(2) {
            let scene = set(doing).await;
            let had = interrupt(&scene, (&two(NEW, OLD), Doing::Renew), (&two(OLD, NEW), doing), requests).await;
            check(&scene, doing, &format!("an old {doing:?} after {requests} requests of the job")).await;
            if !had {
                break;
            }
        }
    }
}

/// The cleanup after a removed key uses the names that it has read, so none may change after that.
#[tokio::test]
async fn nothing_moves_on_a_key_that_is_being_removed() {
    let scene = Scene::new().await;
    let none = KeyChange { return_code: Some(None), ..KeyChange::default() };
    scene.table.store.edit_key(&a(), none, Expected::Any, &metadata()).await.unwrap();
    let (job, wire) = scene.wired(&two(NEW, OLD));
    let mut held = wire.hold("TransactWriteItems");
    let renewing = tokio::spawn(perform(job, Doing::Renew));
    held.arrived().await;
    let (store, wire) = scene.wired(&two(NEW, OLD));
    let steps = wire.step_by_step();
    let mut removing = tokio::spawn(perform(store, Doing::RemoveKey));
    for _ in ["the key is read", "it is marked", "what is on it is found"] {
        steps.step().await;
    }
    held.release();
    renewing.await.unwrap().unwrap();
    loop {
        tokio::select! {
            () = steps.step() => {}
            removed = &mut removing => break removed.unwrap().unwrap(),
        }
    }
    assert_eq!(scene.names().await, (0, 0));
}
