//! Who did something. Events name people by the subject of their token, which says little to anybody: so a person is
//! "you", or somebody with the beginning of that name, enough to tell two of them apart.

use api::Caller;
use domain::Actor;
use texts::{FluentArgs, Texts};

/// So much of a name tells people apart.
const SHORT: usize = 8;

/// Who it was, to this reader.
pub(crate) fn who(t: &Texts, actor: &Actor, reader: &Caller) -> String {
    let subject = actor.as_str();
    if *actor == reader.actor {
        return t.say("actor-you").into_owned();
    }
    if actor.is_automat() {
        return t.say("actor-automat").into_owned();
    }
    let short: String = subject.chars().take(SHORT).collect();
    let values = FluentArgs::from_iter([("name", short)]);
    if is_person(subject) { t.format("actor-person", &values) } else { t.format("actor-machine", &values) }
}

/// Amazon Cognito's subjects of people are UUIDs; those of machines are the names of their clients.
fn is_person(subject: &str) -> bool {
    let groups: Vec<_> = subject.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && subject.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use api::Role;
    use domain::{AutomatId, Language};

    use super::*;
    use crate::words::texts;

    #[test]
    fn whoever_it_was_has_a_short_name() {
        let t = texts(Language::English);
        let reader = Caller { actor: Actor::new("5d0f3b6e-0000-4000-8000-000000000001"), role: Role::Viewer };
        let said = |actor: &Actor| who(t, actor, &reader);
        assert_eq!(said(&reader.actor), "you");
        assert_eq!(said(&Actor::automat(&AutomatId::parse("lobby").unwrap())), "the automat");
        assert_eq!(said(&Actor::new("93cc2892-b0a1-70c5-4e55-3c3d0b8b6a11")), "person 93cc2892");
        assert_eq!(said(&Actor::new("4c1aoo7kd9v2m1hq0r6s3t5u8w")), "program 4c1aoo7k");
    }
}
