//! The tables and the picture of `docs/performance.md`.

use std::{fmt::Write as _, fs, time::Duration};

use anyhow::{Context as _, Result, ensure};

use super::{BOOKS, FIRST_CALLS, ROUNDS, Sample, Samples, Subject, peers::BARE};
use crate::{project::Project, steps::Note};

const PAGE: &str = "docs/performance.md";
const PICTURE: &str = "docs/performance.svg";
/// What stands between the marks of a command is replaced by it.
const COMMAND: &str = "cargo xtask bench";
const COMMAND_OVER_TLS: &str = "cargo xtask bench --tls";

/// A column: its heading, its unit, and its figure of one sample.
struct Column {
    heading: &'static str,
    unit: &'static str,
    of: fn(&Sample) -> f64,
}

const COLUMNS: [Column; 6] = [
    Column { heading: "init", unit: "ms", of: |sample| millis(sample.init) },
    Column { heading: "cold", unit: "ms", of: |sample| millis(sample.cold) },
    Column {
        heading: "later call",
        unit: "ms",
        of: |sample| millis(median_of(sample.calls.get(1..).unwrap_or_default())),
    },
    Column { heading: "CPU of init", unit: "ms", of: |sample| millis(sample.cpu_of_init) },
    Column { heading: "CPU of a later call", unit: "ms", of: |sample| millis(sample.cpu_of_a_call) },
    Column { heading: "memory", unit: "MB", of: |sample| megabytes(sample.memory * 1_024) },
];

/// Writes the page between its markers, and the picture.
pub(super) fn write(
    project: &Project,
    subjects: &[Subject],
    alone: &Samples,
    shares: &[(u64, Samples)],
) -> Result<Note> {
    let mut text = whole(subjects, alone, true)?;
    for (memory, samples) in shares {
        text.push_str(&first_calls(subjects, *memory, samples)?);
    }
    println!("{text}");
    replace(project, COMMAND, &text)?;
    fs::write(project.root.join(PICTURE), picture(subjects, alone)?)?;
    Ok(format!("wrote {PAGE}: medians of {ROUNDS} rounds"))
}

/// Writes the table over TLS.
pub(super) fn write_over_tls(
    project: &Project,
    subjects: &[Subject],
    samples: &Samples,
    rounds: usize,
) -> Result<Note> {
    let text = whole(subjects, samples, false)?;
    println!("{text}");
    replace(project, COMMAND_OVER_TLS, &format!("\nMedians of {rounds} rounds:\n{text}"))?;
    Ok(format!("wrote {PAGE}: medians of {rounds} rounds over TLS"))
}

fn replace(project: &Project, command: &str, text: &str) -> Result<()> {
    let path = project.root.join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("cannot read {PAGE}"))?;
    Ok(fs::write(&path, replaced(&page, command, text)?)?)
}

fn replaced(page: &str, command: &str, text: &str) -> Result<String> {
    let [begin, end] = ["begin", "end"].map(|edge| format!("<!-- written by `{command}`: {edge} -->"));
    let (before, rest) = page.split_once(&begin).context("the page has no marker where the tables begin")?;
    let (_, after) = rest.split_once(&end).context("the page has no marker where the tables end")?;
    Ok(format!("{before}{begin}\n{text}{end}{after}"))
}

/// One CPU, all calls; with the sizes of the programs where wanted.
fn whole(subjects: &[Subject], samples: &Samples, with_sizes: bool) -> Result<String> {
    let mut text = String::from("\n| |");
    for column in &COLUMNS {
        write!(text, " {} |", column.heading)?;
    }
    let (more, count) = if with_sizes { (" size | zip |", COLUMNS.len() + 2) } else { ("", COLUMNS.len()) };
    writeln!(text, "{more}\n|---|{}", "---|".repeat(count))?;
    for subject in ordered(subjects) {
        write!(text, "| {} |", subject.name)?;
        for column in &COLUMNS {
            let (figure, bare) = (median(samples, &subject.name, column.of)?, median(samples, BARE, column.of)?);
            write!(text, " {figure:.2} {} ({:.2}) |", column.unit, figure / bare)?;
        }
        if with_sizes {
            write!(text, " {} |", sizes(subject)?)?;
        }
        text.push('\n');
    }
    Ok(text)
}

/// A share of a CPU, the first calls.
fn first_calls(subjects: &[Subject], memory: u64, samples: &Samples) -> Result<String> {
    let mean = |sample: &Sample| {
        let calls = u32::try_from(sample.calls.len()).unwrap_or(u32::MAX).max(1);
        millis(sample.calls.iter().sum::<Duration>() / calls)
    };
    let mut text = format!(
        "\nAt the CPU share of {memory} MB, with ordinary scheduling:\n\n| | cold | mean of the first {FIRST_CALLS} calls |\n|---|---|---|\n"
    );
    for subject in ordered(subjects) {
        write!(text, "| {} |", subject.name)?;
        for figure in [(|sample: &Sample| millis(sample.cold)) as fn(&Sample) -> f64, mean] {
            let (own, bare) = (median(samples, &subject.name, figure)?, median(samples, BARE, figure)?);
            write!(text, " {own:.1} ms ({:.1}) |", own / bare)?;
        }
        text.push('\n');
    }
    Ok(text)
}

/// The bare loop first, then those that make the same requests, then the other functions.
fn ordered(subjects: &[Subject]) -> Vec<&Subject> {
    let mut order: Vec<_> = subjects.iter().collect();
    order.sort_by_key(|subject| (subject.name != BARE, subject.function != BOOKS));
    order
}

/// The size of the program and of its deployment package, where the program is all that is deployed.
fn sizes(subject: &Subject) -> Result<String> {
    if !subject.arguments.is_empty() {
        return Ok("– | –".to_owned());
    }
    let size = megabytes(fs::metadata(&subject.program)?.len());
    let zip = std::env::temp_dir().join(format!("bench-{}.zip", std::process::id()));
    let status = std::process::Command::new("python3")
        .args(["-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED).write(sys.argv[2])"])
        .arg(&zip)
        .arg(&subject.program)
        .status()?;
    ensure!(status.success(), "the package was not written");
    let packed = megabytes(fs::metadata(&zip)?.len());
    fs::remove_file(&zip)?;
    Ok(format!("{size:.1} MB | {packed:.1} MB"))
}

fn median(samples: &Samples, name: &str, of: impl Fn(&Sample) -> f64) -> Result<f64> {
    let mut figures: Vec<_> =
        samples.get(name).with_context(|| format!("{name} was not measured"))?.iter().map(of).collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().context("no samples")
}

fn median_of(durations: &[Duration]) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a figure in a table")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Bars of the ratios of those that make the same requests; a bar that does not fit is cut, and says its ratio.
fn picture(subjects: &[Subject], samples: &Samples) -> Result<String> {
    let [labels, width, row, scale, longest] = [170.0, 760.0, 20.0, 20.0, 480.0];
    let same: Vec<_> = ordered(subjects).into_iter().filter(|subject| subject.function == BOOKS).collect();
    let mut body = String::new();
    let mut y = 10.0;
    for column in &COLUMNS {
        y += row * 1.5;
        writeln!(body, r#"<text x="10" y="{y}" font-weight="bold">{}</text>"#, column.heading)?;
        for subject in &same {
            y += row;
            let ratio = median(samples, &subject.name, column.of)? / median(samples, BARE, column.of)?;
            let length = (ratio * scale).min(longest);
            let colour = if subject.name.starts_with(BOOKS) { "#1f6f5c" } else { "#9aa5b1" };
            writeln!(body, r#"<text x="10" y="{y}">{}</text>"#, subject.name)?;
            writeln!(body, r#"<rect x="{labels}" y="{}" width="{length:.1}" height="14" fill="{colour}"/>"#, y - 12.0)?;
            writeln!(body, r#"<text x="{:.1}" y="{y}">{ratio:.2}</text>"#, labels + length + 6.0)?;
        }
    }
    let height = y + row;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<title>Ratios to the bare loop</title>\n<rect width=\"100%\" height=\"100%\" \
         fill=\"white\"/>\n{body}</svg>\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let [begin, end] = ["begin", "end"].map(|edge| format!("<!-- written by `make`: {edge} -->"));
        let page = format!("before {begin} old {end} after");
        let new = replaced(&page, "make", "new\n").unwrap();
        assert_eq!(new, format!("before {begin}\nnew\n{end} after"));
        assert!(replaced(&page, "make all", "new").is_err());
    }

    #[test]
    fn the_median_of_calls_is_the_one_in_the_middle() {
        let calls = [9, 1, 5].map(Duration::from_millis);
        assert_eq!(median_of(&calls), Duration::from_millis(5));
        assert_eq!(median_of(&[]), Duration::ZERO);
    }
}
