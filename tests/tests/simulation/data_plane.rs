//! The data plane of IoT Core in the simulation: the SDK's client over the shadow service, without a socket. It can
//! fail after a number of calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_iotdataplane::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use domain::Instant;
use iot::Shadows;
use iot::shadow::{Address, Operation, Rejection};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use testkit::{Wire, accepted, data_plane, rejected};

use crate::cloud::Death;

/// The shadows of all things, with an HTTP client for the SDK. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct DataPlane(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    shadows: Shadows,
    now: Instant,
    messages: Vec<(String, Vec<u8>)>,
    death: Death,
    dead: bool,
    /// The function's other wire, to the table, which is cut when it dies.
    table: Wire,
}

impl DataPlane {
    pub(crate) fn new(now: Instant, table: Wire) -> Self {
        let (messages, death) = (Vec::new(), Death::Spared);
        let shadows = Shadows::in_memory();
        Self(Arc::new(Mutex::new(State { shadows, now, messages, death, dead: false, table })))
    }

    pub(crate) fn client(&self) -> Client {
        data_plane(self.clone())
    }

    pub(crate) fn set(&self, now: Instant) {
        self.state().now = now;
    }

    /// Sends a request to a shadow. Messages to the device are kept for [`Self::messages`].
    pub(crate) fn request(&self, address: &Address, operation: Operation, payload: &[u8]) -> Result<Value, Rejection> {
        let mut state = self.state();
        let exchange = state.shadows.request(address, operation, payload, state.now.millis());
        state.messages.extend(exchange.messages);
        exchange.answer
    }

    /// The messages since the last call.
    pub(crate) fn messages(&self) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut self.state().messages)
    }

    pub(crate) fn condemn(&self, death: Death) {
        self.state().death = death;
    }

    /// Ends the failure. Returns whether a call failed.
    pub(crate) fn repair(&self) -> bool {
        let mut state = self.state();
        state.death = Death::Spared;
        std::mem::take(&mut state.dead)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let dead = || ConnectorError::user("the function died".into());
        let after = {
            let mut state = self.state();
            if state.dead {
                return Err(dead());
            }
            match &mut state.death {
                Death::BeforeTheShadow(0) => {
                    state.die();
                    return Err(dead());
                }
                Death::AfterTheShadow(0) => {
                    state.die();
                    true
                }
                Death::BeforeTheShadow(calls) | Death::AfterTheShadow(calls) => {
                    *calls -= 1;
                    false
                }
                Death::Spared | Death::AtTheTable(_) => false,
            }
        };
        let response = self.pass(request);
        if after { Err(dead()) } else { Ok(response) }
    }

    fn pass(&self, request: &HttpRequest) -> HttpResponse {
        if let Some(topic) = request.uri().split("/topics/").nth(1) {
            let topic = topic.split('?').next().unwrap_or_default();
            let topic = percent_decode_str(topic).decode_utf8().unwrap().into_owned();
            let payload = request.body().bytes().unwrap_or_default().to_vec();
            self.state().messages.push((topic, payload));
            return accepted(&json!({ "message": "OK" }));
        }
        let path = request.uri().split("/things/").nth(1).unwrap_or_default();
        let thing = path.split('/').next().unwrap_or_default().replace("%3A", ":");
        let name = path.split("name=").nth(1).and_then(|rest| rest.split('&').next());
        let address = Address::new(&thing, name).unwrap();
        let operation = if request.method() == "GET" { Operation::Get } else { Operation::Update };
        match self.request(&address, operation, request.body().bytes().unwrap_or_default()) {
            Ok(answer) => accepted(&answer),
            Err(rejection) => rejected(rejection.code(), rejection.exception()),
        }
    }
}

impl State {
    fn die(&mut self) {
        self.dead = true;
        self.table.cut_after(0);
    }
}

impl HttpConnector for DataPlane {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Self::call(self, &request))
    }
}
