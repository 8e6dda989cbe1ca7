//! The checks find each kind of inconsistency.

use super::*;

fn range(start: i64, end: i64) -> Range {
    Range { start, end: Some(end) }
}

fn attempt(contract: &str, operation: Operation, result: CallResult, sent_at: u64, answered_at: u64) -> Attempt {
    Attempt { contract: contract.to_owned(), operation, expected: None, result, sent_at, answered_at }
}

fn made(contract: &str, start: i64, end: i64, sent_at: u64, answered_at: u64) -> Attempt {
    attempt(contract, Operation::Create(range(start, end)), CallResult::Done(1), sent_at, answered_at)
}

fn wrong(attempts: &[Attempt], why: &str) {
    let found = check(attempts).unwrap_err();
    assert!(found.contains(why), "{found}");
}

#[test]
fn a_consistent_history_returns_its_bookings() {
    let attempts = [
        made("a", 0, 10, 0, 5),
        attempt("a", Operation::Move(range(20, 30)), CallResult::Done(2), 10, 15),
        made("b", 0, 10, 12, 20),
        attempt(
            "",
            Operation::Create(range(5, 8)),
            CallResult::Overlap(vec![("b".into(), range(0, 10))], Some(range(10, 13))),
            21,
            25,
        ),
        attempt("a", Operation::Remove, CallResult::Done(0), 30, 35),
        attempt("a", Operation::Remove, CallResult::NotFound, 31, 36),
        made("c", 25, 26, 36, 40),
    ];
    let bookings = check(&attempts).unwrap();
    assert_eq!(bookings.into_iter().collect::<Vec<_>>(), [("b".into(), range(0, 10)), ("c".into(), range(25, 26))]);
}

#[test]
fn a_move_to_the_same_range_makes_no_version() {
    let stayed = |sent_at| attempt("a", Operation::Move(range(0, 10)), CallResult::Done(1), sent_at, sent_at + 2);
    let moved = attempt("a", Operation::Move(range(20, 30)), CallResult::Done(2), 9, 12);
    let attempts = [
        made("a", 0, 10, 0, 5),
        stayed(6),
        stayed(7),
        moved,
        attempt("a", Operation::Remove, CallResult::Done(0), 30, 35),
    ];
    assert!(check(&attempts).unwrap().is_empty());
    let elsewhere = attempt("a", Operation::Move(range(1, 10)), CallResult::Done(1), 6, 7);
    wrong(&[made("a", 0, 10, 0, 5), elsewhere], "do not follow each other");
}

#[test]
fn overlapping_holds_are_found() {
    wrong(&[made("a", 0, 10, 0, 5), made("b", 9, 12, 1, 6)], "had the key at once");
    let moved = attempt("b", Operation::Move(range(9, 12)), CallResult::Done(2), 20, 25);
    wrong(&[made("a", 0, 10, 0, 5), made("b", 10, 12, 1, 6), moved], "had the key at once");
    let for_good = attempt("b", Operation::Create(Range { start: 5, end: None }), CallResult::Done(1), 1, 6);
    wrong(&[made("a", 0, 10, 0, 5), for_good], "had the key at once");
}

#[test]
fn a_booking_accepted_before_the_other_was_removed_is_found() {
    let removed = attempt("a", Operation::Remove, CallResult::Done(0), 20, 25);
    wrong(&[made("a", 0, 10, 0, 5), removed.clone(), made("b", 0, 10, 6, 20)], "accepted over another");
    assert!(
        check(&[made("a", 0, 10, 0, 5), removed, made("b", 0, 10, 6, 21)]).is_ok(),
        "the requests may have crossed"
    );
}

#[test]
fn refusals_must_have_reasons() {
    let a = made("a", 0, 10, 0, 5);
    let refusal = |conflict: (&str, Range), next, sent_at, answered_at| {
        let conflicts = vec![(conflict.0.to_owned(), conflict.1)];
        attempt("", Operation::Create(range(8, 12)), CallResult::Overlap(conflicts, next), sent_at, answered_at)
    };
    let never = refusal(("x", range(0, 10)), None, 6, 9);
    wrong(&[a.clone(), never], "was not in conflict then");
    let other_range = refusal(("a", range(0, 11)), None, 6, 9);
    wrong(&[a.clone(), other_range], "was not in conflict then");
    let gone = [
        a.clone(),
        attempt("a", Operation::Remove, CallResult::Done(0), 6, 9),
        refusal(("a", range(0, 10)), None, 10, 12),
    ];
    wrong(&gone, "was not in conflict then");
    wrong(&[a.clone(), refusal(("a", range(0, 10)), Some(range(10, 13)), 6, 9)], "another length");
    let b = made("b", 10, 14, 0, 5);
    wrong(&[a.clone(), b.clone(), refusal(("a", range(0, 10)), None, 6, 9)], "does not name");
    let named = vec![("a".into(), range(0, 10)), ("b".into(), range(10, 14))];
    let taken = attempt("", Operation::Create(range(8, 12)), CallResult::Overlap(named, Some(range(13, 17))), 6, 9);
    wrong(&[a, b, taken], "the next free range is taken");
}

#[test]
fn versions_follow_each_other_and_nothing_vanishes() {
    wrong(
        &[made("a", 0, 1, 0, 1), attempt("a", Operation::Move(range(2, 3)), CallResult::Done(3), 2, 3)],
        "do not follow",
    );
    wrong(
        &[made("a", 0, 1, 0, 1), attempt("a", Operation::Remove, CallResult::NotFound, 2, 3)],
        "nobody had removed it",
    );
    let removed = attempt("a", Operation::Remove, CallResult::Done(0), 2, 3);
    wrong(&[made("a", 0, 1, 0, 1), removed.clone(), removed], "do not follow");
}

fn expecting(version: u64, attempt: Attempt) -> Attempt {
    Attempt { expected: Some(version), ..attempt }
}

fn lost(operation: Operation, version: u64, sent_at: u64) -> Attempt {
    expecting(version, attempt("a", operation, CallResult::Lost, sent_at, sent_at + 5))
}

fn stands(contracts: &[(&str, u64, Range)]) -> Bookings {
    contracts.iter().map(|(contract, version, range)| ((*contract).to_owned(), (*version, *range))).collect()
}

fn wrong_with_losses(attempts: &[Attempt], bookings: &[(&str, u64, Range)], why: &str) {
    let found = check_with_losses(attempts, &stands(bookings), false).unwrap_err();
    assert!(found.contains(why), "{found}");
}

#[test]
fn a_lost_change_may_have_happened_or_not() {
    let attempts = [made("a", 0, 10, 0, 5), lost(Operation::Move(range(20, 30)), 1, 10)];
    for end in [("a", 1, range(0, 10)), ("a", 2, range(20, 30))] {
        check_with_losses(&attempts, &stands(&[end]), false).unwrap();
    }
    wrong_with_losses(&attempts, &[("a", 2, range(20, 31))], "nobody requested");
    wrong_with_losses(&attempts, &[("a", 3, range(20, 30))], "do not follow");
    wrong_with_losses(&attempts, &[], "acknowledged");
    let attempts = [made("a", 0, 10, 0, 5), lost(Operation::Remove, 1, 10), made("b", 0, 10, 30, 35)];
    check_with_losses(&attempts, &stands(&[("b", 1, range(0, 10))]), false).unwrap();
    let attempts = [made("a", 0, 10, 0, 5), made("b", 0, 10, 30, 35)];
    wrong_with_losses(&attempts, &[("b", 1, range(0, 10))], "acknowledged");
}

#[test]
fn a_lost_move_may_fill_a_gap_between_versions() {
    let after = expecting(2, attempt("a", Operation::Move(range(40, 50)), CallResult::Done(3), 30, 35));
    let attempts = [made("a", 0, 10, 0, 5), lost(Operation::Move(range(20, 30)), 1, 10), after.clone()];
    check_with_losses(&attempts, &stands(&[("a", 3, range(40, 50))]), false).unwrap();
    wrong_with_losses(&attempts, &[("a", 2, range(20, 30))], "acknowledged");
    wrong_with_losses(&[made("a", 0, 10, 0, 5), after], &[("a", 3, range(40, 50))], "do not follow");
}

#[test]
fn ghosts_and_dead_pins_are_found() {
    let refused = attempt("", Operation::Create(range(5, 8)), CallResult::Outdated, 6, 9);
    wrong_with_losses(&[refused], &[("g", 1, range(5, 8))], "a ghost");
    let removed = attempt("a", Operation::Remove, CallResult::Done(0), 10, 15);
    let repeat = |result, sent_at| attempt("a", Operation::Repeat, result, sent_at, sent_at + 2);
    let story = |repeat| [made("a", 0, 10, 0, 5), removed.clone(), repeat];
    wrong_with_losses(&story(repeat(CallResult::Done(1), 16)), &[], "dead PIN");
    check_with_losses(&story(repeat(CallResult::Done(1), 14)), &Bookings::new(), false).unwrap();
    check_with_losses(&story(repeat(CallResult::Outdated, 16)), &Bookings::new(), false).unwrap();
    wrong_with_losses(&story(repeat(CallResult::Outdated, 6)), &[], "nobody had changed it");
}

#[test]
fn only_contracts_of_a_shared_key_may_overlap() {
    let attempts = [made("a", 0, 10, 0, 5), made("b", 5, 15, 6, 9)];
    let bookings = stands(&[("a", 1, range(0, 10)), ("b", 1, range(5, 15))]);
    check_with_losses(&attempts, &bookings, true).unwrap();
    assert!(check_with_losses(&attempts, &bookings, false).unwrap_err().contains("overlap"));
    let stale = |sent_at| expecting(1, attempt("a", Operation::Remove, CallResult::Stale, sent_at, sent_at + 1));
    let moved = expecting(1, attempt("a", Operation::Move(range(20, 30)), CallResult::Done(2), 10, 15));
    let bookings = stands(&[("a", 2, range(20, 30))]);
    check_with_losses(&[made("a", 0, 10, 0, 5), moved.clone(), stale(11)], &bookings, false).unwrap();
    let early = [made("a", 0, 10, 0, 5), moved, stale(7)];
    assert!(check_with_losses(&early, &bookings, false).unwrap_err().contains("still had that version"));
}
