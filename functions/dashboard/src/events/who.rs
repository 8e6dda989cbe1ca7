//! The actor of an event as text. Events name users by the subject of their token, which means nothing to a reader. So
//! a user is "you", or the beginning of the subject, which is enough to distinguish two users.

use api::Caller;
use domain::Actor;
use texts::Texts;

/// Characters of a subject that are shown.
const SHORT: usize = 8;

/// The actor as this reader sees it.
pub(crate) fn who(t: &Texts, actor: &Actor, reader: &Caller) -> String {
    let subject = actor.as_str();
    if *actor == reader.actor {
        return t.text("actor-you").into_owned();
    }
    if actor.is_automat() {
        return t.text("actor-automat").into_owned();
    }
    let short: String = subject.chars().take(SHORT).collect();
    t.with(if is_person(subject) { "actor-user" } else { "actor-client" }, [("name", short)])
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
        let said = |actor: &Actor| who(t, actor, &reader);
        assert_eq!(said(&reader.actor), "you");
        assert_eq!(said(&Actor::automat(&AutomatId::parse("lobby").unwrap())), "the automat");
        assert_eq!(said(&Actor::new("93cc2892-b0a1-70c5-4e55-3c3d0b8b6a11")), "user 93cc2892");
        assert_eq!(said(&Actor::new("4c1aoo7kd9v2m1hq0r6s3t5u8w")), "machine client 4c1aoo7k");
    }
}
