//! From the table to the shadow: many openings in few requests; none is lost, none delivered when it has ended, and
//! none refused that may have been delivered.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own values are well formed")]

mod data_plane;
mod scene;

use std::time::Duration;

use api::problem::Code;
use domain::{OpeningOutcome, OpeningStatus};
use store::Expected;
use testkit::{at, metadata, metadata_with_receipt};

use crate::data_plane::Answer;
use crate::scene::{Asking, Scene};

/// Requested, and the device has not responded.
const REQUESTED: (OpeningStatus, bool) = (OpeningStatus::Requested, false);

/// The lockers of those who were answered that their opening was requested, and the codes of the others.
async fn answers(scene: &Scene, asking: impl IntoIterator<Item = Asking>) -> (Vec<u16>, Vec<Code>) {
    let (mut requested, mut refused) = (Vec::new(), Vec::new());
    for asked in asking {
        match asked.await.unwrap() {
            Ok(asked) => {
                assert_eq!(scene.status(&asked.opening).await, REQUESTED);
                requested.push(asked.opening.locker.get());
            }
            Err(problem) => refused.push(problem.code),
        }
    }
    (requested, refused)
}

#[tokio::test]
async fn forty_queued_openings_are_one_request_of_the_shadow() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    let asking: Vec<_> = (0..40).map(|index| scene.ask(index)).collect();
    scene.queue_has(41).await;
    scene.release(another).await;
    let (requested, refused) = answers(&scene, asking).await;
    assert_eq!((requested.len(), refused), (40, vec![]));
    assert_eq!(scene.data_plane.updates(), [(0..40).collect::<Vec<_>>()], "all of them in one");
}

#[tokio::test]
async fn more_openings_than_a_request_takes_are_delivered_in_the_next_ones() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    for index in 0..60 {
        scene.queued(index, 0).await;
    }
    scene.release(another).await;
    for index in [60, 61] {
        scene.ask(index).await.unwrap().unwrap();
    }
    let updates = scene.data_plane.updates();
    assert_eq!(updates.iter().map(Vec::len).collect::<Vec<_>>(), [40, 22]);
    let mut lockers = updates.concat();
    lockers.sort_unstable();
    assert_eq!(lockers, (0..62).collect::<Vec<_>>(), "each locker once");
    assert_eq!(scene.queue_length().await, 0);
}

/// The shadow has no room for both, and the data plane refuses a request with one of them that it finds invalid.
#[tokio::test]
async fn openings_that_are_refused_together_are_tried_alone_and_refused_alone() {
    for (answer, each, code) in [(Answer::TooLarge, 2, Code::AutomatBusy), (Answer::Invalid, 1, Code::Internal)] {
        let scene = Scene::new().await;
        let another = scene.lease_of_another().await;
        let asking = [scene.ask(0), scene.ask(1)];
        scene.queue_has(3).await;
        // A request that is too large is made once more, without what nobody needs.
        (0..2 * each).for_each(|_| scene.data_plane.answer(answer));
        scene.release(another).await;
        let (requested, refused) = answers(&scene, asking).await;
        let [delivered] = requested[..] else { panic!("{requested:?}") };
        assert_eq!(refused, [code]);
        let denied = 1 - delivered;
        let tries = |lockers: Vec<u16>| vec![lockers; each];
        let expected = [tries(vec![0, 1]), tries(vec![denied]), vec![vec![delivered]]].concat();
        assert_eq!(scene.data_plane.updates(), expected, "what was refused is not delivered later");
        assert!(scene.ask(u32::from(denied)).await.unwrap().is_ok(), "its locker is free again");
    }
}

#[tokio::test]
async fn a_throttled_request_refuses_its_sender_and_the_others_go_on_waiting() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    let asking = [scene.ask(0), scene.ask(1), scene.ask(2)];
    scene.queue_has(4).await;
    scene.data_plane.answer(Answer::Throttled);
    scene.release(another).await;
    let (requested, refused) = answers(&scene, asking).await;
    assert_eq!((refused, requested.len()), (vec![Code::AutomatBusy], 2));
    assert_eq!(scene.data_plane.updates(), [vec![0, 1, 2], requested], "no more requests than that");
}

#[tokio::test]
async fn openings_whose_delivery_is_unconfirmed_stay_as_they_are() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    let asking = [scene.ask(0), scene.ask(1)];
    scene.queue_has(3).await;
    scene.data_plane.answer(Answer::Unavailable);
    scene.release(another).await;
    let (requested, refused) = answers(&scene, asking).await;
    assert_eq!((requested, refused), (vec![0, 1], vec![]));
    assert_eq!(scene.data_plane.updates(), [[0, 1]]);
    assert_eq!(scene.queue_length().await, 0);
}

#[tokio::test]
async fn the_openings_of_a_holder_that_has_died_are_delivered_by_the_next() {
    let scene = Scene::new().await;
    scene.lease_of_the_dead().await;
    let expired = scene.queued(1, -15).await;
    scene.clock.set(at(8));
    scene.ask(2).await.unwrap().unwrap();
    assert_eq!(scene.data_plane.updates(), [[2, 99]], "and not the one that has expired");
    assert_eq!(scene.queue_length().await, 0, "which is forgotten");
    assert_eq!(scene.status(&expired).await, (OpeningStatus::Expired, false));
}

/// The holder may have died after it had written to the shadow.
#[tokio::test]
async fn an_opening_that_a_dead_holder_may_have_delivered_is_not_refused() {
    let scene = Scene::new().await;
    scene.lease_of_the_dead().await;
    let asking = scene.ask(0);
    scene.queue_has(2).await;
    scene.data_plane.answer(Answer::Throttled);
    scene.clock.set(at(8));
    let (requested, refused) = answers(&scene, [asking]).await;
    assert_eq!((requested, refused), (vec![0], vec![]));
    assert_eq!(scene.data_plane.updates(), [[0, 99], [0, 99]], "it is delivered as soon as that is possible");
}

/// Its first request may have been delivered, and only the answer lost.
#[tokio::test]
async fn a_repeated_request_is_not_refused() {
    let scene = Scene::new().await;
    let request = || metadata_with_receipt("r1", "h1");
    let first = scene.ask_as(0, request()).await.unwrap().unwrap();
    scene.clock.set(at(1));
    scene.data_plane.answer(Answer::Throttled);
    let again = scene.ask_as(0, request()).await.unwrap().unwrap();
    assert_eq!((again.opening.id, again.replayed), (first.opening.id.clone(), true));
    assert_eq!(scene.status(&first.opening).await, REQUESTED);
    assert_eq!(scene.data_plane.updates(), [[0], [0], [0]], "it is delivered as soon as that is possible");
}

#[tokio::test]
async fn a_slow_holder_does_not_refuse_what_its_successor_may_have_delivered() {
    let scene = Scene::new().await;
    let slow = scene.data_plane.answer_later(Answer::Throttled);
    let first = scene.ask(0);
    scene.data_plane_has(1).await;
    scene.clock.set(at(8));
    scene.ask(1).await.unwrap().unwrap();
    assert_eq!(scene.data_plane.updates(), [vec![0], vec![0, 1]]);
    slow.send(()).unwrap();
    assert_eq!(answers(&scene, [first]).await, (vec![0], vec![]));
    assert_eq!(scene.data_plane.updates().len(), 2);
}

/// Between its reading of the queue and its writing to the shadow somebody else has become the holder. What it would
/// write now may have ended since.
#[tokio::test]
async fn a_holder_whose_lease_has_ended_writes_nothing() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    scene.queued(5, 0).await;
    let slow = scene.ask(0);
    scene.queue_has(3).await;
    let mut reading = scene.table.wire.hold("BatchGetItem");
    scene.release(another).await;
    reading.arrived().await;
    scene.clock.set(at(8));
    scene.ask(1).await.unwrap().unwrap();
    assert_eq!(scene.data_plane.updates(), [[0, 1, 5]]);
    reading.release();
    assert_eq!(answers(&scene, [slow]).await, (vec![0], vec![]));
    assert_eq!(scene.data_plane.updates(), [[0, 1, 5]]);
}

#[tokio::test]
async fn an_opening_that_ended_while_it_was_queued_is_not_delivered() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    let ended = scene.queued(0, 0).await;
    let live = scene.ask(1);
    scene.queue_has(3).await;
    let (automat, outcome) = (&ended.automat, OpeningOutcome::Opened);
    scene.table.store.finish_opening(automat, ended.locker, &ended.id, outcome, at(0), at(0)).await.unwrap();
    scene.release(another).await;
    assert_eq!(answers(&scene, [live]).await, (vec![1], vec![]));
    assert_eq!((scene.data_plane.updates(), scene.queue_length().await), (vec![vec![1]], 0));
}

#[tokio::test]
async fn nobody_waits_longer_than_the_life_of_an_opening() {
    let scene = Scene::new().await;
    let never = scene.data_plane.answer_later(Answer::Done);
    let first = scene.ask(0);
    scene.data_plane_has(1).await;
    let second = scene.ask(1);
    scene.queue_has(2).await;
    scene.clock.set(at(20));
    let asked = second.await.unwrap().unwrap();
    assert_eq!(scene.status(&asked.opening).await, (OpeningStatus::Expired, false));
    never.send(()).unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(scene.data_plane.updates(), [[0]]);
}

/// Its device is still there, and knows whether it still has such a locker.
#[tokio::test]
async fn openings_of_an_automat_that_is_removed_meanwhile_are_delivered() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    let asking = scene.ask(0);
    scene.queue_has(2).await;
    scene.table.store.remove_automat(&another.0.automat, Expected::Any, &metadata()).await.unwrap();
    scene.release(another).await;
    assert_eq!(answers(&scene, [asking]).await, (vec![0], vec![]));
    assert_eq!(scene.data_plane.updates(), [[0]]);
}

#[tokio::test]
async fn a_queue_that_cannot_be_read_is_read_again() {
    let scene = Scene::new().await;
    let another = scene.lease_of_another().await;
    scene.queued(5, 0).await;
    let asking = scene.ask(0);
    scene.queue_has(3).await;
    scene.table.wire.throttle("BatchGetItem");
    scene.release(another).await;
    // Some looks at the queue, leases and releases, which are made without end.
    let mut round_trips = 0;
    _ = scene.table.wire.tally();
    while round_trips < 12 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        round_trips += scene.table.wire.tally().round_trips;
    }
    assert_eq!(scene.data_plane.updates(), Vec::<Vec<u16>>::new());
    scene.table.wire.repair();
    assert_eq!(answers(&scene, [asking]).await, (vec![0], vec![]));
    assert_eq!(scene.data_plane.updates(), [[0, 5]]);
}
