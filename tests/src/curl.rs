//! Runs a `curl` command as a person would paste it, without curl: what the local cloud prints must work as printed.

use http::Method;

use crate::{Answer, Stack};

/// Sends what a command of the few options that we print would send.
pub async fn run(stack: &Stack, command: &str) -> Answer {
    let mut words = words(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"), "{command}");
    let (mut url, mut headers, mut data) = (None, Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-sS" | "-i" => {}
            "-H" => headers.push(words.next().unwrap()),
            "-d" => data.push(words.next().unwrap()),
            option if option.starts_with('-') => panic!("curl {option} is not known here"),
            _ => url = Some(word),
        }
    }
    let url = url.unwrap();
    let method = if data.is_empty() { Method::GET } else { Method::POST };
    let mut request = stack.http().request(method, &url);
    let header = |name: &str| headers.iter().any(|header| header.to_lowercase().starts_with(&format!("{name}:")));
    if !data.is_empty() && !header("content-type") {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    for (name, value) in headers.iter().filter_map(|header| header.split_once(':')) {
        request = request.header(name, value.trim());
    }
    let response = request.body(data.join("&")).send().await.unwrap();
    Answer::read(response, url, stack.is_deployed()).await
}

/// The words of a command by the rules of a POSIX shell, as far as single quotes and backslashes before newlines go.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for character in command.replace("\\\n", "").chars() {
        match character {
            '\'' => quoted = !quoted,
            character if character.is_whitespace() && !quoted => words.push(std::mem::take(&mut word)),
            character => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_what_is_quoted() {
        assert_eq!(words("curl -d '{\"a\": 1}' \\\n  -H 'B: c'"), ["curl", "-d", "{\"a\": 1}", "-H", "B: c"]);
    }
}
