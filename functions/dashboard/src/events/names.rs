//! The names in events: of users, whom an event knows by the subject of their token, and of persons, whom it knows by
//! their contract.

use std::collections::HashMap;

use api::{Caller, Problem};
use domain::{Actor, Contract, ContractId, Event};
use texts::Texts;

use crate::visit::Visit;

/// Characters of a subject that are shown if its name is unknown.
const SHORT: usize = 8;

#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    users: HashMap<Actor, String>,
    persons: HashMap<ContractId, String>,
}

impl Names {
    /// The names in these events: a batch of users and one of contracts.
    pub(crate) async fn of_events(visit: &Visit, events: &[Event]) -> Result<Self, Problem> {
        let contracts = events.iter().filter_map(|event| event.subject.contract.clone()).collect();
        let (users, contracts) = tokio::try_join!(
            visit.store().user_names(events.iter().map(|event| &event.actor)),
            visit.store().contracts_of(&contracts),
        )?;
        Ok(Self::new(users, &contracts))
    }

    pub(crate) fn new(users: HashMap<Actor, String>, contracts: &HashMap<ContractId, Contract>) -> Self {
        let persons = contracts.iter().map(|(id, contract)| (id.clone(), contract.person.to_string())).collect();
        Self { users, persons }
    }

    pub(crate) async fn of_user(visit: &Visit, user: &Actor) -> Result<Self, Problem> {
        let users = visit.store().user_names(std::iter::once(user)).await?;
        Ok(Self { users, ..Self::default() })
    }

    /// The person of a contract. `None` if the contract was removed.
    pub(crate) fn person(&self, contract: &ContractId) -> Option<&str> {
        self.persons.get(contract).map(String::as_str)
    }

    /// The name of an actor, if it is known.
    pub(crate) fn user(&self, actor: &Actor) -> Option<&str> {
        self.users.get(actor).map(String::as_str)
    }

    /// The actor as this reader sees it. One without a name is the beginning of the subject, which is enough to
    /// distinguish two.
    pub(crate) fn who(&self, t: &Texts, actor: &Actor, reader: &Caller) -> String {
        let subject = actor.as_str();
        if *actor == reader.actor {
            return t.text("actor-you").into_owned();
        }
        if actor.is_automat() {
            return t.text("actor-automat").into_owned();
        }
        if let Some(name) = self.user(actor) {
            return name.to_owned();
        }
        let short: String = subject.chars().take(SHORT).collect();
        t.with(if is_person(subject) { "actor-user" } else { "actor-client" }, [("name", short)])
    }
}

/// In Amazon Cognito the subject of a user is a UUID, and that of a machine client is the client's id.
fn is_person(subject: &str) -> bool {
    let groups: Vec<_> = subject.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && subject.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use api::Role;
    use domain::{AutomatId, Language};

    use super::*;
    use crate::translations::texts;

    #[test]
    fn actors_have_short_names() {
        let t = texts(Language::English);
        let reader = Caller { actor: Actor::new("5d0f3b6e-0000-4000-8000-000000000001"), role: Role::Viewer };
        let ada = Actor::new("73cc2892-b0a1-70c5-4e55-3c3d0b8b6a11");
        let names = Names { users: HashMap::from([(ada.clone(), "Ada Virtanen".to_owned())]), ..Names::default() };
        let said = |actor: &Actor| names.who(t, actor, &reader);
        assert_eq!(said(&reader.actor), "you");
        assert_eq!(said(&ada), "Ada Virtanen");
        assert_eq!(said(&Actor::automat(&AutomatId::parse("lobby").unwrap())), "the automat");
        assert_eq!(said(&Actor::new("93cc2892-b0a1-70c5-4e55-3c3d0b8b6a11")), "user 93cc2892");
        assert_eq!(said(&Actor::new("4c1aoo7kd9v2m1hq0r6s3t5u8w")), "machine client 4c1aoo7k");
    }
}
