//! The encoding of an SMS, and the number of segments that it takes.
//!
//! A segment carries 140 bytes: 160 characters of 7 bits if all are in the GSM alphabet, otherwise 70 UTF-16 code
//! units. A longer text takes several segments, each with a 6-byte header: 153 characters or 67 units. The alphabet and
//! its extension are those of 3GPP TS 23.038 (formerly GSM 03.38), 6.2.1 and 6.2.1.1; the header is that of 3GPP TS
//! 23.040, 9.2.3.24.1.

/// The GSM alphabet in the order of its codes, without the escape at 0x1B.
const ALPHABET: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The characters that an escape followed by a code stands for: two septets each.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The GSM alphabet, 7 bits each; characters of the extension take two septets.
    Gsm7,
    /// UTF-16 code units, because a character is not in the GSM alphabet.
    Ucs2,
}

impl Encoding {
    /// The encoding that a text needs.
    pub(crate) fn of(text: &str) -> Self {
        let is_gsm = |c| ALPHABET.contains(c) || EXTENSION.contains(c);
        if text.chars().all(is_gsm) { Self::Gsm7 } else { Self::Ucs2 }
    }

    /// The length of a text in septets or code units.
    pub(crate) fn length(self, text: &str) -> usize {
        text.chars().map(|c| self.units(c)).sum()
    }

    /// The number of segments of a text. An escape and its code, or the halves of a surrogate pair, stay in one
    /// segment, so a segment may end one unit early.
    pub(crate) fn segments(self, text: &str) -> usize {
        let (single, part) = match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        };
        if self.length(text) <= single {
            return 1;
        }
        let (mut segments, mut used) = (1, 0);
        for units in text.chars().map(|c| self.units(c)) {
            if used + units > part {
                (segments, used) = (segments + 1, 0);
            }
            used += units;
        }
        segments
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Gsm7 if EXTENSION.contains(character) => 2,
            Self::Gsm7 => 1,
            Self::Ucs2 => character.len_utf16(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ESCAPE: u16 = 0x1b;

    /// The reference model writes out the units and cuts them into segments.
    fn on_the_air(encoding: Encoding, text: &str) -> Vec<u16> {
        let code = |c: char| match (ALPHABET.find(c), EXTENSION.find(c)) {
            (Some(position), _) => vec![0x100 + u16::try_from(position).unwrap()],
            (None, Some(position)) => vec![ESCAPE, 0x100 + u16::try_from(position).unwrap()],
            (None, None) => panic!("{c} is in no table"),
        };
        match encoding {
            Encoding::Gsm7 => text.chars().flat_map(code).collect(),
            Encoding::Ucs2 => text.encode_utf16().collect(),
        }
    }

    fn pieces(encoding: Encoding, text: &str) -> Vec<Vec<u16>> {
        let mut rest = on_the_air(encoding, text);
        let (single, part) = if encoding == Encoding::Gsm7 { (160, 153) } else { (70, 67) };
        if rest.len() <= single {
            return vec![rest];
        }
        let mut pieces = Vec::new();
        while rest.len() > part {
            let opens = match encoding {
                Encoding::Gsm7 => rest[part - 1] == ESCAPE,
                Encoding::Ucs2 => (0xd800..0xdc00).contains(&rest[part - 1]),
            };
            let tail = rest.split_off(if opens { part - 1 } else { part });
            pieces.push(std::mem::replace(&mut rest, tail));
        }
        pieces.push(rest);
        pieces
    }

    fn counted(text: &str) -> (Encoding, usize, usize) {
        let encoding = Encoding::of(text);
        (encoding, encoding.length(text), encoding.segments(text))
    }

    #[test]
    fn the_gsm_alphabet_is_complete() {
        assert_eq!(ALPHABET.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        let code = |c| ALPHABET.chars().position(|other| other == c);
        // Before the escape at 0x1B the position is the code; after it, the code minus one.
        assert_eq!([code('@'), code('\n'), code('Ξ')], [Some(0), Some(0x0a), Some(0x1a)]);
        assert_eq!([code('Æ'), code('0'), code('A'), code('à')], [Some(0x1b), Some(0x2f), Some(0x40), Some(0x7e)]);
    }

    #[test]
    fn one_character_outside_the_alphabet_makes_the_sms_ucs2() {
        assert_eq!(counted("Ääkköset, å, é: 5 €"), (Encoding::Gsm7, 20, 1));
        assert_eq!(counted("Ääkköset – å"), (Encoding::Ucs2, 12, 1));
        assert_eq!(counted("ç").0, Encoding::Ucs2);
        assert_eq!(counted("🔑"), (Encoding::Ucs2, 2, 1));
        assert_eq!(counted(""), (Encoding::Gsm7, 0, 1));
    }

    #[test]
    fn segments_change_at_the_known_lengths() {
        let segments = |letter: &str, lengths: [usize; 4]| lengths.map(|length| counted(&letter.repeat(length)).2);
        assert_eq!(segments("ä", [160, 161, 306, 307]), [1, 2, 2, 3]);
        assert_eq!(segments("ч", [70, 71, 134, 135]), [1, 2, 2, 3]);
    }

    #[test]
    fn escape_sequences_and_surrogate_pairs_are_not_split() {
        // 152 letters, then a pair across the border: 154 septets fit in one segment, 307 do not fit in two.
        assert_eq!(counted(&format!("{}€{}", "a".repeat(152), "a".repeat(6))).2, 1);
        assert_eq!(counted(&format!("{}€{}", "a".repeat(152), "a".repeat(151))).2, 2);
        assert_eq!(counted(&format!("{}€{}", "a".repeat(152), "a".repeat(152))).2, 3);
        assert_eq!(counted(&format!("{}🔑{}", "ч".repeat(66), "ч".repeat(65))).2, 2);
        assert_eq!(counted(&format!("{}🔑{}", "ч".repeat(66), "ч".repeat(66))).2, 3);
    }

    proptest! {
        #[test]
        fn segments_are_the_pieces_of_what_goes_over_the_air(text in "[a-zåäö€{}\n]{0,700}|[a-zч🔑]{0,400}|[€^]{70,90}|🔑{30,80}") {
            let encoding = Encoding::of(&text);
            let pieces = pieces(encoding, &text);
            prop_assert_eq!(encoding.segments(&text), pieces.len());
            prop_assert_eq!(encoding.length(&text), pieces.concat().len());
        }
    }
}
