use api::Role;
use domain::{Contact, ContractDraft, ContractId, KeyDraft, KeyId, Property, Sharing};
use testkit::{automat, by_email, contract, key, metadata};

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
    assert!(nothing.contains("Nothing found") && nothing.contains("value=\"cellar\""));
    for empty in ["/search", "/search?q=", "/search?q=%2D%2D"] {
        let page = stage.get_as(Role::Viewer, empty).await;
        assert!(page.status == 200 && !page.html.contains("Nothing found"), "{empty}");
    }
}

/// A shared key with 25 contracts of Aino, which the projector has seen.
async fn contracts() -> Stage {
    let stage = Stage::of(Role::Admin).await;
    stage.store().create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    let property = Property::parse("Aino's flat").unwrap();
    let draft = KeyDraft { sharing: Sharing::Shared, property, ..key("K-1") };
    stage.store().create_key(draft, &metadata()).await.unwrap();
    for n in 0..25_i64 {
        let id = Some(ContractId::parse(&format!("BK-{n}")).unwrap());
        let contacts = vec![Contact { name: domain::Name::parse("Öberg").unwrap(), ..by_email("anna@example.fi") }];
        let draft =
            ContractDraft { id, contacts, ..contract(&KeyId::parse("K-1").unwrap(), n * 3_600, (n + 1) * 3_600) };
        stage.store().create_contract(draft, &metadata()).await.unwrap();
    }
    stage.table.project().await;
    stage
}

#[tokio::test]
async fn contracts_are_found_by_names_references_and_addresses() {
    let stage = contracts().await;
    insta::assert_snapshot!("a_search_for_a_contract", stage.get_as(Role::Viewer, "/search?q=bk-7").await.main());
    for text in ["oberg+bk-7", "anna%40example.fi+bk-7", "virtanen+bk-7"] {
        let page = stage.get_as(Role::Viewer, &format!("/search?q={text}")).await.html;
        assert_eq!(page.matches("href=\"/contracts/BK-7\"").count(), 1, "{text}");
    }
    for (language, heading) in [("fi", "Sopimukset"), ("sv", "Avtal")] {
        assert!(stage.get_in(language, "/search?q=bk-7").await.html.contains(heading), "{language}");
    }
}

#[tokio::test]
async fn keys_and_contracts_are_shown_together_and_continued_apart() {
    let stage = contracts().await;
    let page = stage.get_as(Role::Viewer, "/search?q=aino").await.html;
    assert_eq!(page.matches("/code\">").count(), 20);
    assert_eq!(page.matches("<strong>K-1</strong>").count(), 1, "the key");
    let next = page.split("href=\"/search?").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let rest = stage.get_as(Role::Viewer, &format!("/search?{next}")).await.html;
    assert_eq!(rest.matches("/code\">").count(), 5, "{rest}");
    assert_eq!(rest.matches("<strong>K-1</strong>").count(), 0, "keys are another list");
}

#[tokio::test]
async fn one_character_searches_keys_only() {
    let stage = contracts().await;
    let page = stage.get_as(Role::Viewer, "/search?q=a").await.html;
    assert!(page.contains("<strong>K-1</strong>") && !page.contains("/contracts/"), "{page}");
}
