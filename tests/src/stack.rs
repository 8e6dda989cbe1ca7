//! The stack that is tested.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;

use api::Role;
use clock::Clock;
use local_cloud::{Data, LocalCloud, Options};
use reqwest::Client;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::As;
use crate::deployed::Deployed;

/// A stack and an HTTP client for it.
#[derive(Debug, Clone)]
pub struct Stack {
    base: Arc<Base>,
    http: Client,
}

#[derive(Debug)]
struct Base {
    url: String,
    token_url: String,
    clients: HashMap<&'static str, (String, String)>,
    tokens: Mutex<HashMap<&'static str, String>>,
    behind: Behind,
}

#[derive(Debug)]
enum Behind {
    Local(Box<LocalCloud>),
    Deployed(Deployed),
}

/// The addresses of a deployed stack.
const URL: &str = "KEY_AUTOMAT_URL";

const ROLES: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

impl Stack {
    /// The stack that all tests of a file share: the one in the environment, otherwise a local cloud.
    ///
    /// For a deployed stack, set `KEY_AUTOMAT_URL`, `KEY_AUTOMAT_TOKEN_URL` for its token endpoint, and
    /// `KEY_AUTOMAT_VIEWER`, `KEY_AUTOMAT_OPERATOR` and `KEY_AUTOMAT_ADMIN` for its machine clients, each as
    /// `client_id:secret`.
    ///
    /// `KEY_AUTOMAT_PROVISION` is the command that gives an automat its credentials (`infra/tools/provision.py`),
    /// without `--automat` and `--out`. `KEY_AUTOMAT_TAKEN` is where ministack shows the SMS and emails that it took.
    #[must_use]
    pub fn shared() -> Self {
        static DEPLOYED: OnceLock<Option<Arc<Base>>> = OnceLock::new();
        let deployed = DEPLOYED.get_or_init(|| Base::named_by_environment().map(Arc::new));
        deployed.clone().map_or_else(Self::of_this_process, Self::over)
    }

    /// A local cloud that the tests of a file share, for those that look behind the API.
    #[must_use]
    pub fn local() -> Self {
        only_local("it looks behind the API");
        Self::of_this_process()
    }

    /// A local cloud for one test, with a clock that the test sets.
    pub async fn alone(clock: Clock) -> Self {
        only_local("it sets the clock");
        Self::over(Arc::new(Base::of_local(LocalCloud::start_at(Options::ephemeral(), clock).await.unwrap())))
    }

    /// As [`Stack::alone`], with a data folder.
    pub async fn alone_in(folder: &Path, clock: Clock) -> Self {
        only_local("it looks at the files");
        let options = Options { data: Data::Folder(folder.to_owned()), ..Options::ephemeral() };
        Self::over(Arc::new(Base::of_local(LocalCloud::start_at(options, clock).await.unwrap())))
    }

    fn of_this_process() -> Self {
        static LOCAL: OnceLock<Arc<Base>> = OnceLock::new();
        Self::over(LOCAL.get_or_init(|| Arc::new(start_for_good())).clone())
    }

    // Connections belong to the runtime of the test that opened them, so each test has a client of its own.
    fn over(base: Arc<Base>) -> Self {
        let client = Client::builder();
        // Reading the system's certificate authorities takes longer than many tests.
        let client = if base.url.starts_with("https:") { client } else { client.tls_certs_only([]) };
        Self { base, http: client.build().unwrap() }
    }

    /// The base URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.base.url
    }

    #[must_use]
    pub fn token_url(&self) -> &str {
        &self.base.token_url
    }

    /// The local cloud. Panics for a deployed stack.
    #[must_use]
    pub fn cloud(&self) -> &LocalCloud {
        match &self.base.behind {
            Behind::Local(cloud) => cloud,
            Behind::Deployed(_) => panic!("a deployed stack shows nothing behind its API: begin with Stack::local()"),
        }
    }

    pub(crate) fn deployed(&self) -> Option<&Deployed> {
        if let Behind::Deployed(deployed) = &self.base.behind { Some(deployed) } else { None }
    }

    /// Whether it is a deployed stack.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        self.deployed().is_some()
    }

    #[must_use]
    pub fn nobody(&self) -> As<'_> {
        As { stack: self, role: None }
    }

    #[must_use]
    pub fn as_role(&self, role: Role) -> As<'_> {
        As { stack: self, role: Some(role) }
    }

    #[must_use]
    pub fn viewer(&self) -> As<'_> {
        self.as_role(Role::Viewer)
    }

    #[must_use]
    pub fn operator(&self) -> As<'_> {
        self.as_role(Role::Operator)
    }

    #[must_use]
    pub fn admin(&self) -> As<'_> {
        self.as_role(Role::Admin)
    }

    /// How events name the client of a role.
    #[must_use]
    pub fn actor(&self, role: Role) -> &str {
        &self.base.clients[role.name()].0
    }

    /// The token of a role, fetched once.
    pub async fn token(&self, role: Role) -> String {
        let mut tokens = self.base.tokens.lock().await;
        if let Some(token) = tokens.get(role.name()) {
            return token.clone();
        }
        let (id, secret) = &self.base.clients[role.name()];
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let answer = self.http.post(&self.base.token_url).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {}", answer["error"]));
        tokens.insert(role.name(), token.to_owned());
        token.to_owned()
    }

    /// Forgets the tokens, for a test that has moved the clock past their expiry.
    pub async fn forget_tokens(&self) {
        self.base.tokens.lock().await.clear();
    }

    /// The HTTP client, for requests that are not a [`Call`](crate::Call).
    #[must_use]
    pub fn http(&self) -> &Client {
        &self.http
    }
}

impl Base {
    fn of_local(cloud: LocalCloud) -> Self {
        let url = cloud.url().to_owned();
        let clients = ROLES.map(|role| (role.name(), (role.name().to_owned(), "any".to_owned())));
        Self {
            token_url: format!("{url}/oauth2/token"),
            url,
            clients: HashMap::from(clients),
            tokens: Mutex::default(),
            behind: Behind::Local(Box::new(cloud)),
        }
    }

    fn named_by_environment() -> Option<Self> {
        let url = std::env::var(URL).ok()?.trim_end_matches('/').to_owned();
        let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        let clients = ROLES.map(|role| {
            let name = format!("KEY_AUTOMAT_{}", role.name().to_uppercase());
            let client = variable(&name);
            let (id, secret) = client.split_once(':').unwrap_or_else(|| panic!("{name} is not client_id:secret"));
            (role.name(), (id.to_owned(), secret.to_owned()))
        });
        let token_url = variable("KEY_AUTOMAT_TOKEN_URL");
        let behind = Behind::Deployed(Deployed::named_by_environment());
        Some(Self { url, token_url, clients: HashMap::from(clients), tokens: Mutex::default(), behind })
    }
}

/// Panics if the environment names a deployed stack, so that the test does not seem to have run there. `cargo xtask
/// deployed` counts such tests by this message.
pub fn only_local(because: &str) {
    assert!(std::env::var_os(URL).is_none(), "needs the local cloud: {because}");
}

/// A local cloud with a runtime of its own, since the runtime of the first test ends with that test.
fn start_for_good() -> Base {
    let (started, start) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
            started.send(Base::of_local(cloud)).unwrap();
            std::future::pending::<()>().await;
        });
    });
    start.recv().unwrap_or_else(|_| panic!("the local cloud did not start"))
}
