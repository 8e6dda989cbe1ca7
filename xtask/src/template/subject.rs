//! The input of the checks: the templates, and the files that must agree with them. Kept as text first, so that defects
//! can be seeded into any of it.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use serde_norway::Value as Yaml;
use template::Template;

use super::{calls::Calls, values::Setting};
use crate::project::Project;

/// The root template. The others are nested in it.
pub(super) const ROOT: &str = super::FILE;
/// The routes of the API.
pub(super) const ROUTES: &str = "infra/routes.yaml";
/// Alarms and dashboard.
pub(super) const WATCH: &str = "infra/watch.yaml";
/// The optional distribution in front of the API: a stack of its own, in another region.
pub(super) const EDGE: &str = "infra/edge.yaml";
pub(super) const OPENAPI: &str = "docs/openapi.json";
/// The defaults of `sam deploy`.
pub(super) const SAMCONFIG: &str = "samconfig.toml";
pub(super) const VALUES: &str = "infra/rules/values.yaml";
/// The defects that the checks must find.
pub(super) const SEEDS: &str = "infra/rules/seeds.yaml";
pub(super) const STACK_POLICY: &str = "infra/stack-policy.json";
pub(super) const CALLS: &str = "infra/rules/calls.yaml";
/// The packages in `functions/`, one per line.
pub(super) const PACKAGES: &str = "functions/";
/// The packages that cargo-lambda compiles together, one per line.
pub(super) const TOGETHER: &str = "packages in workspace.metadata.lambda.build";

/// Files by name.
#[derive(Clone, Debug)]
pub(super) struct Texts(BTreeMap<String, String>);

impl Texts {
    pub(super) fn read(project: &Project) -> Result<Self> {
        let mut files = [ROOT, OPENAPI, VALUES, SEEDS, CALLS, STACK_POLICY, SAMCONFIG].map(str::to_owned).to_vec();
        files.extend(nested(project)?);
        let mut texts = BTreeMap::new();
        for file in files {
            let text = fs::read_to_string(project.root.join(&file)).with_context(|| format!("cannot read {file}"))?;
            texts.insert(file, text);
        }
        let lines = |names: &[String]| names.iter().flat_map(|name| [name.as_str(), "\n"]).collect::<String>();
        texts.insert(PACKAGES.to_owned(), lines(&project.functions));
        texts.insert(TOGETHER.to_owned(), lines(&project.built_together));
        Ok(Self(texts))
    }

    fn of(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).with_context(|| format!("no {name}"))
    }
}

/// The paths of the nested templates and of [`EDGE`]: all YAML files directly in `infra/`.
pub(super) fn nested(project: &Project) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(project.root.join("infra"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push(format!("infra/{name}"));
        }
    }
    files.sort();
    Ok(files)
}

/// A defect for one of the checks here: the first `from` in a file becomes `to`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Seed {
    /// The check that must find it.
    pub(super) judge: String,
    /// Part of the finding.
    pub(super) finds: String,
    #[serde(rename = "in", default = "root")]
    file: String,
    from: String,
    to: String,
}

pub(super) fn root() -> String {
    ROOT.to_owned()
}

impl Seed {
    /// The seeds in a text for the checks here. Those for the other tools have a path instead.
    pub(super) fn parse(text: &str) -> Result<Vec<Self>> {
        let all: Vec<Yaml> = serde_norway::from_str(text)?;
        let ours = all.into_iter().filter(|seed| seed.get("from").is_some());
        ours.map(|seed| Ok(serde_norway::from_value(seed)?)).collect()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Subject {
    texts: Texts,
    pub(super) root: Template,
    /// The nested templates by path.
    pub(super) nested: BTreeMap<String, Template>,
    pub(super) samconfig: String,
    pub(super) packages: Vec<String>,
    /// The packages that are compiled together.
    pub(super) together: Vec<String>,
    /// The documented routes by method and path, with the lowest role; `None` if no token is needed.
    pub(super) documented: BTreeMap<(String, String), Option<String>>,
    pub(super) settings: Vec<Setting>,
    pub(super) seeds: Vec<Seed>,
    pub(super) stack_policy: Vec<Value>,
    pub(super) calls: Calls,
}

impl Subject {
    pub(super) fn parse(texts: Texts) -> Result<Self> {
        let mut subject = Self {
            root: Template::parse(texts.of(ROOT)?).context(ROOT)?,
            nested: BTreeMap::new(),
            samconfig: String::new(),
            packages: Vec::new(),
            together: Vec::new(),
            documented: BTreeMap::new(),
            settings: Vec::new(),
            seeds: Vec::new(),
            stack_policy: Vec::new(),
            calls: Calls::parse(texts.of(CALLS)?).context(CALLS)?,
            texts: Texts(BTreeMap::new()),
        };
        for (name, text) in &texts.0 {
            subject.understand(name, text)?;
        }
        Ok(Self { texts, ..subject })
    }

    /// The same with a defect. It is an error if it cannot be seeded.
    pub(super) fn with(&self, Seed { file, from, to, .. }: &Seed) -> Result<Self> {
        let text = self.texts.of(file)?;
        ensure!(text.contains(from), "{file} has no {from:?} to seed a defect in");
        let mut defective = self.clone();
        defective.understand(file, &text.replacen(from, to, 1))?;
        Ok(defective)
    }

    /// The same with another value at a path of a template, or with none.
    pub(super) fn with_value(&self, file: &str, path: &[&str], becomes: Option<&Yaml>) -> Option<Self> {
        let mut defective = self.clone();
        let template = if file == ROOT { &mut defective.root } else { defective.nested.get_mut(file)? };
        *template = template.with(path, becomes)?;
        Some(defective)
    }

    pub(super) fn template(&self, file: &str) -> Option<&Template> {
        if file == ROOT { Some(&self.root) } else { self.nested.get(file) }
    }

    /// Parses one file, replacing its previous content.
    fn understand(&mut self, name: &str, text: &str) -> Result<()> {
        let lines = || text.lines().map(str::to_owned).collect();
        match name {
            PACKAGES => self.packages = lines(),
            TOGETHER => self.together = lines(),
            OPENAPI => self.documented = documented(&serde_json::from_str(text).context(OPENAPI)?)?,
            SAMCONFIG => text.clone_into(&mut self.samconfig),
            STACK_POLICY => {
                let policy: Value = serde_json::from_str(text).context(STACK_POLICY)?;
                let statements = policy["Statement"].as_array().context("no statements in the stack policy")?;
                self.stack_policy.clone_from(statements);
            }
            VALUES => self.settings = Setting::parse(text).context(VALUES)?,
            SEEDS => self.seeds = Seed::parse(text).context(SEEDS)?,
            CALLS => self.calls = Calls::parse(text).context(CALLS)?,
            ROOT => self.root = Template::parse(text).context(ROOT)?,
            nested => {
                let template = Template::parse(text).with_context(|| nested.to_owned())?;
                self.nested.insert(nested.to_owned(), template);
            }
        }
        Ok(())
    }

    /// All templates with their names in findings.
    pub(super) fn templates(&self) -> impl Iterator<Item = (&str, &Template)> {
        [(ROOT, &self.root)].into_iter().chain(self.nested.iter().map(|(name, template)| (name.as_str(), template)))
    }
}

/// A documented `GET` includes `HEAD`, which is another route for API Gateway.
fn documented(document: &Value) -> Result<BTreeMap<(String, String), Option<String>>> {
    let paths = document["paths"].as_object().context("no paths in the API's document")?;
    let mut routes = BTreeMap::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().context("no operations on a path")? {
            let role = operation["x-required-role"].as_str().map(str::to_owned);
            if method == "get" {
                routes.insert(("HEAD".to_owned(), path.clone()), role.clone());
            }
            routes.insert((method.to_uppercase(), path.clone()), role);
        }
    }
    Ok(routes)
}
