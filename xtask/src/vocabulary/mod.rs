//! One term for one thing: keeps the words of `xtask/vocabulary.yaml` out of names and prose, and says what to write
//! instead.
//!
//! Strings in code are not prose here: texts that people read are in *.ftl, and what a test types into a page may be
//! anything. The one exception are the attributes of items, which are strings in `shared/store/src`.

mod list;
mod source;

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use heck::ToSnakeCase as _;

use self::{
    list::{Exception, Vocabulary},
    source::{Kind, parts},
};
use crate::{process::text, project::Project};

const LIST: &str = "xtask/vocabulary.yaml";
/// Where string literals name attributes of items.
const ITEMS: &str = "shared/store/src/";
/// Files of which every line is prose. The list itself is none.
const PROSE: [&str; 9] = ["md", "ftl", "yaml", "yml", "html", "py", "ts", "js", "sh"];

/// A term where it should not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    file: String,
    line: usize,
    term: String,
    /// The name that has the term in it; none in prose.
    name: Option<String>,
}

/// Checks every file that git knows or would add. Returns the number of files checked.
pub fn check(project: &Project) -> Result<usize> {
    let vocabulary = Vocabulary::parse(&read(&project.root, LIST)?).context(LIST)?;
    let files = files(&project.root)?;
    let checked: Vec<&String> = files.iter().filter(|file| *file != LIST).collect();
    let mut findings = BTreeSet::new();
    for file in &checked {
        findings.extend(in_path(file, &vocabulary));
        if let Some(extension) = Path::new(file).extension().and_then(|extension| extension.to_str())
            && (extension == "rs" || PROSE.contains(&extension))
        {
            findings.extend(in_text(file, &read(&project.root, file)?, &vocabulary));
        }
    }
    let messages = judge(&findings, &vocabulary);
    ensure!(messages.is_empty(), "words to avoid:\n{}", messages.join("\n"));
    Ok(checked.len())
}

fn read(root: &Path, file: &str) -> Result<String> {
    fs::read_to_string(root.join(file)).with_context(|| file.to_owned())
}

fn files(root: &Path) -> Result<Vec<String>> {
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let names = text(list.current_dir(root))?;
    // A file that was deleted and not committed is still listed.
    let files: Vec<_> =
        names.split_terminator('\0').filter(|file| root.join(file).is_file()).map(str::to_owned).collect();
    ensure!(!files.is_empty(), "git lists no files");
    Ok(files)
}

/// What is wrong: findings without an exception, and exceptions without a finding.
fn judge(findings: &BTreeSet<Finding>, vocabulary: &Vocabulary) -> Vec<String> {
    let is_excepted = |finding: &Finding| vocabulary.exceptions.iter().any(|exception| exception.covers(finding));
    let open = findings.iter().filter(|finding| !is_excepted(finding)).map(|finding| finding.message(vocabulary));
    let unneeded = vocabulary.exceptions.iter().filter(|exception| !findings.iter().any(|it| exception.covers(it)));
    open.chain(unneeded.map(|exception| format!("{LIST}: no longer needed: {exception:?}"))).collect()
}

impl Exception {
    fn covers(&self, finding: &Finding) -> bool {
        match self {
            Self::Name { name, .. } => finding.name.as_ref() == Some(name),
            Self::Prose { file, term, .. } => finding.name.is_none() && finding.file == *file && finding.term == *term,
        }
    }
}

impl Finding {
    fn message(&self, vocabulary: &Vocabulary) -> String {
        let Self { file, line, term, name } = self;
        let terms = if name.is_some() { &vocabulary.names } else { &vocabulary.prose };
        let instead = terms.get(term).map_or("", String::as_str);
        let what = name.as_ref().map_or_else(|| format!("`{term}`"), |name| format!("`{term}` in the name `{name}`"));
        format!("{file}:{line}: {what}; instead: {instead}")
    }
}

/// The names of a file and of the folders it is in.
fn in_path(file: &str, vocabulary: &Vocabulary) -> Vec<Finding> {
    file.split('/').flat_map(|name| in_name(file, 1, name, vocabulary)).collect()
}

fn in_text(file: &str, text: &str, vocabulary: &Vocabulary) -> Vec<Finding> {
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    if extension != "rs" {
        let ids = if extension == "ftl" { fluent_ids(text) } else { Vec::new() };
        let in_ids = ids.into_iter().flat_map(|(line, id)| in_name(file, line, id, vocabulary));
        return in_ids.chain(in_prose(file, 1, text, vocabulary)).collect();
    }
    let is_of_items = file.starts_with(ITEMS);
    let found = parts(text).into_iter().flat_map(|part| match part.kind {
        Kind::Name => in_name(file, part.line, part.text, vocabulary),
        Kind::Comment => in_prose(file, part.line, part.text, vocabulary),
        Kind::Text if is_of_items && is_attribute(part.text) => in_name(file, part.line, part.text, vocabulary),
        Kind::Text => Vec::new(),
    });
    found.collect()
}

/// Whether a text may be the name of an attribute.
fn is_attribute(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The messages, terms and attributes of a Fluent file, each with its line.
fn fluent_ids(text: &str) -> Vec<(usize, &str)> {
    let defined = (1..).zip(text.lines()).filter_map(|(line, content)| Some((line, content.split_once('=')?.0.trim())));
    let is_id = |id: &str| {
        id.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-' || c == '.')
            && id.chars().skip(1).all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    defined.filter(|(_, id)| is_id(id)).collect()
}

fn in_name(file: &str, line: usize, name: &str, vocabulary: &Vocabulary) -> Vec<Finding> {
    let segments = segments(name).into_iter().filter(|segment| vocabulary.names.contains_key(segment));
    segments.map(|term| Finding { file: file.to_owned(), line, term, name: Some(name.to_owned()) }).collect()
}

fn in_prose(file: &str, first_line: usize, text: &str, vocabulary: &Vocabulary) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, content) in (first_line..).zip(text.lines()) {
        let terms = content.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
        let avoided = terms.filter(|term| vocabulary.prose.contains_key(term));
        findings.extend(avoided.map(|term| Finding { file: file.to_owned(), line, term, name: None }));
    }
    findings
}

/// The parts of a name, in lower case: `key_place`, `keyPlace`, `KEY_PLACE`, `KeyPlace2` and `key-place` have the same.
fn segments(name: &str) -> Vec<String> {
    let snake = name.to_snake_case();
    snake.split(|c: char| !c.is_alphabetic()).filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
