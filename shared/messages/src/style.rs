//! How each kind of message looks and what it may contain, beside its texts.

use domain::MessageKind;

#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Whether the message explains how to fetch the key, with the PIN and the note.
    pub(crate) gives_access: bool,
    /// The accent colour of an email.
    pub(crate) tone: Tone,
    /// The label of what the message reports, if that is a fact of its own: the changes, or the time.
    pub(crate) news_label: Option<&'static str>,
}

impl Style {
    pub(crate) fn of(kind: MessageKind) -> Self {
        let (gives_access, tone, news_label) = match kind {
            MessageKind::ContractCreated => (true, Tone::Calm, None),
            MessageKind::ContractUpdated => (true, Tone::Attentive, Some("changed")),
            MessageKind::ContractEnded | MessageKind::ContractCancelled => (false, Tone::Past, None),
            MessageKind::StartReminder => (true, Tone::Attentive, None),
            MessageKind::EndReminder => (false, Tone::Attentive, None),
            MessageKind::KeyFetched => (false, Tone::Calm, Some("fetched")),
            MessageKind::KeyReturned => (false, Tone::Calm, Some("returned")),
            MessageKind::KeyNotReturned => (false, Tone::Urgent, None),
        };
        Self { gives_access, tone, news_label }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Tone {
    Calm,
    /// Something has changed or needs attention.
    Attentive,
    /// Something has ended.
    Past,
    /// Something must be done.
    Urgent,
}

impl Tone {
    pub(crate) fn colour(self) -> &'static str {
        match self {
            Self::Calm => "#0f766e",
            Self::Attentive => "#b45309",
            Self::Past => "#64748b",
            Self::Urgent => "#be123c",
        }
    }
}
