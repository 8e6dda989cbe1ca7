use super::*;

const SEEDED: &str = "
avoid:
  - { names: [told, telling], prose: [told], instead: report }
  - { names: [place], instead: position }
exceptions:
  - { name: seal_in_place, reason: a function of ring }
  - { file: docs/quoted.md, term: told, reason: AWS's own sentence }
";

fn vocabulary() -> Vocabulary {
    Vocabulary::parse(SEEDED).unwrap()
}

fn messages(files: &[(&str, &str)]) -> Vec<String> {
    let vocabulary = vocabulary();
    let found = files
        .iter()
        .flat_map(|(file, text)| in_path(file, &vocabulary).into_iter().chain(in_text(file, text, &vocabulary)));
    // Both exceptions of the list are needed by these.
    let needed = [("a.rs", "seal_in_place()"), ("docs/quoted.md", "AWS: \"you are told\"")];
    let needed = needed.iter().flat_map(|(file, text)| in_text(file, text, &vocabulary));
    judge(&found.chain(needed).collect(), &vocabulary)
}

#[test]
fn a_term_is_found_in_every_kind_of_name() {
    for name in ["told", "told_all", "ToldAll", "toldEra", "TOLD", "is_told", "r#told", "Told2"] {
        let found = messages(&[("a.rs", &format!("let\n{name};"))]);
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(found[0].starts_with("a.rs:2: `told` in the name"), "{found:?}");
        assert!(found[0].ends_with("; instead: report"), "{found:?}");
    }
    for file in ["src/told.rs", "telling/mod.rs", "what-told.html"] {
        assert_eq!(messages(&[(file, "")]).len(), 1, "{file}");
    }
    let ids = messages(&[("en.ftl", "who-told = x\nfine = { $told-of }\n-place = y\n    .told = z\n")]);
    assert_eq!(ids.len(), 6, "three ids, and three lines of prose: {ids:?}");
}

#[test]
fn names_that_only_contain_the_letters_are_fine() {
    for name in ["replaced", "placeholder", "untold", "stold", "Metold"] {
        assert_eq!(messages(&[("a.rs", name)]), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn prose_has_its_own_list() {
    assert_eq!(messages(&[("a.rs", "// in place\n/* Told\n it is TOLD */")]).len(), 2);
    assert_eq!(messages(&[("a.md", "in place, telling\nas you were told.")]), ["a.md:2: `told`; instead: report"]);
}

#[test]
fn strings_are_checked_only_where_they_name_attributes() {
    assert_eq!(messages(&[("a.rs", "let a = \"told\"; let b = r#\"told\"#;")]), Vec::<String>::new());
    let items = |text| in_text("shared/store/src/items/a.rs", text, &vocabulary());
    assert_eq!(items("const A: &str = \"toldAll\";").len(), 1);
    assert_eq!(items("error(\"nobody was told\")"), []);
}

#[test]
fn an_exception_covers_only_what_it_names_and_must_be_needed() {
    assert_eq!(messages(&[("a.md", "told")]).len(), 1, "the exception is for another file");
    assert_eq!(messages(&[("a.rs", "open_in_place()")]).len(), 1, "the exception is for another name");
    let unneeded = judge(&BTreeSet::new(), &vocabulary());
    assert_eq!(unneeded.len(), 2);
    assert!(unneeded[0].contains("no longer needed: Name { name: \"seal_in_place\""), "{unneeded:?}");
}

#[test]
fn an_exception_without_a_reason_is_refused() {
    let list = SEEDED.replace(", reason: a function of ring", "");
    assert!(Vocabulary::parse(&list).is_err());
}
