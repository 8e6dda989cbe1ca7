//! The encoding of a table.
//!
//! Excel saves "CSV UTF-8" with a byte order mark, "Unicode Text" in UTF-16 with one, and plain "CSV" in the Windows code
//! page, which is 1252 in Finland, Sweden and Britain. So a mark decides, and without one, whether the whole file is UTF-8: a
//! text in Windows-1252 with a letter outside ASCII is practically never valid UTF-8.
//!
//! A file must be sent as `application/octet-stream` to arrive as it is. API Gateway passes a body of `text/*` on as a
//! string in JSON and any other as base64 (as ministack has found by trying, <https://github.com/ministackorg/ministack/pull/766>),
//! so nothing but UTF-8 survives as `text/csv`.

use api::Problem;
use api::problem::Code;
use encoding_rs::{Encoding, WINDOWS_1252};

/// A table that was sent as text. A replacement character shows that the gateway has lost what was there.
pub(crate) fn decode_text(bytes: &[u8]) -> Result<String, Problem> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains(char::REPLACEMENT_CHARACTER));
    let detail = "As text/csv, send UTF-8. Send a file in another encoding as application/octet-stream.";
    let text = text.ok_or_else(|| Problem::new(Code::MalformedCsv, detail))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}

/// A file as it was saved.
pub(crate) fn decode_file(bytes: &[u8]) -> Result<String, Problem> {
    let (encoding, text) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.to_owned()),
            Err(_) => (WINDOWS_1252, bytes),
        },
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(text);
    let detail = || Problem::new(Code::MalformedCsv, format!("The file is not {}.", encoding.name()));
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
        let marked = format!("\u{feff}{TEXT}");
        for bytes in [
            TEXT.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            WINDOWS_1252.encode(TEXT).0.into_owned(),
            utf_16(&marked, u16::to_le_bytes),
            utf_16(&marked, u16::to_be_bytes),
        ] {
            assert_eq!(decode_file(&bytes).unwrap(), TEXT);
        }
        assert_eq!(decode_text(TEXT.as_bytes()).unwrap(), TEXT);
        assert_eq!(decode_text(marked.as_bytes()).unwrap(), TEXT);
    }

    #[test]
    fn what_is_not_in_its_encoding_is_refused() {
        let mut cut = utf_16("\u{feff}keyId", u16::to_le_bytes);
        cut.pop();
        for file in [&cut[..], b"\xef\xbb\xbfH\xe4me"] {
            assert_eq!(decode_file(file).unwrap_err().code, Code::MalformedCsv);
        }
        for text in [&b"H\xe4me"[..], "H\u{fffd}me".as_bytes(), &utf_16("\u{feff}keyId", u16::to_le_bytes)] {
            assert_eq!(decode_text(text).unwrap_err().code, Code::MalformedCsv);
        }
    }
}
