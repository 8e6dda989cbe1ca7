//! Parses statements. Whatever else AWS IoT SQL has is refused.

use super::statement::{Condition, Expression, Statement};

const KEYWORDS: [&str; 6] = ["SELECT", "FROM", "WHERE", "AS", "AND", "NOT"];

/// A statement that is invalid or not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: expected {what}")]
pub struct SqlError {
    /// The character position, from 1 on.
    pub at: usize,
    /// What is supported there.
    pub what: &'static str,
}

pub(super) struct Parser<'s> {
    sql: &'s str,
    rest: &'s str,
}

impl<'s> Parser<'s> {
    pub(super) fn new(sql: &'s str) -> Self {
        Self { sql, rest: sql.trim_start() }
    }

    pub(super) fn statement(mut self) -> Result<Statement, SqlError> {
        self.require("SELECT")?;
        let mut items = vec![self.item()?];
        while self.skip(",") {
            items.push(self.item()?);
        }
        self.require("FROM")?;
        let filter = self.text()?;
        let mut conditions = Vec::new();
        if self.skip("WHERE") {
            conditions.push(self.condition()?);
            while self.skip("AND") {
                conditions.push(self.condition()?);
            }
        }
        if self.rest.is_empty() { Ok(Statement { items, filter, conditions }) } else { Err(self.expected("the end")) }
    }

    fn item(&mut self) -> Result<(String, Expression), SqlError> {
        let value = if self.rest.starts_with('\'') {
            Expression::Text(self.text()?)
        } else if self.call("topic") {
            Expression::Topic(self.level()?)
        } else {
            Expression::Path(self.path()?)
        };
        let name = match &value {
            _ if self.skip("AS") => self.name()?.to_owned(),
            Expression::Path(path) => path.last().cloned().unwrap_or_default(),
            // AWS generates names for these; a reader of the template should not need to know them.
            _ => return Err(self.expected("AS and a name")),
        };
        Ok((name, value))
    }

    fn condition(&mut self) -> Result<Condition, SqlError> {
        let is_defined = self.skip("NOT");
        if !self.call("isUndefined") {
            return Err(self.expected("isUndefined"));
        }
        let path = self.path()?;
        self.close()?;
        Ok(Condition { path, is_defined })
    }

    /// A text in single quotes, without quotes in it.
    fn text(&mut self) -> Result<String, SqlError> {
        let text = self.rest.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
        let (text, rest) = text.ok_or_else(|| self.expected("a text in quotes"))?;
        self.rest = rest.trim_start();
        Ok(text.to_owned())
    }

    fn level(&mut self) -> Result<usize, SqlError> {
        let (level, rest) = self.rest.split_at(run(self.rest, |letter| letter.is_ascii_digit()));
        let level = level.parse().ok().filter(|&level| level > 0);
        let level = level.ok_or_else(|| self.expected("a topic level of 1 or more"))?;
        self.rest = rest.trim_start();
        self.close()?;
        Ok(level)
    }

    fn path(&mut self) -> Result<Vec<String>, SqlError> {
        let mut path = vec![self.name()?.to_owned()];
        while self.skip(".") {
            path.push(self.name()?.to_owned());
        }
        Ok(path)
    }

    fn name(&mut self) -> Result<&'s str, SqlError> {
        let (name, rest) = self.rest.split_at(token_length(self.rest));
        let is_name = name.starts_with(|letter: char| !letter.is_ascii_digit())
            && !KEYWORDS.iter().any(|keyword| name.eq_ignore_ascii_case(keyword));
        if !is_name {
            return Err(self.expected("a name"));
        }
        self.rest = rest.trim_start();
        Ok(name)
    }

    /// Skips the beginning of a call of this function.
    fn call(&mut self, function: &str) -> bool {
        let before = self.rest;
        let is_call = self.skip(function) && self.skip("(");
        if !is_call {
            self.rest = before;
        }
        is_call
    }

    fn close(&mut self) -> Result<(), SqlError> {
        if self.skip(")") { Ok(()) } else { Err(self.expected("`)`")) }
    }

    fn require(&mut self, keyword: &'static str) -> Result<(), SqlError> {
        if self.skip(keyword) { Ok(()) } else { Err(self.expected(keyword)) }
    }

    /// Skips a keyword, in any case, or a sign, if it comes next.
    fn skip(&mut self, token: &str) -> bool {
        let (next, rest) = self.rest.split_at(token_length(self.rest).max(1).min(self.rest.len()));
        let is_next = next.eq_ignore_ascii_case(token);
        if is_next {
            self.rest = rest.trim_start();
        }
        is_next
    }

    fn expected(&self, what: &'static str) -> SqlError {
        let read = &self.sql[..self.sql.len() - self.rest.len()];
        SqlError { at: read.chars().count() + 1, what }
    }
}

/// The length of the name or keyword at the beginning.
fn token_length(rest: &str) -> usize {
    run(rest, |letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())
}
