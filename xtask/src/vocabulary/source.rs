//! Rust source in the parts that the check distinguishes. Not a parser: it only knows where comments and literals begin
//! and end, so that it needs no dependency and reads the whole workspace in a moment.

/// A part of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Of its first character, from 1.
    pub(super) line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier, keyword or lifetime.
    Name,
    Comment,
    /// The content of a string literal, escapes as written.
    Text,
}

/// The names, comments and string literals of a source file, in order.
pub(super) fn parts(source: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while let Some(next) = source[at..].chars().next() {
        let rest = &source[at..];
        let (kind, length, content) = part(rest, next);
        if let Some(kind) = kind {
            parts.push(Part { kind, text: &rest[content.0..content.1], line });
        }
        line += rest[..length].matches('\n').count();
        at += length;
    }
    parts
}

/// The kind of what begins here, its length, and where its content is in it.
fn part(rest: &str, next: char) -> (Option<Kind>, usize, (usize, usize)) {
    let whole = |kind, length| (Some(kind), length, (0, length));
    if rest.starts_with("//") {
        return whole(Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return whole(Kind::Comment, block_comment(rest));
    }
    if let Some(open) = raw_string(rest) {
        let close = format!("\"{}", "#".repeat(open.hashes));
        let end = rest[open.length..].find(&close).map_or(rest.len(), |end| open.length + end);
        return (Some(Kind::Text), (end + close.len()).min(rest.len()), (open.length, end));
    }
    match next {
        '"' => {
            let end = closing(rest, '"');
            (Some(Kind::Text), (end + 1).min(rest.len()), (1, end))
        }
        '\'' => (None, character(rest), (0, 0)),
        _ if is_name(next) => {
            let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
            if next.is_ascii_digit() { (None, length, (0, 0)) } else { whole(Kind::Name, length) }
        }
        _ => (None, next.len_utf8(), (0, 0)),
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a block comment, with those in it.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

struct Raw {
    length: usize,
    hashes: usize,
}

/// The opening of a raw string: `r"`, `br##"` and the like.
fn raw_string(rest: &str) -> Option<Raw> {
    let behind = ["r", "br", "cr"].iter().find_map(|prefix| rest.strip_prefix(prefix))?;
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    behind[hashes..].starts_with('"').then(|| Raw { length: rest.len() - behind.len() + hashes + 1, hashes })
}

/// Where the literal that begins here is closed; the length of everything if it is not.
fn closing(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character literal; of a lifetime, only its quote, since its name follows.
fn character(rest: &str) -> usize {
    let mut following = rest.chars().skip(1);
    match (following.next(), following.next()) {
        (Some('\\'), _) => (closing(rest, '\'') + 1).min(rest.len()),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(Kind, &str, usize)> {
        parts(source).into_iter().map(|part| (part.kind, part.text, part.line)).collect()
    }

    #[test]
    fn names_comments_and_texts_are_separated() {
        let source = "let a1 = \"in \\\" text\"; // end\n/* b /* c */ d */ fn e<'f>(g: u8) -> char { 'h' }";
        let expected = [
            (Kind::Name, "let", 1),
            (Kind::Name, "a1", 1),
            (Kind::Text, "in \\\" text", 1),
            (Kind::Comment, "// end", 1),
            (Kind::Comment, "/* b /* c */ d */", 2),
            (Kind::Name, "fn", 2),
            (Kind::Name, "e", 2),
            (Kind::Name, "f", 2),
            (Kind::Name, "g", 2),
            (Kind::Name, "u8", 2),
            (Kind::Name, "char", 2),
        ];
        assert_eq!(found(source), expected);
    }

    #[test]
    fn raw_strings_and_characters_hide_what_is_in_them() {
        let source = "r#\"a \"b\" // c\"# br\"\n\" b\"d\" '\"' '\\'' '\\u{1F511}' 'é' 12_kg r#type";
        let names: Vec<_> = found(source).into_iter().filter(|part| part.0 == Kind::Name).collect();
        assert_eq!(names, [(Kind::Name, "b", 2), (Kind::Name, "r", 2), (Kind::Name, "type", 2)]);
        let texts: Vec<_> = found(source).into_iter().filter(|part| part.0 == Kind::Text).map(|part| part.1).collect();
        assert_eq!(texts, ["a \"b\" // c", "\n", "d"]);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_file() {
        for source in ["\"a", "/* a", "r#\"a", "'\\", "'"] {
            parts(source);
        }
    }
}
