//! Access control of the pages: every route of the table with every role.

use api::Role;
use api::routes::{Access, PAGES, Route};
use e2e::{Page, Stack, Visitor};
use http::Method;

/// Opens a page, or sends an empty form, with unknown ids: if it passes the gate it does nothing.
async fn try_out(visitor: &Visitor, stack: &Stack, route: &Route) -> Page {
    let path = ["{automatId}", "{lockerIndex}", "{openingId}", "{keyId}", "{contractId}", "{messageId}", "{name}"]
        .iter()
        .fold(route.path.to_owned(), |path, variable| path.replace(variable, "no-such-thing"));
    match route.method {
        Method::GET => visitor.get(&path).await,
        _ => visitor.forge(&path, Some(stack.url()), &[("nothing", "")]).await,
    }
}

/// The pages that need a role.
fn protected() -> impl Iterator<Item = (&'static Route, Role)> {
    PAGES.iter().filter_map(|route| match route.access {
        Access::Open => None,
        Access::AtLeast(needed) => Some((route, needed)),
    })
}

#[tokio::test]
async fn every_page_redirects_to_the_sign_in() {
    let stack = Stack::local();
    let visitor = Visitor::new(&stack);
    for (route, _) in protected() {
        let page = try_out(&visitor, &stack, route).await;
        if route.method == Method::GET {
            assert_eq!(page.url.path(), "/oauth2/authorize", "{route:?}");
        } else {
            assert_eq!(page.status, 401, "{route:?}");
            assert!(page.text.contains("You are signed out"), "{route:?}");
        }
    }
}

#[tokio::test]
async fn every_page_accepts_its_role_only() {
    let stack = Stack::local();
    let mut visitors = Vec::new();
    for &role in Role::ALL {
        visitors.push((Some(role), Visitor::signed_in(&stack, role.name()).await));
    }
    let newcomer = Visitor::new(&stack);
    assert_eq!(newcomer.sign_in("/", "newcomer").await.status, 403);
    visitors.push((None, newcomer));
    let (mut refused, mut let_in) = (0, 0);
    for (route, needed) in protected() {
        for (role, visitor) in &visitors {
            let page = try_out(visitor, &stack, route).await;
            if *role < Some(needed) {
                assert_eq!(page.status, 403, "{role:?} {route:?}");
                refused += 1;
            } else {
                assert!(![401, 403].contains(&page.status) && page.status < 500, "{role:?} {route:?} {}", page.status);
                let_in += 1;
            }
        }
    }
    assert_eq!(refused + let_in, protected().count() * 4);
}

#[tokio::test]
async fn a_user_without_a_role_sees_why_and_can_sign_out() {
    let stack = Stack::local();
    let visitor = Visitor::new(&stack);
    let page = visitor.sign_in("/?limit=5", "newcomer").await;
    assert_eq!((page.status, page.url.query()), (403, Some("limit=5")));
    assert!(page.text.contains("You have no role yet") && page.text.contains("Nelli Niemi"), "{}", page.text);
    assert_eq!(visitor.send(&page, "/sign-out", &[]).await.url.path(), "/oauth2/authorize");
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let stack = Stack::local();
    let visitor = Visitor::signed_in(&stack, "admin").await;
    let localhost = stack.url().replace("127.0.0.1", "localhost");
    for origin in [None, Some("null"), Some("https://evil.example"), Some(localhost.as_str())] {
        for route in PAGES.iter().filter(|route| route.method == Method::POST) {
            let page = visitor.forge(route.path, origin, &[("language", "fi")]).await;
            assert_eq!(page.status, 403, "{origin:?} {route:?}");
            assert!(page.text.contains("Nothing was done"), "{origin:?} {route:?}");
        }
    }
    assert!(visitor.cookie("__Host-language").is_none());
    assert_eq!(visitor.get("/").await.status, 200, "still signed in");
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let stack = Stack::local();
    let visitor = Visitor::signed_in(&stack, "viewer").await;
    for (path, status) in [("/", 200), ("/nothing", 404), ("/automats/new", 403), ("/assets/none", 404)] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, status, "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(page.header(name), value, "{path}: {name}");
        }
    }
}
