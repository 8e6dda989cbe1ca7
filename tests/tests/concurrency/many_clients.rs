//! Random bookings, moves and removals on one key by many clients.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use e2e::history::{Attempt, CallResult, Operation, check};
use e2e::{ApiResponse, Seed, Stack, Stage};

use super::{booking, clients, listed, overlap, range};

const CLIENTS: u64 = 64;
/// The requests of all clients together.
const ATTEMPTS: u64 = 256;

/// What all clients share.
struct Shared {
    stage: Stage,
    key: String,
    began: Instant,
    seen: Mutex<Vec<String>>,
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap()
    }

    async fn send(&self, contract: Option<String>, operation: Operation) -> Attempt {
        let operator = self.stage.stack.operator();
        let path = format!("/v1/contracts/{}", contract.as_deref().unwrap_or_default());
        let began = self.now();
        let answer = match operation {
            Operation::Create(range) => operator.post("/v1/contracts", booking(&self.key, range)).await,
            Operation::Move(range) => operator.patch(&path, booking(&self.key, range)).await,
            Operation::Remove => operator.delete(&path).await,
            Operation::Repeat => unreachable!("no response is lost here"),
        };
        let ended = self.now();
        let mut contract = contract.unwrap_or_default();
        let result = result(&answer);
        if let (Operation::Create(_), CallResult::Done(_)) = (operation, &result) {
            answer.json()["contractId"].as_str().unwrap().clone_into(&mut contract);
            self.seen.lock().unwrap().push(contract.clone());
        }
        Attempt { contract, operation, expected: None, result, sent_at: began, answered_at: ended }
    }

    /// The requests of one client: only bookings until there are contracts to move and remove.
    async fn run(&self, mut seed: Seed, count: u64) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for _ in 0..count {
            let known = {
                let contracts = self.seen.lock().unwrap();
                (!contracts.is_empty()).then(|| seed.one_of(&contracts).clone())
            };
            let attempt = match (known, seed.below(10)) {
                (Some(contract), 5..8) => self.send(Some(contract), Operation::Move(range(&mut seed))).await,
                (Some(contract), 8..10) => self.send(Some(contract), Operation::Remove).await,
                _ => self.send(None, Operation::Create(range(&mut seed))).await,
            };
            attempts.push(attempt);
        }
        attempts
    }
}

fn result(answer: &ApiResponse) -> CallResult {
    match answer.status {
        200 | 201 => CallResult::Done(answer.json()["version"].as_u64().unwrap()),
        204 => CallResult::Done(0),
        404 => {
            _ = answer.problem("contract_not_found");
            CallResult::NotFound
        }
        503 => {
            _ = answer.problem("busy");
            CallResult::Busy
        }
        _ => overlap(&answer.problem("contract_overlap")),
    }
}

#[tokio::test]
async fn many_clients_never_get_overlapping_bookings() {
    let seed = Seed::from_env(64);
    println!("SEED={}", seed.number());
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    _ = stage.stack.token(api::Role::Operator).await;
    let shared = Arc::new(Shared { stage, key, began: Instant::now(), seen: Mutex::default() });
    let count = clients(CLIENTS);
    let tasks: Vec<_> = (0..count)
        .map(|client| {
            let (shared, seed) = (shared.clone(), seed.of_client(client));
            tokio::spawn(async move { shared.run(seed, ATTEMPTS / count).await })
        })
        .collect();
    let mut attempts = Vec::new();
    for task in tasks {
        attempts.extend(task.await.unwrap());
    }
    let took = shared.began.elapsed();

    let bookings = check(&attempts).unwrap_or_else(|wrong| panic!("{wrong}"));
    let listed = listed(&shared.stage.stack, &shared.key).await;
    let listed = listed.into_iter().map(|(contract, (_, range))| (contract, range)).collect();
    assert_eq!(bookings, listed, "the list has what was answered");
    let ranges: Vec<_> = bookings.values().collect();
    for (at, one) in ranges.iter().enumerate() {
        assert!(ranges[at + 1..].iter().all(|other| !one.overlaps(**other)), "{one:?} overlaps another");
    }
    let count = |wanted: fn(&Attempt) -> bool| attempts.iter().filter(|attempt| wanted(attempt)).count();
    let done = |attempt: &Attempt| matches!(attempt.result, CallResult::Done(_));
    let made =
        count(|attempt| matches!((attempt.operation, &attempt.result), (Operation::Create(_), CallResult::Done(_))));
    let moved =
        count(|attempt| matches!((attempt.operation, &attempt.result), (Operation::Move(_), CallResult::Done(_))));
    let removed =
        count(|attempt| matches!((attempt.operation, &attempt.result), (Operation::Remove, CallResult::Done(_))));
    let overlaps = count(|attempt| matches!(attempt.result, CallResult::Overlap(..)));
    let busy = count(|attempt| attempt.result == CallResult::Busy);
    println!(
        "{} attempts in {took:?}: {made} made, {moved} moved, {removed} removed, {overlaps} overlaps, {busy} busy",
        attempts.len()
    );
    assert_eq!(attempts.iter().filter(|attempt| done(attempt)).count(), made + moved + removed);
    // How many requests are refused as busy depends on the machine.
    assert!(made > 10 && moved > 0 && removed > 0 && overlaps > 10, "too few requests had an effect");
}
