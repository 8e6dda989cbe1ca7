//! Texts that people write: trimmed, bounded, without control characters.

use std::fmt;

use crate::Invalid;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, max $max:literal, lines $lines:literal, empty $empty:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The greatest length in characters.
            pub const MAX: usize = $max;

            /// Takes a text without control characters; white space at its ends is dropped.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                parse(text, $max, $lines, $empty).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// The name of a person or of an automat: 1 to 100 characters.
    Name, max 100, lines false, empty false
);
text!(
    /// What the key opens: an apartment's address, a vehicle's licence number. At most 200 characters, may be empty.
    Property, max 200, lines false, empty true
);
text!(
    /// One line of a postal address: at most 200 characters, may be empty.
    AddressLine, max 200, lines false, empty true
);
text!(
    /// A note carried with a contract and its messages: 1 to 500 characters, line breaks allowed.
    FreeText, max 500, lines true, empty false
);

fn parse(text: &str, max: usize, lines: bool, empty: bool) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() && !empty {
        return Err(Invalid::Empty);
    }
    if text.chars().count() > max {
        return Err(Invalid::TooLong { max });
    }
    if text.chars().any(|c| c.is_control() && !(lines && c == '\n')) {
        return Err(Invalid::ControlCharacters);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_bounded_in_characters() {
        assert_eq!(Name::parse("  Aino Ä.  ").unwrap().as_str(), "Aino Ä.");
        assert!(Name::parse(&"ä".repeat(100)).is_ok());
        assert_eq!(Name::parse(&"ä".repeat(101)), Err(Invalid::TooLong { max: 100 }));
        assert_eq!(Name::parse(" \t "), Err(Invalid::Empty));
        assert_eq!(Property::parse("").unwrap().as_str(), "");
    }

    #[test]
    fn only_free_text_may_have_lines() {
        assert!(FreeText::parse("second floor\nring twice").is_ok());
        assert_eq!(Name::parse("a\nb"), Err(Invalid::ControlCharacters));
        assert_eq!(FreeText::parse("a\u{7}b"), Err(Invalid::ControlCharacters));
    }
}
