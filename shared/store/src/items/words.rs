//! The words that stand in items for the variants of domain enums. A variant without a word does not compile.

use domain::{
    Channel, CodeKind, ContractField, DoorState, GuessingPeriod, KeypadRefusal, OpeningOutcome, Purpose, Trouble,
};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $of:ident { $($variant:ident),+ }) => {
        $(#[$doc])*
        #[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum $name { $($variant),+ }

        impl From<$of> for $name {
            fn from(variant: $of) -> Self {
                match variant { $($of::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $of {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

words!(
    /// How an opening ended.
    OutcomeWord, OpeningOutcome { Opened, Refused, Failed, Expired }
);
words!(
    /// What a locker is opened for.
    PurposeWord, Purpose { Fetch, Return }
);
words!(
    /// What was typed at a keypad.
    CodeKindWord, CodeKind { Pin, ReturnCode }
);
words!(
    /// Why an entry opened nothing.
    RefusalWord, KeypadRefusal { Unknown, TooEarly, Ended, KeyOut, KeyInside, KeypadSlow, Late }
);
words!(
    /// In what time there were many wrong entries.
    GuessingPeriodWord, GuessingPeriod { Hour, Day }
);
words!(
    /// A locker's door.
    DoorWord, DoorState { Unknown, Open, Closed }
);
words!(
    /// How a message goes.
    ChannelWord, Channel { Email, Sms }
);
words!(
    /// Why a message was not sent.
    TroubleWord, Trouble { Throttled, Unavailable, Unanswered, NotAllowed, AddressRefused, ContentRefused }
);
words!(
    /// What of a contract has changed.
    ChangeWord, ContractField { Person, Start, End, Pin, Contacts, FreeText }
);
