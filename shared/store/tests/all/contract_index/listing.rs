//! Lists by key, by automat, by start, and of overdue contracts.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AutomatId, Contract, ContractDraft, ContractState, Ending, Instant, KeyDraft};
use store::{ContractFilter, Error, ListedState, Order, RequestMetadata};
use testkit::{SeededRng, TABLE, at, automat, key, metadata};

use crate::contract_index::stage::{DAY, Stage, contract_id, key_id, named, of, of_search, page};

const NOW: i64 = 0;
/// Before the first contract.
const LONG_AGO: i64 = -200 * DAY;

fn automat_id(id: &str) -> AutomatId {
    AutomatId::parse(id).unwrap()
}

/// The keys `A` and `B` in the automat `lobby`, and `C` in `garage`.
async fn with_garage() -> Stage {
    let stage = Stage::new().await;
    stage.store().create_automat(automat("garage", 3), &metadata()).await.unwrap();
    let draft = KeyDraft { automat: automat_id("garage"), sharing: domain::Sharing::Shared, ..key("C") };
    stage.store().create_key(draft, &metadata()).await.unwrap();
    stage
}

/// Books a long time ago.
async fn book(stage: &Stage, keys: &str, id: &str, draft: ContractDraft) {
    let keys = domain::ContractKeys::new(keys.split('+').map(key_id)).unwrap();
    let draft = ContractDraft { id: Some(contract_id(id)), keys, ..draft };
    let then = RequestMetadata { now: at(LONG_AGO), ..metadata() };
    stage.store().create_contract(draft, &then).await.unwrap();
}

/// As a device's report does, without opening lockers: the key is out with the contract.
async fn take_out(stage: &Stage, contract: &str, key: &str) {
    let request = stage.table.client.update_item().table_name(TABLE).update_expression("SET #out = :out");
    let request = request.expression_attribute_names("#out", "out");
    let request = request.expression_attribute_values(":out", AttributeValue::Ss(vec![key.to_owned()]));
    let request = request.key("PK", AttributeValue::S(format!("CONTRACT#{contract}")));
    request.key("SK", AttributeValue::S("CONTRACT".to_owned())).send().await.unwrap();
}

async fn listed(stage: &Stage, filter: &ContractFilter, limit: usize) -> Vec<String> {
    let (mut request, mut found) = (page(limit), Vec::new());
    loop {
        let page = stage.store().contracts(filter, &request, at(NOW)).await.unwrap();
        assert!(page.data.len() <= limit);
        found.extend(page.data.iter().map(|listed| listed.contract.id.to_string()));
        match page.next {
            Some(next) => request.after = Some(next),
            None => return found,
        }
    }
}

const KEYS: [&str; 6] = ["A", "B", "C", "A+B", "A+C", "A+B+C"];
const STATES: [ListedState; 4] = [ListedState::Upcoming, ListedState::Active, ListedState::Ended, ListedState::Overdue];

/// Contracts with random keys and times; some have no end, some of their keys are out.
async fn random_contracts(stage: &Stage, random: &mut SeededRng) -> Vec<Contract> {
    let mut contracts = Vec::new();
    for number in 0..60 {
        let mut below = |bound: u64| i64::try_from(random.below(bound)).unwrap();
        let (start, days) = (below(200) - 100, below(30) + 1);
        let keys = KEYS[usize::try_from(below(6)).unwrap()];
        let id = format!("BK-{number}");
        let ending = if below(6) == 0 { Ending::Permanent } else { Ending::At(at((start + days) * DAY)) };
        book(stage, keys, &id, ContractDraft { ending, ..of("Aino", start) }).await;
        if below(3) == 0 {
            take_out(stage, &id, &keys[..1]).await;
        }
        contracts.push(stage.store().contract(&contract_id(&id)).await.unwrap());
    }
    stage.project().await;
    contracts
}

fn random_filter(random: &mut SeededRng) -> ContractFilter {
    let mut below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
    let day = |day: usize| at((i64::try_from(day).unwrap() - 110) * DAY);
    let mut filter = ContractFilter::default();
    match below(5) {
        0 => filter.key = Some(key_id(["A", "B", "C"][below(3)])),
        1 => filter.automat = Some(automat_id(["lobby", "garage"][below(2)])),
        2 => {
            let from = below(180);
            filter.starts = Some(day(from)..day(from + below(92) + 1));
        }
        3 => {
            let from = below(180);
            filter.due = Some(day(from)..day(from + below(30) + 1));
        }
        _ => {
            filter.states = vec![ListedState::Overdue];
            return ContractFilter { order: [Order::Ascending, Order::Descending][below(2)], ..filter };
        }
    }
    let is_by_start = filter.key.is_some() || filter.automat.is_some();
    if is_by_start && below(5) == 0 {
        filter.due = Some(day(below(100))..day(100 + below(100)));
    }
    if is_by_start && below(3) == 0 {
        filter.starts = Some(day(below(100))..day(100 + below(100)));
    }
    filter.states = STATES.into_iter().filter(|_| below(3) == 0).collect();
    filter.order = [Order::Ascending, Order::Descending][below(2)];
    filter
}

/// What the list must have: by looking at each contract.
fn expected(contracts: &[Contract], filter: &ContractFilter) -> Vec<String> {
    let now = at(NOW);
    let is_in = |contract: &&Contract| {
        let in_automat = |automat: &AutomatId| {
            contract.keys.iter().any(|key| (key.as_str() == "C") == (automat.as_str() == "garage"))
        };
        let is_state = |state: &ListedState| match state {
            ListedState::Upcoming => contract.state(now) == ContractState::Upcoming,
            ListedState::Active => contract.state(now) == ContractState::Active,
            ListedState::Ended => contract.state(now) == ContractState::Ended,
            ListedState::Overdue => contract.state(now) == ContractState::Ended && !contract.out.is_empty(),
        };
        let is_due = |due: &std::ops::Range<Instant>| {
            !contract.out.is_empty() && contract.range.end().is_some_and(|end| due.contains(&end))
        };
        filter.key.as_ref().is_none_or(|key| contract.keys.has(key))
            && filter.due.as_ref().is_none_or(is_due)
            && filter.automat.as_ref().is_none_or(in_automat)
            && filter.starts.as_ref().is_none_or(|starts| starts.contains(&contract.range.start()))
            && (filter.states.is_empty() || filter.states.iter().any(is_state))
    };
    let by_end = filter.key.is_none() && filter.automat.is_none() && filter.starts.is_none();
    let instant = |contract: &Contract| -> Instant {
        if by_end { contract.range.end().unwrap() } else { contract.range.start() }
    };
    let mut wanted: Vec<_> = contracts.iter().filter(is_in).collect();
    wanted.sort_by_key(|contract| (instant(contract), std::cmp::Reverse(contract.id.to_string())));
    if filter.order == Order::Descending {
        wanted.reverse();
    }
    wanted.into_iter().map(|contract| contract.id.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_have_exactly_the_contracts_that_they_should_in_pages_of_every_size() {
    let mut random = SeededRng::new(4_711);
    let stage = with_garage().await;
    let contracts = random_contracts(&stage, &mut random).await;
    let mut lengths = Vec::new();
    for _ in 0..150 {
        let filter = random_filter(&mut random);
        let expected = expected(&contracts, &filter);
        for limit in [1, 3, 7, 100] {
            assert_eq!(listed(&stage, &filter, limit).await, expected, "{limit} {filter:?}");
        }
        lengths.push(expected.len());
    }
    assert!(lengths.iter().filter(|length| **length > 7).count() > 40, "{lengths:?}");
}

#[tokio::test]
async fn a_search_can_be_narrowed_by_everything_else() {
    let stage = with_garage().await;
    stage.book("A", "BK-1", of("Aino Virtanen", 1)).await;
    stage.book("C", "BK-2", of("Eino Virtanen", 2)).await;
    stage.book("A+C", "BK-3", of("Aino Korhonen", 40)).await;
    stage.project().await;
    let found = async |filter: ContractFilter| listed(&stage, &filter, 20).await;
    let aino = || of_search("aino");
    assert_eq!(found(aino()).await, ["BK-3", "BK-1"]);
    let of_key = |key, filter| ContractFilter { key: Some(key_id(key)), ..filter };
    assert_eq!(found(of_key("C", aino())).await, ["BK-3"]);
    assert_eq!(found(of_key("C", of_search("virtanen"))).await, ["BK-2"]);
    assert_eq!(found(ContractFilter { automat: Some(automat_id("garage")), ..aino() }).await, ["BK-3"]);
    assert_eq!(found(ContractFilter { starts: Some(at(0)..at(2 * DAY)), ..aino() }).await, ["BK-1"]);
    assert_eq!(found(ContractFilter { states: vec![ListedState::Active], ..aino() }).await, [""; 0]);
}

#[tokio::test]
async fn a_key_has_its_live_contracts_at_once_and_others_have_them_after_the_projection() {
    let stage = with_garage().await;
    stage.book("A+C", "BK-1", of("Aino", 1)).await;
    let lists = [
        ContractFilter { automat: Some(automat_id("lobby")), ..ContractFilter::default() },
        ContractFilter { starts: Some(at(0)..at(2 * DAY)), ..ContractFilter::default() },
    ];
    for key in ["A", "C"] {
        assert_eq!(listed(&stage, &ContractFilter::of_key(key_id(key)), 20).await, ["BK-1"], "{key}");
    }
    for filter in &lists {
        assert!(listed(&stage, filter, 20).await.is_empty());
    }
    stage.project().await;
    for filter in &lists {
        assert_eq!(listed(&stage, filter, 20).await, ["BK-1"]);
    }
    assert_eq!(listed(&stage, &ContractFilter::of_key(key_id("A")), 20).await, ["BK-1"], "once");
    stage.edit("BK-1", named("Eino")).await;
    stage.remove("BK-1").await;
    for filter in &lists {
        assert!(listed(&stage, filter, 20).await.is_empty(), "an outdated entry shows nothing");
    }
}

#[tokio::test]
async fn a_contract_that_has_moved_is_listed_once_before_and_after_its_projection() {
    let stage = with_garage().await;
    stage.book("A", "BK-1", of("Aino", 1)).await;
    stage.project().await;
    let moved = domain::ContractChange { start: Some(at(1_000)), ..domain::ContractChange::default() };
    stage.edit("BK-1", moved).await;
    let of_key = ContractFilter::of_key(key_id("A"));
    assert_eq!(listed(&stage, &of_key, 20).await, ["BK-1"], "in the calendar, and still in the list at its old start");
    // The projector has put the new entries and not yet deleted the old ones.
    let old = stage.index(false).await;
    stage.project().await;
    for (pk, sk) in &old {
        stage.put_key(pk, sk).await;
    }
    for filter in
        [of_key, of_search("aino"), ContractFilter { automat: Some(automat_id("lobby")), ..Default::default() }]
    {
        assert_eq!(listed(&stage, &filter, 20).await, ["BK-1"], "{filter:?}");
    }
}

#[tokio::test]
async fn a_contract_is_listed_by_the_keys_it_has_now() {
    let stage = with_garage().await;
    stage.book("A", "BK-1", of("Aino", 1)).await;
    stage.project().await;
    let keys = Some(domain::ContractKeys::new([key_id("C")]).unwrap());
    stage.edit("BK-1", domain::ContractChange { keys, ..domain::ContractChange::default() }).await;
    let of_automat = |id| ContractFilter { automat: Some(automat_id(id)), ..ContractFilter::default() };
    assert!(listed(&stage, &of_automat("lobby"), 20).await.is_empty());
    stage.project().await;
    assert_eq!(listed(&stage, &of_automat("garage"), 20).await, ["BK-1"]);
    assert!(listed(&stage, &ContractFilter::of_key(key_id("A")), 20).await.is_empty());
    let index = stage.index(false).await;
    assert!(!index.iter().any(|(pk, _)| pk == "LISTED#AUTOMAT#lobby"), "{index:?}");
}

#[tokio::test]
async fn keys_that_are_being_removed_are_not_shown() {
    let stage = with_garage().await;
    stage.book("A+C", "BK-1", of("Aino", 1)).await;
    stage.book("A", "BK-2", of("Aino", 2)).await;
    stage.project().await;
    // Marked, after two reads, and nothing else yet.
    stage.table.wire.cut_after(3);
    let removed = stage.store().remove_key(&key_id("A"), true, store::Expected::Any, &metadata()).await;
    assert!(removed.is_err() && stage.table.wire.was_cut());
    stage.table.wire.repair();
    let found = stage.store().contracts(&of_search("aino"), &page(20), at(NOW)).await.unwrap();
    let shown: Vec<_> = found.data.iter().map(|listed| (&listed.contract.id, &listed.contract.keys)).collect();
    let only_c = domain::ContractKeys::new([key_id("C")]).unwrap();
    assert_eq!(shown, [(&contract_id("BK-1"), &only_c)]);
    assert!(found.data[0].keys.iter().all(|key| key.id == key_id("C")));
    let of_key = stage.store().contracts(&ContractFilter::of_key(key_id("A")), &page(20), at(NOW)).await;
    assert!(matches!(of_key, Err(Error::Key(_))), "{of_key:?}");
}

#[tokio::test]
async fn a_page_reads_a_bounded_number_of_contracts() {
    let stage = Stage::new().await;
    stage.book("A", "BK-1", of("Aino", 1)).await;
    stage.project().await;
    // Entries of contracts that have been removed, later than the other.
    for number in 0..1_200 {
        stage.put_key("LISTED#AUTOMAT#lobby", &format!("998204000000000#x{number:04}")).await;
    }
    let filter = ContractFilter { automat: Some(automat_id("lobby")), order: Order::Descending, ..Default::default() };
    let first = stage.store().contracts(&filter, &page(20), at(NOW)).await.unwrap();
    assert!(first.data.is_empty() && first.next.is_some());
    assert_eq!(listed(&stage, &filter, 20).await, ["BK-1"]);
}
