//! A browser in which a user signs in as the dashboard does it: with the sign-in pages and PKCE.

use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde_json::Value;
use testkit::html;

use crate::Stack;

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const STATE: &str = "what-the-dashboard-remembers";

/// A browser at the local cloud. It follows redirects only where the test says so.
#[derive(Debug)]
pub struct Browser {
    http: Client,
    url: String,
    /// The `OpenID` configuration, which has the endpoints.
    configuration: Value,
}

/// The tokens of a sign-in.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The code that was exchanged for them.
    pub code: String,
    pub access: String,
    /// The ID token, if it was requested.
    pub identity: Option<String>,
    pub refresh: String,
}

impl Browser {
    pub async fn open(stack: &Stack) -> Self {
        let url = stack.cloud().url().to_owned();
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let configuration = http.get(format!("{url}/.well-known/openid-configuration")).send().await.unwrap();
        Self { configuration: configuration.json().await.unwrap(), http, url }
    }

    /// Signs in a user of the sign-in's form, for these scopes.
    pub async fn sign_in(&self, person: &str, scope: &str) -> Tokens {
        let callback = format!("{}/auth/callback", self.url);
        let asked = [
            ("response_type", "code"),
            ("client_id", "dashboard"),
            ("redirect_uri", callback.as_str()),
            ("scope", scope),
            ("state", STATE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let page = Url::parse_with_params(self.endpoint("authorization_endpoint"), asked).unwrap();
        let page = self.http.get(page).send().await.unwrap().text().await.unwrap();
        let mut form = html::form(&page, "", "/login").unwrap();
        form.push(("person".to_owned(), person.to_owned()));
        let answer = self.http.post(format!("{}/login", self.url)).form(&form).send().await.unwrap();
        let back = where_to(&answer);
        assert!(back.as_str().starts_with(&callback), "sent to {}", back.path());
        let parameter =
            |wanted: &str| back.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        assert_eq!(parameter("state").as_deref(), Some(STATE));
        let code = parameter("code").unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "dashboard"),
            ("redirect_uri", &callback),
            ("code_verifier", VERIFIER),
            ("code", &code),
        ];
        let tokens = self.request("token_endpoint", &form).await.unwrap();
        let token = |name: &str| tokens[name].as_str().map(str::to_owned);
        Tokens {
            code,
            access: token("access_token").unwrap(),
            identity: token("id_token"),
            refresh: token("refresh_token").unwrap(),
        }
    }

    /// The next access token, or the error code.
    pub async fn refresh(&self, refresh_token: &str) -> Result<String, String> {
        let form = [("grant_type", "refresh_token"), ("client_id", "dashboard"), ("refresh_token", refresh_token)];
        self.request("token_endpoint", &form).await.map(|tokens| tokens["access_token"].as_str().unwrap().to_owned())
    }

    /// Signs out and revokes the refresh token. Returns where that redirects to.
    pub async fn sign_out(&self, refresh_token: &str) -> String {
        let form = [("client_id", "dashboard"), ("token", refresh_token)];
        _ = self.request("revocation_endpoint", &form).await.unwrap();
        let home = format!("{}/", self.url);
        let leave = [("client_id", "dashboard"), ("logout_uri", home.as_str())];
        let leave = Url::parse_with_params(self.endpoint("end_session_endpoint"), leave).unwrap();
        where_to(&self.http.get(leave).send().await.unwrap()).to_string()
    }

    fn endpoint(&self, name: &str) -> &str {
        self.configuration[name].as_str().unwrap()
    }

    async fn request(&self, endpoint: &str, form: &[(&str, &str)]) -> Result<Value, String> {
        let answer = self.http.post(self.endpoint(endpoint)).form(form).send().await.unwrap();
        let (is_good, text) = (answer.status().is_success(), answer.text().await.unwrap());
        let body: Value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        if is_good { Ok(body) } else { Err(body["error"].as_str().unwrap().to_owned()) }
    }
}

fn where_to(answer: &Response) -> Url {
    let location = answer.headers().get("location");
    let location = location.unwrap_or_else(|| panic!("{} leads nowhere", answer.status()));
    location.to_str().unwrap().parse().unwrap()
}
