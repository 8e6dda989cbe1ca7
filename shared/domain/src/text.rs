//! Texts that people write: normalized, trimmed, bounded, visible, and without control characters.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::Invalid;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, max $max:expr, lines $lines:literal, empty $empty:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// In characters.
            pub const MAX: usize = $max;

            /// Trims the text and checks it.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                parse(text, $max, $lines, $empty).map(Self)
            }

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
    /// What a key opens, such as an apartment's address or a vehicle's licence number: at most 200 characters, may be
    /// empty.
    Property, max 200, lines false, empty true
);
text!(
    /// One line of a postal address: at most 200 characters, may be empty.
    AddressLine, max 200, lines false, empty true
);
text!(
    /// A note on a contract and in its messages: 1 to 500 characters, line breaks allowed.
    FreeText, max 500, lines true, empty false
);
text!(
    /// The version of a device's software: 1 to 32 characters.
    Firmware, max protocol::health::FIRMWARE_LENGTH, lines false, empty false
);

/// Normalizes a text: NFC, LF for every line break (HTML forms submit CR LF), no white space at its ends.
fn parse(text: &str, max: usize, lines: bool, empty: bool) -> Result<String, Invalid> {
    let text: String = if lines { text.replace("\r\n", "\n").nfc().collect() } else { text.nfc().collect() };
    let text = text.trim();
    let may_be_empty = empty && text.is_empty();
    if !may_be_empty && !text.chars().any(is_visible) {
        return Err(Invalid::Empty);
    }
    if text.chars().count() > max {
        return Err(Invalid::TooLong { max });
    }
    if text.chars().any(|c| c.is_control() && !(lines && c == '\n')) || (!lines && leaves_its_line(text)) {
        return Err(Invalid::ControlCharacters);
    }
    Ok(text.to_owned())
}

/// Whether a character is visible on its own. The empty Braille pattern is an ordinary symbol that looks like a space.
fn is_visible(c: char) -> bool {
    !(is_ignorable(c) || c.is_whitespace() || c.is_control() || is_combining_mark(c) || c == '\u{2800}')
}

/// Whether a character is invisible even on another one: `Default_Ignorable_Code_Point` of Unicode
/// (DerivedCoreProperties.txt).
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a one-line text would disturb the line in which it is shown: by breaking it (line and paragraph separators),
/// or by reversing what follows (embeddings, overrides, and isolates that are not closed; UAX #9). Joiners and
/// directional marks are allowed: Persian, Hindi, Hebrew and emoji need them.
fn leaves_its_line(text: &str) -> bool {
    let mut open_isolates = 0_usize;
    for c in text.chars() {
        match c {
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' => return true,
            '\u{2066}'..='\u{2068}' => open_isolates += 1,
            '\u{2069}' => open_isolates = open_isolates.saturating_sub(1),
            _ => {}
        }
    }
    open_isolates > 0
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

    #[test]
    fn texts_are_normalized() {
        assert_eq!(Name::parse("Ha\u{308}nninen").unwrap(), Name::parse("H\u{e4}nninen").unwrap());
        assert_eq!(FreeText::parse("Ring twice.\r\nThen wait.").unwrap().as_str(), "Ring twice.\nThen wait.");
    }

    #[test]
    fn a_text_must_have_a_visible_character() {
        for invisible in ["\u{200b}", "\u{3164}", "\u{2800}", "\u{feff}", "\u{2066}\u{2069}", "\u{301}"] {
            assert_eq!(Name::parse(invisible), Err(Invalid::Empty), "{invisible:?}");
            assert_eq!(Property::parse(invisible), Err(Invalid::Empty), "{invisible:?}");
        }
    }

    #[test]
    fn a_one_line_text_cannot_break_or_reverse_its_line() {
        for bad in ["Ada \u{202e}nenatriV", "Ada\u{2028}Virtanen", "Ada\u{2029}V", "a\u{2067}b", "a\u{2069}\u{2066}b"] {
            assert_eq!(Name::parse(bad), Err(Invalid::ControlCharacters), "{bad:?}");
        }
        for good in ["\u{646}\u{200c}\u{647}", "\u{1f468}\u{200d}\u{1f469}", "a\u{2068}b\u{2069}", "\u{200f}\u{5d0}"] {
            assert_eq!(Name::parse(good).unwrap().as_str(), good, "{good:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn parsing_a_text_twice_changes_nothing(text in "\\PC{0,30}[\r\n\u{300}-\u{310}\u{2066}-\u{2069} ]{0,5}\\PC{0,30}") {
            if let Ok(once) = FreeText::parse(&text) {
                proptest::prop_assert_eq!(FreeText::parse(once.as_str()), Ok(once.clone()));
            }
            if let Ok(once) = Name::parse(&text) {
                proptest::prop_assert_eq!(Name::parse(once.as_str()), Ok(once.clone()));
            }
        }
    }
}
