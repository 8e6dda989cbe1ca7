//! Pages as a browser without scripts sees them.

/// The values that a form sends besides its button: fields, ticked boxes, and the selection of each list. The form is
/// the one posted to `action`; without an action, it is posted to `here`, the page's own address.
#[must_use]
pub fn form(page: &str, here: &str, action: &str) -> Option<Vec<(String, String)>> {
    let form = page.split("<form").skip(1).find(|form| {
        let tag = until(form, ">");
        let leads_to = attribute(tag, "action");
        attribute(tag, "method").as_deref() == Some("post") && leads_to.as_deref().unwrap_or(here) == action
    });
    let mut parts = until(form?, "</form>").split("<template>");
    // The content of a template element is not part of the page.
    let first = parts.next().unwrap_or_default();
    let rest = parts.filter_map(|part| part.split_once("</template>")).map(|(_, rest)| rest);
    let form: String = std::iter::once(first).chain(rest).collect();
    Some(form.match_indices('<').filter_map(|(at, _)| field(&form[at + 1..])).collect())
}

/// The ids of its elements, templates left out: a script fills them in.
#[must_use]
pub fn ids(page: &str) -> Vec<String> {
    let mut parts = page.split("<template>");
    let first = parts.next().unwrap_or_default();
    let rest = parts.filter_map(|part| part.split_once("</template>")).map(|(_, rest)| rest);
    let tags = std::iter::once(first).chain(rest).flat_map(|part| part.split('<').map(|tag| until(tag, ">")));
    tags.filter_map(|tag| attribute(tag, "id")).collect()
}

/// The unescaped value of a tag's attribute.
#[must_use]
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!("{name}=\"");
    let stands_alone = |at: usize| at == 0 || tag[..at].ends_with(char::is_whitespace);
    let (at, _) = tag.match_indices(&start).find(|(at, _)| stands_alone(*at))?;
    Some(plain(until(&tag[at + start.len()..], "\"")))
}

/// The name and value that an element sends. The text begins with its tag.
fn field(element: &str) -> Option<(String, String)> {
    let (tag, rest) = element.split_once('>')?;
    let value = match tag.split_whitespace().next()? {
        "input" => {
            let is_box = matches!(attribute(tag, "type").as_deref(), Some("checkbox" | "radio"));
            if is_box && !flag(tag, "checked") {
                return None;
            }
            attribute(tag, "value").unwrap_or_else(|| if is_box { "on".to_owned() } else { String::new() })
        }
        "textarea" => plain(until(rest.strip_prefix('\n').unwrap_or(rest), "</textarea>")),
        "select" => {
            let options: Vec<_> = until(rest, "</select>")
                .split("<option")
                .skip(1)
                .map(|option| until(option, "<").split_once('>').unwrap_or((option, "")))
                .collect();
            let chosen = options.iter().find(|(option, _)| flag(option, "selected")).or(options.first());
            // Without a value, its text is it.
            chosen
                .map(|(option, text)| attribute(option, "value").unwrap_or_else(|| text.trim().to_owned()))
                .unwrap_or_default()
        }
        _ => return None,
    };
    Some((attribute(tag, "name")?, value))
}

fn flag(tag: &str, name: &str) -> bool {
    tag.split_whitespace().any(|attribute| attribute.split('=').next() == Some(name))
}

fn until<'t>(text: &'t str, end: &str) -> &'t str {
    text.split(end).next().unwrap_or_default()
}

/// Unescaped text: the five characters that askama escapes.
fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for (written, meant) in [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(written, meant);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_what_a_browser_would() {
        let page = r#"<form action="/search"><input name="q"></form><form method="dialog"><input name="d"></form>
            <form method="post" action="/keys/new">
            <input type="hidden" name="once" value="a&#38;b"><input id="x" data-name="y" name="keyId" type="text" value="">
            <input type="checkbox" name="shared"><input type="checkbox" name="kinds" value="a" checked>
            <input type="radio" name="which" value="1"><input type="radio" name="which" value="2" checked>
            <select name="language"><option value="en">E</option><option value="fi" selected>F</option></select>
            <select name="zone"><option value="">Choose<optgroup><option selected>Europe/Helsinki</optgroup></select>
            <select name="locker"><option value="">None</option><option value="1">1</option></select>
            <template><input name="contact"></template>
            <textarea name="freeText">
1 &#60; 2</textarea><button name="step" value="go">Go</button></form><form method="post"><input name="here"></form>"#;
        let sent = |action| form(page, "/keys", action);
        let pairs = [
            ("once", "a&b"),
            ("keyId", ""),
            ("kinds", "a"),
            ("which", "2"),
            ("language", "fi"),
            ("zone", "Europe/Helsinki"),
            ("locker", ""),
            ("freeText", "1 < 2"),
        ];
        assert_eq!(sent("/keys/new").unwrap(), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(sent("/keys").unwrap(), [("here".to_owned(), String::new())]);
        assert_eq!(sent("/search"), None, "nothing is posted there");
    }
}
