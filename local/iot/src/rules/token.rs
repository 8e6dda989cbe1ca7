//! Tokens of a statement.

/// A statement that is invalid or not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {what}")]
pub struct SqlError {
    /// The character position, from 1 on.
    pub at: usize,
    /// The error at that position.
    pub what: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Number(serde_json::Number),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 7] = ["<>", "(", ")", ",", ".", "*", "="];

/// The tokens of a statement with their positions, ending with [`Token::End`].
pub(super) fn tokens(sql: &str) -> Result<Vec<(usize, Token)>, SqlError> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        let at = sql[..sql.len() - rest.len()].chars().count() + 1;
        let Some(first) = rest.chars().next() else {
            tokens.push((at, Token::End));
            return Ok(tokens);
        };
        let (token, length) = if first == '\'' {
            text(rest).ok_or_else(|| SqlError { at, what: "this text is not terminated".to_owned() })?
        } else if first.is_ascii_digit() {
            number(rest).ok_or_else(|| SqlError { at, what: "this is not a number".to_owned() })?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = run(rest, |letter| letter.is_ascii_alphanumeric() || letter == '_');
            (Token::Name(rest[..length].to_owned()), length)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(SqlError { at, what: format!("`{first}` is not supported") });
        };
        tokens.push((at, token));
        rest = &rest[length..];
    }
}

/// A text in single quotes; a doubled quote is a quote in the text.
fn text(rest: &str) -> Option<(Token, usize)> {
    let mut value = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            value.push(letter);
        } else if letters.next_if(|&(_, next)| next == '\'').is_some() {
            value.push('\'');
        } else {
            return Some((Token::Text(value), at + 1));
        }
    }
    None
}

fn number(rest: &str) -> Option<(Token, usize)> {
    let length = run(rest, |letter| letter.is_ascii_digit() || letter == '.');
    Some((Token::Number(rest[..length].parse().ok()?), length))
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())
}
