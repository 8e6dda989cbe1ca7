//! Parses statements by recursive descent. Precedence from low to high: OR, AND, NOT, comparisons.

use serde_json::Value;

use super::{
    expression::Expression,
    statement::{Item, Statement},
    token::{SqlError, Token, tokens},
};

pub(super) fn parse(sql: &str) -> Result<Statement, SqlError> {
    let mut parser = Parser { tokens: tokens(sql)?, next: 0 };
    let statement = parser.statement()?;
    if parser.peek() == &Token::End { Ok(statement) } else { Err(parser.expected("the end")) }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
}

impl Parser {
    fn statement(&mut self) -> Result<Statement, SqlError> {
        self.require_keyword("SELECT")?;
        let mut items = vec![self.item()?];
        while self.sign(",") {
            items.push(self.item()?);
        }
        self.require_keyword("FROM")?;
        let Token::Text(filter) = self.peek().clone() else { return Err(self.expected("a topic filter")) };
        self.next += 1;
        let condition = if self.keyword("WHERE") { Some(self.either()?) } else { None };
        Ok(Statement { items, filter, condition })
    }

    fn item(&mut self) -> Result<Item, SqlError> {
        if self.sign("*") {
            return Ok(Item::All);
        }
        let value = self.either()?;
        let name = match &value {
            _ if self.keyword("AS") => self.name()?,
            Expression::Path(path) => path.last().cloned().unwrap_or_default(),
            // AWS generates names for these; a reader of the template should not need to know them.
            _ => return Err(self.expected("AS and a name")),
        };
        Ok(Item::Named { value, name })
    }

    fn either(&mut self) -> Result<Expression, SqlError> {
        let mut left = self.both()?;
        while self.keyword("OR") {
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, SqlError> {
        let mut left = self.negation()?;
        while self.keyword("AND") {
            left = Expression::And(Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, SqlError> {
        if self.keyword("NOT") {
            return Ok(Expression::Not(Box::new(self.negation()?)));
        }
        let left = self.operand()?;
        let equal = match self.peek() {
            Token::Sign("=") => true,
            Token::Sign("<>") => false,
            _ => return Ok(left),
        };
        self.next += 1;
        Ok(Expression::Compare { left: Box::new(left), right: Box::new(self.operand()?), equal })
    }

    fn operand(&mut self) -> Result<Expression, SqlError> {
        match self.peek().clone() {
            Token::Text(text) => {
                self.next += 1;
                Ok(Expression::Literal(text.into()))
            }
            Token::Number(number) => {
                self.next += 1;
                Ok(Expression::Literal(Value::Number(number)))
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.either()?;
                self.require_sign(")")?;
                Ok(inner)
            }
            Token::Name(name) if self.tokens.get(self.next + 1).is_some_and(|(_, next)| next == &Token::Sign("(")) => {
                self.function(&name)
            }
            Token::Name(_) => self.path(),
            _ => Err(self.expected("an expression")),
        }
    }

    fn path(&mut self) -> Result<Expression, SqlError> {
        let mut path = vec![self.name()?];
        while self.sign(".") {
            path.push(self.name()?);
        }
        Ok(Expression::Path(path))
    }

    fn function(&mut self, name: &str) -> Result<Expression, SqlError> {
        let unknown = self.error(format!("the function `{name}` is not supported"));
        self.next += 2; // skip the name and the parenthesis
        let function = match name.to_ascii_lowercase().as_str() {
            "topic" => Expression::Topic(self.level()?),
            "timestamp" => Expression::Timestamp,
            "clientid" => Expression::ClientId,
            "isundefined" => Expression::IsUndefined(Box::new(self.path()?)),
            _ => return Err(unknown),
        };
        self.require_sign(")")?;
        Ok(function)
    }

    fn level(&mut self) -> Result<Option<usize>, SqlError> {
        let level = match self.peek() {
            Token::Sign(")") => return Ok(None),
            Token::Number(number) => number.as_u64().and_then(|level| usize::try_from(level).ok()),
            _ => None,
        };
        let level = level.filter(|&level| level > 0).ok_or_else(|| self.expected("a topic level of 1 or more"))?;
        self.next += 1;
        Ok(Some(level))
    }

    fn name(&mut self) -> Result<String, SqlError> {
        match self.peek() {
            Token::Name(name) if !is_keyword(name) => {
                let name = name.clone();
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.expected("a name")),
        }
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), Token::Name(name) if name.eq_ignore_ascii_case(keyword));
        self.next += usize::from(is_next);
        is_next
    }

    fn require_keyword(&mut self, keyword: &str) -> Result<(), SqlError> {
        if self.keyword(keyword) { Ok(()) } else { Err(self.expected(keyword)) }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.peek(), Token::Sign(next) if *next == sign);
        self.next += usize::from(is_next);
        is_next
    }

    fn require_sign(&mut self, sign: &str) -> Result<(), SqlError> {
        if self.sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(_, token)| token)
    }

    fn expected(&self, what: &str) -> SqlError {
        self.error(format!("expected {what}"))
    }

    fn error(&self, what: String) -> SqlError {
        let at = self.tokens.get(self.next).or(self.tokens.last()).map_or(1, |&(at, _)| at);
        SqlError { at, what }
    }
}

fn is_keyword(name: &str) -> bool {
    ["SELECT", "FROM", "WHERE", "AS", "AND", "OR", "NOT"].iter().any(|keyword| name.eq_ignore_ascii_case(keyword))
}
