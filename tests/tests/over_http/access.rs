//! Access control: every route of the table over HTTP, and forged tokens.

use api::Role;
use api::routes::{Access, ROUTES, Route};
use clock::Clock;
use domain::Instant;
use e2e::{ApiResponse, As, Browser, Call, Stack, forgeries};
use serde_json::json;

/// A request to a route with unknown ids and an invalid body: if it passes the gate it does nothing.
fn call(client: As<'_>, route: &Route) -> Call {
    let path = ["{automatId}", "{lockerIndex}", "{openingId}", "{keyId}", "{contractId}", "{messageId}"]
        .iter()
        .fold(route.path.to_owned(), |path, variable| path.replace(variable, "no-such-thing"));
    client.call(route.method.clone(), path).raw("no JSON")
}

/// Asserts that the gateway refused: with a problem in the local cloud, with its own short message in AWS.
#[track_caller]
fn refused_by_the_gateway(stack: &Stack, answer: &ApiResponse, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}: {}", answer.asked, answer.text());
    if !stack.is_deployed() {
        _ = answer.problem(code);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", answer.asked);
    }
}

/// Asserts that it passed authentication and authorization: the resource does not exist.
#[track_caller]
fn passed(answer: &ApiResponse) {
    let (status, asked) = (answer.status, &answer.asked);
    assert!(![401, 403].contains(&status) && status < 500, "{asked}: {status} {}", answer.text());
}

/// The routes that need a role.
fn protected() -> impl Iterator<Item = (&'static Route, Role)> {
    ROUTES.iter().filter_map(|route| match route.access {
        Access::Open => None,
        Access::AtLeast(needed) => Some((route, needed)),
    })
}

#[tokio::test]
async fn without_a_token_only_two_routes_respond() {
    let stack = Stack::shared();
    let mut open = 0;
    for route in ROUTES {
        let answer = call(stack.nobody(), route).await;
        match route.access {
            Access::Open => {
                answer.is(200);
                open += 1;
            }
            Access::AtLeast(_) => refused_by_the_gateway(&stack, &answer, 401, "unauthenticated"),
        }
    }
    assert_eq!((open, protected().count()), (2, ROUTES.len() - 2));
    for path in ["/v1/nothing", "/v1/keys/a/b/c"] {
        refused_by_the_gateway(&stack, &stack.nobody().get(path).await, 401, "unauthenticated");
    }
    // Paths outside `/v1/` belong to the pages, which anybody may request. If dots were resolved, these paths would
    // lead from there into the API.
    for path in ["/health/%2e%2e%2fv1/automats", "/health%2f..%2fv1%2fautomats", "/x/..%2fv1/automats"] {
        let answer = stack.nobody().get(path).header("accept", "application/json").await;
        _ = answer.problem("route_not_found");
    }
}

#[tokio::test]
async fn every_route_accepts_machine_clients_with_its_role_only() {
    let stack = Stack::shared();
    let (mut refused, mut let_in) = (0, 0);
    for (route, needed) in protected() {
        for &role in Role::ALL {
            let answer = call(stack.as_role(role), route).await;
            if role < needed {
                refused_by_the_gateway(&stack, &answer, 403, "forbidden");
                refused += 1;
            } else {
                passed(&answer);
                let_in += 1;
            }
        }
    }
    assert_eq!(refused + let_in, protected().count() * 3);
    assert!(refused >= 17, "{refused}");
}

/// The token of a request.
#[derive(Debug, Clone, Copy)]
enum Bearer {
    /// A machine client's token, with the scope of a role.
    Machine(Role),
    /// A user's token with the scope of users. Their group has a role, or they are in no group.
    User(Option<Role>),
    /// An admin's token for an application that only requested their identity.
    OnlyOpenid,
    Identity,
}

async fn every_kind_of_token(stack: &Stack) -> Vec<(Bearer, String)> {
    let (browser, mut tokens) = (Browser::open(stack).await, Vec::new());
    for &role in Role::ALL {
        tokens.push((Bearer::Machine(role), stack.token(role).await));
        let of_person = browser.sign_in(role.name(), "openid key-automat/person").await;
        tokens.push((Bearer::User(Some(role)), of_person.access));
        if role == Role::Admin {
            tokens.push((Bearer::Identity, of_person.identity.unwrap()));
        }
    }
    let newcomer = browser.sign_in("newcomer", "openid key-automat/person").await;
    tokens.push((Bearer::User(None), newcomer.access));
    tokens.push((Bearer::OnlyOpenid, browser.sign_in("admin", "openid").await.access));
    tokens
}

#[tokio::test]
async fn every_route_is_tried_with_every_kind_of_token() {
    let stack = Stack::local();
    let tokens = every_kind_of_token(&stack).await;
    let (mut by_gateway, mut by_function, mut let_in) = (0, 0, 0);
    for (route, needed) in protected() {
        for (bearer, token) in &tokens {
            let answer = call(stack.nobody(), route).header("authorization", &format!("Bearer {token}")).await;
            match *bearer {
                Bearer::Machine(role) if role < needed => {
                    refused_for_its_scope(&answer, needed);
                    by_gateway += 1;
                }
                Bearer::OnlyOpenid | Bearer::Identity => {
                    refused_for_its_scope(&answer, needed);
                    by_gateway += 1;
                }
                Bearer::User(role) if role < Some(needed) => {
                    let held = role.map_or("none", Role::name);
                    let detail = format!("This requires the role {}; the token has {held}.", needed.name());
                    assert_eq!(answer.problem("forbidden")["detail"], detail, "{bearer:?}");
                    by_function += 1;
                }
                Bearer::Machine(_) | Bearer::User(_) => {
                    passed(&answer);
                    let_in += 1;
                }
            }
        }
    }
    assert_eq!(tokens.len(), 9);
    assert_eq!(by_gateway + by_function + let_in, protected().count() * 9);
    let lesser: usize = protected().map(|(_, needed)| Role::ALL.iter().filter(|role| **role < needed).count()).sum();
    assert_eq!((by_gateway, by_function), (lesser + protected().count() * 2, lesser + protected().count()));
}

/// Asserts that the gateway refuses, and names the scopes that the route needs.
#[track_caller]
fn refused_for_its_scope(answer: &ApiResponse, needed: Role) {
    let detail = answer.problem("forbidden")["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(&format!("the role {}", needed.name())), "{}: {detail}", answer.asked);
    let scopes = format!(r#"Bearer scope="{}" error="insufficient_scope""#, needed.scopes().join(" "));
    assert!(answer.header("www-authenticate").starts_with(&scopes), "{}: {scopes}", answer.asked);
}

#[tokio::test]
async fn unknown_routes_of_the_api_need_a_token_too() {
    let stack = Stack::local();
    for (bearer, token) in every_kind_of_token(&stack).await {
        let answer = stack.nobody().get("/v1/nothing").header("authorization", &format!("Bearer {token}")).await;
        let code = match bearer {
            Bearer::Machine(_) | Bearer::User(_) => "route_not_found",
            Bearer::OnlyOpenid | Bearer::Identity => "forbidden",
        };
        _ = answer.problem(code);
    }
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let stack = Stack::local();
    let token = stack.token(Role::Viewer).await;
    for (what, forged) in forgeries(&stack, &token, "scope", json!("key-automat/admin")).await {
        let bearer = format!("Bearer {forged}");
        for path in ["/v1/automats", "/v1/keys/no-such-thing"] {
            let answer = stack.nobody().get(path).header("authorization", &bearer).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.text());
            _ = answer.problem("unauthenticated");
        }
    }
    for header in ["Basic dmlld2VyOng=", "Bearer", "Bearer ", "Token abc"] {
        _ = stack.nobody().get("/v1/automats").header("authorization", header).await.problem("unauthenticated");
    }
    stack.nobody().get("/v1/automats").header("authorization", &format!("Bearer {token}")).await.is(200);
}

#[tokio::test]
async fn a_token_is_valid_for_an_hour() {
    let began = Instant::parse("2031-07-01T10:00:00Z").unwrap();
    let clock = Clock::fixed(began);
    let stack = Stack::alone(clock.clone()).await;
    _ = stack.token(Role::Viewer).await;
    clock.set(began.plus_millis(3_599_999));
    stack.viewer().get("/v1/automats").await.is(200);
    clock.set(began.plus_millis(3_600_000));
    _ = stack.viewer().get("/v1/automats").await.problem("unauthenticated");
    clock.set(began.plus_millis(-1));
    _ = stack.viewer().get("/v1/automats").await.problem("unauthenticated");
    clock.set(began.plus_millis(3_600_000));
    stack.forget_tokens().await;
    stack.viewer().get("/v1/automats").await.is(200);
}
