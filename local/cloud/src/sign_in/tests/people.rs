//! The sign-in of a person, and the requests that are refused.

use http::header;

use super::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The challenge of that verifier: the example of RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://here/auth/callback";

type Pairs<'a> = Vec<(&'a str, &'a str)>;

fn good<'a>() -> Pairs<'a> {
    vec![
        ("response_type", "code"),
        ("client_id", "dashboard"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid key-automat/person"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "a b&c=\"><i>"),
        ("nonce", "n-1"),
    ]
}

/// Replaces some pairs; the value `-` removes the pair.
fn changed<'a>(pairs: Pairs<'a>, changes: &[(&'a str, &'a str)]) -> Pairs<'a> {
    let kept = pairs.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes.iter().copied()).filter(|(_, value)| *value != "-").collect()
}

fn written(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The query of the redirect, which must lead to the application's callback.
fn back(answer: &Response) -> Vec<(String, String)> {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let query = answer.header("location").strip_prefix(CALLBACK).unwrap().strip_prefix('?').unwrap();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn value<'q>(query: &'q [(String, String)], wanted: &str) -> Option<&'q str> {
    query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

/// A sign-in as a browser sees it, with a clock that the test sets.
struct Rig {
    router: Router,
    clock: Clock,
}

impl Rig {
    fn new() -> Self {
        let clock = Clock::fixed(Instant::from_millis(1_800_000_000_000).unwrap());
        Self { router: signing_in(clock.clone()), clock }
    }

    fn pass(&self, millis: i64) {
        self.clock.set(self.clock.now().plus_millis(millis));
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Response {
        let uri = format!("{path}?{}", written(query));
        Response::of(&self.router, http::Request::get(uri).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = http::Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Response::of(&self.router, request.body(written(form).into()).unwrap()).await
    }

    async fn code(&self, person: &str, changes: &[(&str, &str)]) -> String {
        let form = changed(changed(good(), &[("person", person)]), changes);
        let query = back(&self.post("/login", &form).await);
        value(&query, "code").unwrap().to_owned()
    }

    async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Response {
        let form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "dashboard"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.post("/oauth2/token", &changed(form, changes)).await
    }

    async fn refresh(&self, token: &str) -> Response {
        let form = vec![("grant_type", "refresh_token"), ("client_id", "dashboard"), ("refresh_token", token)];
        self.post("/oauth2/token", &form).await
    }

    async fn refresh_token(&self) -> String {
        let code = self.code("admin", &[]).await;
        self.redeem(&code, &[]).await.json()["refresh_token"].as_str().unwrap().to_owned()
    }
}

fn claims(token: &Value) -> Value {
    let key = jsonwebtoken::DecodingKey::from_jwk(&TOKENS.jwks().keys[0]).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Value>(token.as_str().unwrap(), &key, &validation).unwrap().claims
}

fn refusal(answer: &Response) -> (u16, String) {
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert!(body["error_description"].is_string(), "{body}");
    (answer.status, body["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_page_lists_the_people_and_carries_the_request() {
    let rig = Rig::new();
    for path in ["/oauth2/authorize", "/login"] {
        let page = rig.get(path, &good()).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        for person in &crate::people::PEOPLE {
            assert!(page.text.contains(&format!("name=\"person\" value=\"{}\"", person.id)), "{}", page.text);
        }
        assert!(page.text.contains(&format!("name=\"code_challenge\" value=\"{CHALLENGE}\"")));
        assert!(!page.text.contains("<i>"), "what an application sends is text, not markup");
        assert!(!page.text.contains("<script"), "it works without");
    }
}

#[tokio::test]
async fn pages_forbid_framing_caching_and_referrers() {
    let rig = Rig::new();
    let pages = [
        rig.get("/oauth2/authorize", &good()).await,
        rig.get("/oauth2/authorize", &[]).await,
        rig.post("/login", &good()).await,
        rig.get("/logout", &[]).await,
    ];
    for page in pages {
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "form-action 'self' http://here", "frame-ancestors 'none'"] {
            assert!(policy.split("; ").any(|directive| directive == part), "{policy}");
        }
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
    }
    assert_eq!(rig.get("/login/page.css", &[]).await.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_sign_in_returns_the_same_tokens_as_cognito() {
    let rig = Rig::new();
    let query = back(&rig.post("/login", &changed(good(), &[("person", "operator")])).await);
    assert_eq!(value(&query, "state"), Some("a b&c=\"><i>"));
    let answer = rig.redeem(value(&query, "code").unwrap(), &[]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.text);
    let tokens = answer.json();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&"Bearer".into(), &900.into()));

    let (access, identity) = (claims(&tokens["access_token"]), claims(&tokens["id_token"]));
    let subject = crate::people::LocalUser::by_id("operator").unwrap().subject;
    for (token, token_use) in [(&access, "access"), (&identity, "id")] {
        assert_eq!(token["iss"], "http://here");
        assert_eq!(token["sub"], subject);
        assert_eq!(token["token_use"], token_use);
        assert_eq!(token["cognito:groups"], serde_json::json!(["operator"]));
        assert_eq!(token["auth_time"], 1_800_000_000);
        assert_eq!(token["exp"], 1_800_000_900);
        assert!(token["jti"].is_string() && token.get("email").is_none());
    }
    assert_eq!(access["client_id"], "dashboard");
    assert_eq!(access["username"], subject);
    assert_eq!(access["scope"], "openid key-automat/person");
    assert!(access.get("aud").is_none() && access.get("nonce").is_none());
    assert_eq!(identity["aud"], "dashboard");
    assert_eq!(identity["cognito:username"], subject);
    assert_eq!(identity["nonce"], "n-1");
    assert!(identity.get("scope").is_none() && identity.get("client_id").is_none());
    assert_eq!(access["origin_jti"], identity["origin_jti"]);
}

#[tokio::test]
async fn only_requested_tokens_and_scopes_are_issued() {
    let rig = Rig::new();
    let code = rig.code("viewer", &[("scope", "key-automat/person"), ("state", "-"), ("nonce", "-")]).await;
    let tokens = rig.redeem(&code, &[]).await.json();
    assert_eq!(claims(&tokens["access_token"])["scope"], "key-automat/person");
    assert!(tokens.get("id_token").is_none());
    let code = rig.code("viewer", &[("scope", "-"), ("nonce", "-")]).await;
    let tokens = rig.redeem(&code, &[]).await.json();
    assert_eq!(claims(&tokens["access_token"])["scope"], "openid key-automat/person");
    assert!(claims(&tokens["id_token"]).get("nonce").is_none());
    let code = rig.code("newcomer", &[]).await;
    let tokens = rig.redeem(&code, &[]).await.json();
    assert!(claims(&tokens["access_token"]).get("cognito:groups").is_none());
}

#[tokio::test]
async fn an_unknown_client_or_redirect_uri_gets_an_error_page() {
    let rig = Rig::new();
    for changes in [
        &[("client_id", "-")][..],
        &[("client_id", "stranger")],
        &[("client_id", "admin")],
        &[("client_id", "dashboard"), ("client_id", "dashboard")],
        &[("redirect_uri", "-")],
        &[("redirect_uri", "http://here/auth/callback/")],
        &[("redirect_uri", "http://here/auth/callback?x=y")],
        &[("redirect_uri", "http://here/auth/../auth/callback")],
        &[("redirect_uri", "http://HERE/auth/callback")],
        &[("redirect_uri", "http://here/auth/callback\r\nx: y")],
        &[("redirect_uri", "https://here/auth/callback")],
        &[("redirect_uri", "http://here.evil.example/auth/callback")],
        &[("redirect_uri", "//evil.example")],
        &[("redirect_uri", CALLBACK), ("redirect_uri", "http://evil.example")],
    ] {
        let request = changed(changed(good(), &[("person", "admin")]), changes);
        for answer in [rig.get("/oauth2/authorize", &request).await, rig.post("/login", &request).await] {
            assert_eq!((answer.status, answer.header("location")), (400, ""), "{changes:?}");
            assert!(answer.text.contains("Sign-in failed") && !answer.text.contains("evil"), "{changes:?}");
        }
    }
}

#[tokio::test]
async fn other_errors_are_reported_to_the_application() {
    let rig = Rig::new();
    let long = "a".repeat(44);
    for (changes, error) in [
        (&[("response_type", "-")][..], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("code_challenge", "-")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("code_challenge", long.as_str())], "invalid_request"),
        (&[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")], "invalid_request"),
        (&[("code_challenge_method", "-")], "invalid_request"),
        (&[("code_challenge_method", "plain"), ("code_challenge", VERIFIER)], "invalid_request"),
        (&[("code_challenge_method", "s256")], "invalid_request"),
        (&[("scope", "key-automat/admin")], "invalid_scope"),
        (&[("scope", "openid key-automat/person email")], "invalid_scope"),
        (&[("scope", "openid  key-automat/person")], "invalid_scope"),
        (&[("scope", "openid"), ("scope", "openid")], "invalid_request"),
        (&[("nonce", "a"), ("nonce", "b")], "invalid_request"),
    ] {
        let request = changed(changed(good(), &[("person", "admin")]), changes);
        for answer in [rig.get("/oauth2/authorize", &request).await, rig.post("/login", &request).await] {
            let query = back(&answer);
            assert_eq!(value(&query, "error"), Some(error), "{changes:?}");
            assert_eq!(value(&query, "state"), Some("a b&c=\"><i>"), "{changes:?}");
            assert!(value(&query, "code").is_none() && value(&query, "error_description").is_some(), "{changes:?}");
        }
    }
    let query = back(&rig.get("/oauth2/authorize", &changed(good(), &[("state", "a"), ("state", "b")])).await);
    assert_eq!((value(&query, "error"), value(&query, "state")), (Some("invalid_request"), None));
}

#[tokio::test]
async fn an_unknown_person_is_asked_again() {
    let rig = Rig::new();
    for changes in [&[][..], &[("person", "root")], &[("person", "")], &[("person", "admin"), ("person", "viewer")]] {
        let page = rig.post("/login", &changed(good(), changes)).await;
        assert_eq!(page.status, 400, "{changes:?}");
        assert!(page.text.contains("role=\"alert\"") && page.text.contains(CHALLENGE), "{changes:?}");
    }
}

#[tokio::test]
async fn forms_of_other_pages_and_unknown_host_names_are_refused() {
    let rig = Rig::new();
    let form = written(&changed(good(), &[("person", "admin")]));
    let send = async |name: &str, value: &str| {
        let request = http::Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Response::of(&rig.router, request.header(name, value).body(form.clone().into()).unwrap()).await.status
    };
    assert_eq!(send("sec-fetch-site", "same-origin").await, 303);
    assert_eq!(send("sec-fetch-site", "cross-site").await, 403);
    assert_eq!(send("host", "127.0.0.1:3000").await, 303);
    assert_eq!(send("host", "evil.example:3000").await, 421);
    let token = http::Request::post("/oauth2/token").header(header::HOST, "evil.example:3000");
    assert_eq!(Response::of(&rig.router, token.body(Body::empty()).unwrap()).await.status, 421);
}

#[tokio::test]
async fn a_code_is_valid_once_and_for_five_minutes() {
    let rig = Rig::new();
    let code = rig.code("admin", &[]).await;
    rig.pass(299_999);
    let refresh_token = rig.redeem(&code, &[]).await.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(rig.refresh(&refresh_token).await.status, 200);
    let late = rig.code("admin", &[]).await;
    rig.pass(300_000);
    let grant = (400, "invalid_grant".to_owned());
    assert_eq!(refusal(&rig.redeem(&late, &[]).await), grant, "too late");
    assert_eq!(refusal(&rig.redeem("nonsense", &[]).await), grant);
}

#[tokio::test]
async fn using_a_code_twice_revokes_the_refresh_token_issued_for_it() {
    let rig = Rig::new();
    let (code, other) = (rig.code("admin", &[]).await, rig.refresh_token().await);
    let refresh_token = rig.redeem(&code, &[]).await.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(refusal(&rig.redeem(&code, &[]).await).1, "invalid_grant");
    assert_eq!(refusal(&rig.refresh(&refresh_token).await).1, "invalid_grant", "one of the two has stolen the code");
    assert_eq!(rig.refresh(&other).await.status, 200, "other sign-ins stay valid");
}

#[tokio::test]
async fn a_code_is_bound_to_its_client_redirect_uri_and_verifier() {
    let rig = Rig::new();
    let other = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl";
    for (changes, status, error) in [
        (&[("code_verifier", other)][..], 400, "invalid_grant"),
        (&[("code_verifier", CHALLENGE)], 400, "invalid_grant"),
        (&[("redirect_uri", "http://here/")], 400, "invalid_grant"),
        (&[("code_verifier", "-")], 400, "invalid_request"),
        (&[("redirect_uri", "-")], 400, "invalid_request"),
        (&[("code", "-")], 400, "invalid_request"),
        (&[("client_id", "admin")], 400, "unauthorized_client"),
        (&[("client_id", "stranger")], 401, "invalid_client"),
        (&[("client_id", "-")], 401, "invalid_client"),
        (&[("client_secret", "guessed")], 401, "invalid_client"),
        (&[("grant_type", "implicit")], 400, "unsupported_grant_type"),
    ] {
        let code = rig.code("admin", &[]).await;
        let answer = rig.redeem(&code, changes).await;
        assert_eq!(refusal(&answer), (status, error.to_owned()), "{changes:?}");
        assert!(!answer.text.contains(&code) && !answer.text.contains(VERIFIER), "{}", answer.text);
    }
    let code = rig.code("admin", &[]).await;
    assert_eq!(refusal(&rig.redeem(&code, &[("code_verifier", other)]).await).1, "invalid_grant");
    assert_eq!(refusal(&rig.redeem(&code, &[]).await).1, "invalid_grant", "one attempt uses the code up");
}

#[tokio::test]
async fn a_refresh_token_is_valid_for_a_week_and_keeps_the_sign_in() {
    let rig = Rig::new();
    let code = rig.code("operator", &[]).await;
    let first = rig.redeem(&code, &[]).await.json();
    let refresh_token = first["refresh_token"].as_str().unwrap().to_owned();
    rig.pass(3_600_000);
    let next = rig.refresh(&refresh_token).await.json();
    assert!(next.get("refresh_token").is_none(), "it stays the same");
    let (before, after) = (claims(&first["access_token"]), claims(&next["access_token"]));
    assert_eq!((&before["origin_jti"], &before["auth_time"]), (&after["origin_jti"], &after["auth_time"]));
    assert_eq!(after["exp"], 1_800_000_000 + 3_600 + 900);
    assert_ne!(before["jti"], after["jti"]);
    assert!(claims(&next["id_token"]).get("nonce").is_none(), "the nonce is only in the first ID token");
    rig.pass(6 * 86_400_000 + 82_799_999);
    assert_eq!(rig.refresh(&refresh_token).await.status, 200);
    rig.pass(1);
    assert_eq!(refusal(&rig.refresh(&refresh_token).await), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_revoked_refresh_token_is_invalid() {
    let rig = Rig::new();
    let (token, other) = (rig.refresh_token().await, rig.refresh_token().await);
    let revoke = async |form: Pairs<'_>| rig.post("/oauth2/revoke", &form).await;
    let answer = revoke(vec![("client_id", "dashboard"), ("token", &token)]).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(refusal(&rig.refresh(&token).await).1, "invalid_grant");
    assert_eq!(rig.refresh(&other).await.status, 200);
    assert_eq!(revoke(vec![("client_id", "dashboard"), ("token", &token)]).await.status, 200, "again");
    for (form, status, error) in [
        (vec![("client_id", "dashboard")], 400, "invalid_request"),
        (vec![("client_id", "dashboard"), ("token", "a.b.c")], 400, "unsupported_token_type"),
        (vec![("client_id", "admin"), ("token", other.as_str())], 400, "unauthorized_client"),
        (vec![("token", other.as_str())], 401, "invalid_client"),
    ] {
        assert_eq!(refusal(&revoke(form.clone()).await), (status, error.to_owned()), "{form:?}");
    }
    assert_eq!(rig.refresh(&other).await.status, 200);
}

#[tokio::test]
async fn signing_out_redirects_only_to_the_application() {
    let rig = Rig::new();
    let out = async |query: Pairs<'_>| rig.get("/logout", &query).await;
    let answer = out(vec![("client_id", "dashboard"), ("logout_uri", "http://here/")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "http://here/"));
    for query in [
        vec![],
        vec![("client_id", "dashboard")],
        vec![("logout_uri", "http://here/")],
        vec![("client_id", "admin"), ("logout_uri", "http://here/")],
        vec![("client_id", "dashboard"), ("logout_uri", "http://here")],
        vec![("client_id", "dashboard"), ("logout_uri", "http://here/auth/callback")],
        vec![("client_id", "dashboard"), ("logout_uri", "http://evil.example/")],
    ] {
        let answer = out(query.clone()).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{query:?}");
    }
}

#[tokio::test]
async fn an_oversized_form_is_refused() {
    let rig = Rig::new();
    let state = "a".repeat(3_000_000);
    assert_eq!(rig.post("/login", &changed(good(), &[("state", &state), ("person", "admin")])).await.status, 400);
}
