//! A whole rotation, step by step as in the runbook: at each step, every function and device that may exist then does
//! everything.

use domain::{CodeKind, ContractChange, ContractRefusal, Name, Purpose};
use store::{Error, Expected};
use testkit::{metadata, pin};

use super::scene::{NEW, OLD, RETURN_CODE, Scene, book, id, now, two};

/// What may exist at a step: functions by their secrets, and devices by their keys.
struct Step {
    name: &'static str,
    functions: Vec<Vec<u8>>,
    devices: Vec<Vec<[u8; 32]>>,
}

impl Step {
    fn new(name: &'static str, functions: &[&[u8]], devices: &[&[[u8; 32]]]) -> Self {
        let functions = functions.iter().map(|master| master.to_vec()).collect();
        Self { name, functions, devices: devices.iter().map(|keys| keys.to_vec()).collect() }
    }
}

fn six_digits(n: usize) -> String {
    // Far from what people try first.
    format!("{}", 482_920 + n * 37)
}

#[tokio::test]
async fn at_every_step_every_code_works_and_nobody_gets_the_pin_of_another() {
    let scene = Scene::new().await;
    let (before, after) = (two(OLD, NEW), two(NEW, OLD));
    let mut contracts = vec![("first".to_owned(), "482915".to_owned())];
    let steps = [
        Step::new("as it was", &[&OLD], &[&[OLD]]),
        Step::new("functions learn of another", &[&OLD, &before], &[&[OLD]]),
        Step::new("devices get a second key", &[&before], &[&[OLD], &[OLD, NEW]]),
        Step::new("the other becomes the current one", &[&before, &after], &[&[OLD, NEW], &[NEW, OLD]]),
        Step::new("all functions go by the new one", &[&after], &[&[OLD, NEW], &[NEW, OLD]]),
    ];
    for step in &steps {
        play(&scene, step, &mut contracts).await;
    }
    rotate_in_halves(&scene, &after, &mut contracts).await;
    let steps = [
        Step::new("nothing is left under the old one", &[&after], &[&[OLD, NEW], &[NEW, OLD], &[NEW]]),
        Step::new("the old one is dropped", &[&after, &NEW], &[&[NEW, OLD], &[NEW]]),
        Step::new("as it was", &[&NEW], &[&[NEW]]),
    ];
    for step in &steps {
        play(&scene, step, &mut contracts).await;
    }
    assert!(scene.left(&NEW).await.is_complete());
    let old = scene.function(&OLD);
    assert!(old.contract(&id("first")).await.is_err(), "the old secret opens nothing");
}

/// The job is interrupted again and again, while everything else goes on.
async fn rotate_in_halves(scene: &Scene, after: &[u8], contracts: &mut Vec<(String, String)>) {
    let (store, wire) = scene.wired(after);
    assert!(scene.left(after).await.moved > 0);
    for requests in [4, 11] {
        wire.cut_after(requests);
        // Either the scan ends there, or what it could not reach is counted.
        let _ = store.rotate_codes(now()).await;
        assert!(wire.was_cut());
        wire.repair();
        let step = Step::new("half of it is under the new one", &[after], &[&[OLD, NEW], &[NEW, OLD]]);
        play(scene, &step, contracts).await;
    }
    let renewed = store.rotate_codes(now()).await.unwrap();
    assert!(renewed.moved > 0 && renewed.taken + renewed.busy + renewed.unreadable == 0, "{renewed:?}");
    assert!(scene.left(after).await.is_complete());
    assert!(store.rotate_codes(now()).await.unwrap().is_complete(), "again there is nothing to do");
}

/// Everything that can be done with codes, by each function for each device.
async fn play(scene: &Scene, step: &Step, contracts: &mut Vec<(String, String)>) {
    let what = step.name;
    let booked = contracts.iter().filter_map(|(name, _)| name.strip_prefix('c')?.parse::<usize>().ok()).max();
    let next = booked.map_or(1, |highest| highest + 1);
    let functions: Vec<_> = step.functions.iter().map(|master| scene.function(master)).collect();
    for (next, function) in (next..).zip(&functions) {
        let (name, digits) = (format!("c{next}"), six_digits(next));
        book(function, &name, &digits).await.unwrap();
        contracts.push((name.clone(), digits.clone()));
        for other in &functions {
            for (_, taken) in [&contracts[0], &contracts[contracts.len() - 1]] {
                let again = book(other, "another", taken).await;
                let refused = matches!(again, Err(Error::Contract(ContractRefusal::PinInUse)));
                assert!(refused, "{what}: {taken} has two holders");
            }
        }
        for device in &step.devices {
            for (name, digits) in contracts.iter() {
                scene.fetch_and_return(function, device, digits, what).await;
                assert_eq!(function.reveal_pin(&id(name), &metadata()).await.unwrap(), pin(digits), "{what}");
            }
            let returned = scene.answer(function, device, CodeKind::ReturnCode, RETURN_CODE, false).await;
            assert_eq!(returned, Some(Purpose::Return), "{what}: the return code");
        }
        change(scene, function, step, contracts).await;
    }
    assert_eq!(scene.names().await, (contracts.len(), 1), "{what}: each code has one name");
}

/// Edits the person of one contract, replaces the PIN of another, and removes a third.
async fn change(scene: &Scene, function: &store::Store, step: &Step, contracts: &mut Vec<(String, String)>) {
    let person = ContractChange { person: Some(Name::parse("Eino").unwrap()), ..ContractChange::default() };
    function.edit_contract(&id("first"), person.clone(), false, Expected::Any, &metadata()).await.unwrap();
    let back = ContractChange { person: Some(Name::parse("Aino").unwrap()), ..person };
    function.edit_contract(&id("first"), back, false, Expected::Any, &metadata()).await.unwrap();

    let (name, former) = contracts[contracts.len() / 2].clone();
    let renewed = function.replace_pin(&id(&name), &metadata()).await.unwrap().into_inner().pin;
    let position = contracts.iter().position(|(contract, _)| *contract == name).unwrap();
    renewed.reveal().clone_into(&mut contracts[position].1);
    for device in &step.devices {
        assert!(scene.is_refused(function, device, &former).await, "{}: a PIN that was replaced", step.name);
        scene.fetch_and_return(function, device, renewed.reveal(), step.name).await;
    }
    if contracts.len() > 3 {
        let (name, digits) = contracts.remove(2);
        function.remove_contract(&id(&name), false, Expected::Any, &metadata()).await.unwrap();
        for device in &step.devices {
            assert!(scene.is_refused(function, device, &digits).await, "{}: a PIN that was given up", step.name);
            scene.fetch_and_return(function, device, &contracts[0].1, step.name).await;
        }
    }
}
