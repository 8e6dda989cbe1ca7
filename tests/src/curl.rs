//! Runs a printed `curl` command without curl: what the local cloud prints must work as printed.

use http::Method;

use crate::{ApiResponse, Stack};

/// Sends the request of a command, for the few options that we print.
pub async fn run(stack: &Stack, command: &str) -> ApiResponse {
    let mut arguments = arguments(command).into_iter();
    assert_eq!(arguments.next().as_deref(), Some("curl"), "{command}");
    let (mut url, mut headers, mut data) = (None, Vec::new(), Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-sS" | "-i" => {}
            "-H" => headers.push(arguments.next().unwrap()),
            "-d" => data.push(arguments.next().unwrap()),
            option if option.starts_with('-') => panic!("curl {option} is not known here"),
            _ => url = Some(argument),
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
    ApiResponse::read(response, url, stack.is_deployed()).await
}

/// Splits a command like a POSIX shell, as far as single quotes and backslashes before newlines are concerned.
fn arguments(command: &str) -> Vec<String> {
    let (mut arguments, mut argument, mut quoted) = (Vec::new(), String::new(), false);
    for character in command.replace("\\\n", "").chars() {
        match character {
            '\'' => quoted = !quoted,
            character if character.is_whitespace() && !quoted => arguments.push(std::mem::take(&mut argument)),
            character => argument.push(character),
        }
    }
    arguments.push(argument);
    arguments.retain(|argument| !argument.is_empty());
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_arguments_stay_whole() {
        assert_eq!(arguments("curl -d '{\"a\": 1}' \\\n  -H 'B: c'"), ["curl", "-d", "{\"a\": 1}", "-H", "B: c"]);
    }
}
