//! Finding a person in parts.

use store::{Cursor, Error, PageRequest};

use super::scene::{AINO, EINO, Scene, ainos, by, by_address, einos, page};

/// Both keys with some of her contracts, all ended.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    for number in 0..4 {
        scene.book("A", &format!("a-{number}"), ainos(number * 10, number * 10 + 9)).await;
        scene.book("B", &format!("b-{number}"), einos(number * 10, number * 10 + 9)).await;
    }
    scene
}

#[tokio::test]
async fn every_part_continues_where_the_last_ended_though_that_is_erased() {
    for limit in [1, 3, 8] {
        let scene = scene().await;
        let search = by_address(AINO);
        let (mut exported, mut erased) = (Vec::new(), Vec::new());
        let mut request = page(limit);
        loop {
            let part = scene.store().export_person(&search, &request, &by("dpo")).await.unwrap();
            assert!(part.data.len() <= limit);
            exported.extend(part.data.into_iter().map(|data| data.contract_id.as_str().to_owned()));
            let Some(next) = part.next else { break };
            request = PageRequest { limit, after: Some(next) };
        }
        request = page(limit);
        loop {
            let part = scene.store().erase_person(&search, false, &request, &by("dpo")).await.unwrap();
            erased.extend(part.data.into_iter().map(|erasure| erasure.contract.as_str().to_owned()));
            let Some(next) = part.next else { break };
            request = PageRequest { limit, after: Some(next) };
        }
        exported.sort();
        erased.sort();
        let all = ["a-0", "a-1", "a-2", "a-3", "b-0", "b-1", "b-2", "b-3"];
        assert_eq!((exported, erased), (all.map(str::to_owned).to_vec(), all.map(str::to_owned).to_vec()), "{limit}");
        assert_eq!(scene.items_with(&[AINO]).await, Vec::<String>::new(), "{limit}");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_the_same_person_and_the_same_purpose_only() {
    let scene = scene().await;
    let part = scene.store().export_person(&by_address(AINO), &page(1), &by("dpo")).await.unwrap();
    let request = PageRequest { limit: 1, after: part.next };
    assert!(!request.after.as_ref().unwrap().as_str().contains("aino"));
    let another = scene.store().export_person(&by_address(EINO), &request, &by("dpo")).await;
    assert!(matches!(another, Err(Error::BadCursor)));
    let erasing = scene.store().erase_person(&by_address(AINO), false, &request, &by("dpo")).await;
    assert!(matches!(erasing, Err(Error::BadCursor)));
    let request = PageRequest { limit: 1, after: Some(Cursor::from_client("AAAA")) };
    let made_up = scene.store().export_person(&by_address(AINO), &request, &by("dpo")).await;
    assert!(matches!(made_up, Err(Error::BadCursor)));
}
