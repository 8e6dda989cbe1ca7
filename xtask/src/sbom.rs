//! A software bill of materials for each Lambda binary, in `CycloneDX`: everything linked into it, with version,
//! licence and checksum.
//!
//! It is made from `cargo tree` for the functions as they are built. Existing tools use `cargo metadata`, which
//! resolves features for the whole workspace at once: they would list aws-lc, which only the local cloud has, and some
//! 40 packages that no function is built with.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{
    process::{run, text},
    project::Project,
    tools::Tools,
};

/// Name and version.
type Package = (String, String);

/// Dependencies and licence of each package.
#[derive(Debug, Default)]
struct Graph {
    needs: BTreeMap<Package, BTreeSet<Package>>,
    licences: BTreeMap<Package, String>,
}

/// Writes the bill of each given function, checks it against the binary, and validates it with `CycloneDX`'s own
/// schema. Returns the number of packages in all of them.
pub fn write(project: &Project, target: &str, binaries: &[(String, PathBuf)]) -> Result<usize> {
    let graph = Graph::parse(&tree(project, target)?)?;
    let lock = fs::read_to_string(project.root.join("Cargo.lock"))?;
    let checksums = checksums(&lock);
    let folder = project.target.join("sbom");
    fs::create_dir_all(&folder)?;
    let mut files = Vec::new();
    let mut all = BTreeSet::new();
    for (function, binary) in binaries {
        let linked = graph.linked(function)?;
        let bill = graph.bill(&linked, &checksums, &sha256(binary)?, target)?;
        let file = folder.join(function).with_extension("cdx.json");
        fs::write(&file, format!("{bill:#}\n"))?;
        let missing: Vec<_> =
            named(&fs::read(binary)?).into_iter().filter(|package| !linked.packages.contains(package)).collect();
        ensure!(missing.is_empty(), "the binary of {function} contains packages that are not in its bill: {missing:?}");
        files.push(file);
        all.extend(linked.packages);
    }
    let validate = "import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
errors = [JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(file).read()) for file in sys.argv[1:]]
sys.exit('\\n'.join(error.data.message for error in errors if error) or None)";
    run(Tools::judges(project)?.command("python")?.args(["-c", validate]).args(&files))?;
    Ok(all.len())
}

/// All packages linked into one binary.
struct Linked {
    root: Package,
    packages: BTreeSet<Package>,
}

impl Graph {
    /// Parses the output of `cargo tree --prefix depth --format '{p}|{l}'`. A package that was shown before is marked
    /// with a star and has no dependencies below it.
    fn parse(tree: &str) -> Result<Self> {
        let mut graph = Self::default();
        let mut above: Vec<Package> = Vec::new();
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let digits = line.find(|c: char| !c.is_ascii_digit()).with_context(|| format!("no package in {line}"))?;
            let depth: usize = line[..digits].parse().with_context(|| format!("no depth in {line}"))?;
            let (package, licence) = line[digits..].split_once('|').with_context(|| format!("no licence in {line}"))?;
            let mut fields = package.split(' ');
            let name = fields.next().context("no name")?.to_owned();
            let version = fields.next().and_then(|version| version.strip_prefix('v')).context("no version")?.to_owned();
            let package = (name, version);
            above.truncate(depth);
            if let Some(parent) = above.last() {
                graph.needs.entry(parent.clone()).or_default().insert(package.clone());
            }
            let licence = licence.trim_end_matches(" (*)").replace('/', " OR ");
            graph.licences.insert(package.clone(), licence);
            above.push(package);
        }
        Ok(graph)
    }

    fn linked(&self, function: &str) -> Result<Linked> {
        let root = self.licences.keys().find(|package| package.0 == function).cloned();
        let root = root.with_context(|| format!("cargo tree has no {function}"))?;
        let mut packages = BTreeSet::new();
        let mut open = vec![root.clone()];
        while let Some(package) = open.pop() {
            if packages.insert(package.clone()) {
                open.extend(self.needs.get(&package).into_iter().flatten().cloned());
            }
        }
        packages.remove(&root);
        ensure!(packages.len() > 10, "{function} is built from {} packages, which cannot be", packages.len());
        Ok(Linked { root, packages })
    }

    /// The document. It does not depend on the time or the machine.
    fn bill(
        &self,
        linked: &Linked,
        checksums: &BTreeMap<Package, Option<String>>,
        sha256: &str,
        target: &str,
    ) -> Result<Value> {
        let purl = |package: &Package| format!("pkg:cargo/{}@{}", package.0, package.1);
        let component = |package: &Package, kind: &str| {
            let mut component = json!({
                "type": kind, "bom-ref": purl(package), "name": package.0, "version": package.1, "purl": purl(package),
            });
            if let Some(licence) = self.licences.get(package).filter(|licence| !licence.is_empty()) {
                component["licenses"] = json!([{ "expression": licence }]);
            }
            component
        };
        let mut components = Vec::new();
        for package in &linked.packages {
            let checksum = checksums.get(package).with_context(|| format!("{package:?} is not in Cargo.lock"))?;
            let mut component = component(package, "library");
            if let Some(checksum) = checksum {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
            }
            components.push(component);
        }
        let dependencies = linked.packages.iter().chain([&linked.root]).map(|package| {
            let needs: Vec<_> = self.needs.get(package).into_iter().flatten().map(purl).collect();
            json!({ "ref": purl(package), "dependsOn": needs })
        });
        let mut root = component(&linked.root, "application");
        root["hashes"] = json!([{ "alg": "SHA-256", "content": sha256 }]);
        Ok(json!({
            "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "metadata": { "component": root, "properties": [{ "name": "cargo:target", "value": target }] },
            "components": components,
            "dependencies": dependencies.collect::<Vec<_>>(),
        }))
    }
}

/// The packages linked into the functions, all built together: without dev-dependencies and build-dependencies.
fn tree(project: &Project, target: &str) -> Result<String> {
    let mut tree = project.cargo();
    tree.args(["tree", "--locked", "--target", target, "--edges", "normal,no-proc-macro"]);
    tree.args(["--prefix", "depth", "--format", "{p}|{l}"]);
    for function in &project.functions {
        tree.args(["--package", function]);
    }
    text(&mut tree)
}

/// The packages of a lock file. Our own have no checksum.
fn checksums(lock: &str) -> BTreeMap<Package, Option<String>> {
    let entries = lock.split("[[package]]").skip(1);
    entries
        .filter_map(|entry| {
            let value = |name: &str| {
                let value = entry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
                value.map(|value| value.trim_matches('"').to_owned())
            };
            Some(((value("name")?, value("version")?), value("checksum")))
        })
        .collect()
}

/// The registry packages that a binary names: a panic message contains the source path.
fn named(binary: &[u8]) -> BTreeSet<Package> {
    const MARK: &[u8] = b"/registry/src/";
    let mut packages = BTreeSet::new();
    let mut rest = binary;
    while let Some(found) = rest.windows(MARK.len()).position(|window| window == MARK) {
        rest = rest.get(found + MARK.len()..).unwrap_or_default();
        let mut parts = rest.split(|byte| *byte == b'/').skip(1);
        let folder = parts.next().and_then(|folder| std::str::from_utf8(folder).ok());
        packages.extend(folder.and_then(name_and_version));
    }
    packages
}

/// `aws-sdk-sns-1.2.3-rc.1` is version `1.2.3-rc.1` of `aws-sdk-sns`.
fn name_and_version(folder: &str) -> Option<Package> {
    let (at, _) = folder.match_indices('-').find(|(at, _)| {
        let version = &folder[at + 1..];
        version.starts_with(|c: char| c.is_ascii_digit()) && version.split('.').count() >= 3
    })?;
    Some((folder[..at].to_owned(), folder[at + 1..].to_owned()))
}

fn sha256(file: &Path) -> Result<String> {
    let said = text(Command::new("sha256sum").arg(file))?;
    let digest = said.split(' ').next().filter(|digest| digest.len() == 64);
    digest.map(str::to_owned).with_context(|| format!("no digest of {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "0keys v0.1.0 (/w/functions/keys)|Apache-2.0
1serde v1.0.2|MIT/Apache-2.0
2serde_core v1.0.2|MIT OR Apache-2.0
1store v0.1.0 (/w/shared/store)|Apache-2.0
2serde v1.0.2|MIT/Apache-2.0 (*)

0openings v0.1.0 (/w/functions/openings)|Apache-2.0
1serde v1.0.2|MIT/Apache-2.0 (*)
";

    fn package(name: &str, version: &str) -> Package {
        (name.to_owned(), version.to_owned())
    }

    #[test]
    fn a_dependency_shown_once_counts_for_every_dependent() {
        let graph = Graph::parse(TREE).unwrap();
        let needs = |name, version| graph.needs.get(&package(name, version)).cloned().unwrap_or_default();
        assert_eq!(needs("keys", "0.1.0"), [package("serde", "1.0.2"), package("store", "0.1.0")].into());
        assert_eq!(needs("store", "0.1.0"), [package("serde", "1.0.2")].into());
        assert_eq!(needs("openings", "0.1.0"), [package("serde", "1.0.2")].into());
        assert_eq!(needs("serde", "1.0.2"), [package("serde_core", "1.0.2")].into());
        assert_eq!(graph.licences[&package("serde", "1.0.2")], "MIT OR Apache-2.0");
    }

    #[test]
    fn a_bill_names_its_binary_and_its_packages_with_checksums() {
        let graph = Graph::parse(TREE).unwrap();
        let linked = Linked { root: package("openings", "0.1.0"), packages: [package("serde", "1.0.2")].into() };
        let checksums = checksums(
            "version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.2\"\nsource = \"registry\"\nchecksum = \"9a\"\n",
        );
        let bill = graph.bill(&linked, &checksums, "b1", "aarch64-unknown-linux-gnu").unwrap();
        assert_eq!(bill["metadata"]["component"]["name"], "openings");
        assert_eq!(bill["metadata"]["component"]["hashes"][0]["content"], "b1");
        assert_eq!(bill["components"][0]["purl"], "pkg:cargo/serde@1.0.2");
        assert_eq!(bill["components"][0]["hashes"][0]["content"], "9a");
        assert_eq!(bill["dependencies"][1]["dependsOn"], json!(["pkg:cargo/serde@1.0.2"]));

        let other = BTreeMap::from([(package("serde", "1.0.3"), None)]);
        assert!(graph.bill(&linked, &other, "b1", "").is_err(), "a version that Cargo.lock has not");
    }

    #[test]
    fn functions_are_built_without_dev_dependencies() {
        let project = Project::load().unwrap();
        let target = "aarch64-unknown-linux-gnu";
        let graph = Graph::parse(&tree(&project, target).unwrap()).unwrap();
        let checksums = checksums(&fs::read_to_string(project.root.join("Cargo.lock")).unwrap());
        for function in &project.functions {
            let linked = graph.linked(function).unwrap();
            let bill = graph.bill(&linked, &checksums, &"0".repeat(64), target).unwrap();
            assert_eq!(bill["metadata"]["component"]["name"], **function);
            let has = |name: &str| linked.packages.iter().any(|package| package.0 == name);
            assert!(has("aws-sdk-dynamodb") && has("ring"), "{function}");
            let others = ["proptest", "testkit", "dynamodb", "aws-lc-sys", "serde_derive"];
            assert!(!others.into_iter().any(has), "{function}");
        }
    }

    #[test]
    fn a_function_without_packages_is_an_error() {
        let graph = Graph::parse(TREE).unwrap();
        assert!(graph.linked("devices").is_err());
        assert!(graph.linked("openings").is_err(), "built from two packages");
        assert!(Graph::parse("keys v0.1.0|MIT").is_err());
    }

    #[test]
    fn a_binary_names_packages_in_the_paths_of_its_panics() {
        let binary = b"\0/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/aws-sdk-sns-1.95.0/src/a.rs\0\
            /registry/src/index/h2-0.4.12/src/b.rs/registry/src/index/ring-0.17.14-rc.1/c.rs\0/registry/src/";
        let expected = [package("aws-sdk-sns", "1.95.0"), package("h2", "0.4.12"), package("ring", "0.17.14-rc.1")];
        assert_eq!(named(binary), expected.into());
    }
}
