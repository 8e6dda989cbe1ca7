//! The encoding of a table.
//!
//! Excel saves "CSV UTF-8" with a byte order mark, "Unicode Text" in UTF-16 with one, and plain "CSV" in the Windows code
//! page, which is 1252 in Finland, Sweden and Britain. So a mark decides; without one, what the client states; and else
//! whether the whole body is UTF-8. A text in Windows-1252 with a letter outside ASCII is practically never valid UTF-8.

use api::Problem;
use api::problem::Code;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The encodings that a client may state. In the names of the Encoding Standard, `iso-8859-1` is Windows-1252.
const SUPPORTED: [&Encoding; 4] = [UTF_8, WINDOWS_1252, UTF_16LE, UTF_16BE];

pub(crate) fn decode(bytes: &[u8], charset: Option<&str>) -> Result<String, Problem> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[mark..]);
    }
    match charset {
        Some(charset) => {
            let encoding = Encoding::for_label(charset.as_bytes()).filter(|encoding| SUPPORTED.contains(encoding));
            let detail = "Send CSV in UTF-8, UTF-16 or Windows-1252.";
            decode_as(encoding.ok_or_else(|| Problem::new(Code::UnsupportedMediaType, detail))?, bytes)
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => decode_as(WINDOWS_1252, bytes),
        },
    }
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Problem> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let detail = || Problem::new(Code::MalformedCsv, format!("The body is not {}.", encoding.name()));
    text.map(std::borrow::Cow::into_owned).ok_or_else(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "keyId;property\r\nA-1;Hämeentie 5 – Ø, £ 3\r\n";

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn each_encoding_of_excel_is_read() {
        let windows = WINDOWS_1252.encode(TEXT).0.into_owned();
        let marked = format!("\u{feff}{TEXT}");
        for (bytes, charset) in [
            (TEXT.as_bytes().to_vec(), None),
            (marked.as_bytes().to_vec(), None),
            (windows.clone(), None),
            (windows.clone(), Some("windows-1252")),
            (windows, Some("ISO-8859-1")),
            (utf_16(&marked, u16::to_le_bytes), None),
            (utf_16(&marked, u16::to_be_bytes), None),
            (utf_16(&marked, u16::to_le_bytes), Some("utf-8")),
            (utf_16(TEXT, u16::to_le_bytes), Some("utf-16le")),
        ] {
            assert_eq!(decode(&bytes, charset).unwrap(), TEXT, "{charset:?}");
        }
    }

    #[test]
    fn what_is_not_in_its_encoding_is_refused() {
        let mut cut = utf_16("\u{feff}keyId", u16::to_le_bytes);
        cut.pop();
        assert_eq!(decode(&cut, None).unwrap_err().code, Code::MalformedCsv);
        assert_eq!(decode(b"\xef\xbb\xbfH\xe4me", None).unwrap_err().code, Code::MalformedCsv);
        assert_eq!(decode(b"H\xe4me", Some("utf-8")).unwrap_err().code, Code::MalformedCsv);
        for charset in ["koi8-r", "utf-32", "", "utf8\u{0}"] {
            assert_eq!(decode(b"keyId", Some(charset)).unwrap_err().code, Code::UnsupportedMediaType, "{charset}");
        }
    }
}
