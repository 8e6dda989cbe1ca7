use api::Role;
use domain::{KeyDraft, Property};
use testkit::{automat, key, metadata};

use crate::stage::Stage;

async fn keys() -> Stage {
    let stage = Stage::of(Role::Admin).await;
    stage.store().create_automat(automat("lobby", 30), &metadata()).await.unwrap();
    for n in 0..25 {
        let draft =
            KeyDraft { property: Property::parse(&format!("Flat {n} & attic")).unwrap(), ..key(&format!("K-{n}")) };
        stage.store().create_key(draft, &metadata()).await.unwrap();
    }
    stage
}

#[tokio::test]
async fn keys_are_found_by_prefixes_of_search_terms() {
    let stage = keys().await;
    insta::assert_snapshot!("a_search", stage.get_as(Role::Viewer, "/search?q=fl+7").await.main());
}

#[tokio::test]
async fn search_results_are_paged() {
    let stage = keys().await;
    let page = stage.get_as(Role::Viewer, "/search?q=attic").await.html;
    assert_eq!(page.matches("href=\"/keys/").count(), 20);
    let next = page.split("href=\"/search?").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let rest = stage.get_as(Role::Viewer, &format!("/search?{next}")).await.html;
    assert_eq!(rest.matches("href=\"/keys/").count(), 5, "{rest}");
}

#[tokio::test]
async fn a_search_without_results_explains_what_is_searched() {
    let stage = keys().await;
    let nothing = stage.get_as(Role::Viewer, "/search?q=cellar").await.html;
    assert!(nothing.contains("No keys found") && nothing.contains("value=\"cellar\""));
    for empty in ["/search", "/search?q=", "/search?q=%2D%2D"] {
        let page = stage.get_as(Role::Viewer, empty).await;
        assert!(page.status == 200 && !page.html.contains("No keys found"), "{empty}");
    }
}
