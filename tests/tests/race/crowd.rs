//! The race: clients over HTTP for one key, with bookings, moves and removals at random; then what they saw is held
//! against what can have been right.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use e2e::history::{Act, Outcome, Wish, check};
use e2e::{Answer, Seed, Stack, Stage};

use super::{booking, listed, overlap, racers, range};

const CLIENTS: u64 = 64;
/// What they do in all.
const ACTS: u64 = 256;

/// What all clients share: the key, the contracts that anybody has seen, and the one clock of the race.
struct Race {
    stage: Stage,
    contracts: String,
    began: Instant,
    seen: Mutex<Vec<String>>,
}

impl Race {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap()
    }

    async fn act(&self, contract: Option<String>, wish: Wish) -> Act {
        let operator = self.stage.stack.operator();
        let path = format!("{}/{}", self.contracts, contract.as_deref().unwrap_or_default());
        let began = self.now();
        let answer = match wish {
            Wish::Make(range) => operator.post(&self.contracts, booking(range)).await,
            Wish::Move(range) => operator.patch(&path, booking(range)).await,
            Wish::Remove => operator.delete(&path).await,
            Wish::Repeat => unreachable!("no answer is lost here"),
        };
        let ended = self.now();
        let mut contract = contract.unwrap_or_default();
        let outcome = outcome(&answer);
        if let (Wish::Make(_), Outcome::Done(_)) = (wish, &outcome) {
            answer.json()["contractId"].as_str().unwrap().clone_into(&mut contract);
            self.seen.lock().unwrap().push(contract.clone());
        }
        Act { contract, wish, expected: None, outcome, asked: began, answered: ended }
    }

    /// One client's part: mostly bookings at first, more of the rest once there is something to move and remove.
    async fn run(&self, mut seed: Seed, count: u64) -> Vec<Act> {
        let mut acts = Vec::new();
        for _ in 0..count {
            let known = {
                let contracts = self.seen.lock().unwrap();
                (!contracts.is_empty()).then(|| seed.one_of(&contracts).clone())
            };
            let act = match (known, seed.below(10)) {
                (Some(contract), 5..8) => self.act(Some(contract), Wish::Move(range(&mut seed))).await,
                (Some(contract), 8..10) => self.act(Some(contract), Wish::Remove).await,
                _ => self.act(None, Wish::Make(range(&mut seed))).await,
            };
            acts.push(act);
        }
        acts
    }
}

fn outcome(answer: &Answer) -> Outcome {
    match answer.status {
        200 | 201 => Outcome::Done(answer.json()["version"].as_u64().unwrap()),
        204 => Outcome::Done(0),
        404 => {
            _ = answer.problem("contract_not_found");
            Outcome::NotFound
        }
        503 => {
            _ = answer.problem("busy");
            Outcome::Busy
        }
        _ => overlap(&answer.problem("contract_overlap")),
    }
}

#[tokio::test]
async fn many_clients_race_for_one_key_and_never_have_it_at_once() {
    let seed = Seed::from_env(64);
    println!("SEED={}", seed.number());
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let contracts = format!("/v1/keys/{key}/contracts");
    _ = stage.stack.token(api::Role::Operator).await;
    let race = Arc::new(Race { stage, contracts, began: Instant::now(), seen: Mutex::default() });
    let count = racers(CLIENTS);
    let clients: Vec<_> = (0..count)
        .map(|client| {
            let (race, seed) = (race.clone(), seed.of_client(client));
            tokio::spawn(async move { race.run(seed, ACTS / count).await })
        })
        .collect();
    let mut acts = Vec::new();
    for client in clients {
        acts.extend(client.await.unwrap());
    }
    let took = race.began.elapsed();

    let standing = check(&acts).unwrap_or_else(|wrong| panic!("{wrong}"));
    let listed = listed(&race.stage.stack, &race.contracts).await;
    let listed = listed.into_iter().map(|(contract, (_, range))| (contract, range)).collect();
    assert_eq!(standing, listed, "what stands is what was answered");
    let ranges: Vec<_> = standing.values().collect();
    for (at, one) in ranges.iter().enumerate() {
        assert!(ranges[at + 1..].iter().all(|other| !one.overlaps(**other)), "{one:?} overlaps another that stands");
    }
    let count = |wanted: fn(&Act) -> bool| acts.iter().filter(|act| wanted(act)).count();
    let done = |act: &Act| matches!(act.outcome, Outcome::Done(_));
    let made = count(|act| matches!((act.wish, &act.outcome), (Wish::Make(_), Outcome::Done(_))));
    let moved = count(|act| matches!((act.wish, &act.outcome), (Wish::Move(_), Outcome::Done(_))));
    let removed = count(|act| matches!((act.wish, &act.outcome), (Wish::Remove, Outcome::Done(_))));
    let overlaps = count(|act| matches!(act.outcome, Outcome::Overlap(..)));
    let busy = count(|act| act.outcome == Outcome::Busy);
    println!(
        "{} acts in {took:?}: {made} made, {moved} moved, {removed} removed, {overlaps} overlaps, {busy} busy",
        acts.len()
    );
    assert_eq!(acts.iter().filter(|act| done(act)).count(), made + moved + removed);
    // how many are sent away as busy depends on the machine, not on what is right
    assert!(made > 10 && moved > 0 && removed > 0 && overlaps > 10, "the race was no race");
}
