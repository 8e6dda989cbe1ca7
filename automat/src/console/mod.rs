//! The console: commands operate the cabinet, and what the cabinet does is printed.

mod command;

use std::fmt::Write as _;
use std::future::pending;
use std::io::BufRead as _;
use std::process::ExitCode;
use std::thread;

use automat::device::Display;
use automat::simulated::SimulatedAutomat;
use protocol::Door;
use tokio::sync::mpsc;

use command::Command;

/// Runs until `quit` or Ctrl-C. If standard input is closed, the automat runs on its own.
pub(crate) async fn run(mut automat: SimulatedAutomat) -> ExitCode {
    say(&table(&automat));
    let mut lines = Some(lines());
    let mut display = automat.display();
    let mut connection = automat.connection();
    let mut counts_down = false;
    loop {
        tokio::select! {
            line = next(&mut lines) => match line.as_deref().map(str::parse) {
                None => lines = None,
                Some(Ok(Command::Quit)) => break,
                Some(Ok(Command::Restart)) => {
                    automat.restart().await;
                    connection = automat.connection();
                }
                Some(Ok(command)) => say(&carry_out(command, &automat)),
                Some(Err(hint)) => say(hint),
            },
            Ok(()) = display.changed() => {
                let shown = *display.borrow_and_update();
                // A countdown changes every second; its first value is enough here.
                let waits = matches!(shown, Display::Wait(_));
                if !(counts_down && waits) {
                    say(&display_text(&automat, shown));
                }
                counts_down = waits;
            }
            Ok(()) = connection.changed() => say(connection_text(*connection.borrow_and_update())),
            _ = tokio::signal::ctrl_c() => break,
        }
        if automat.has_stopped() && lines.is_none() {
            // Nobody can restart it.
            return ExitCode::FAILURE;
        }
    }
    automat.stop().await;
    ExitCode::SUCCESS
}

/// Carries out a command. Returns the text to print.
fn carry_out(command: Command, automat: &SimulatedAutomat) -> String {
    let done = |done: bool| if done { "Done." } else { "That cannot be done: look at `lockers`." }.to_owned();
    match command {
        Command::Type(code) => {
            automat.press(&format!("{code}#"));
            String::new()
        }
        Command::Take(locker) => done(automat.take_key(locker)),
        Command::Put(locker) => done(automat.put_key(locker)),
        Command::Close(locker) => {
            automat.close_door(locker);
            done(true)
        }
        Command::Jam(locker, jammed) => {
            automat.faults().jam(locker, jammed);
            done(true)
        }
        Command::Crash(when) => {
            automat.faults().crash(when);
            done(true)
        }
        Command::Network(there) => {
            automat.faults().network(there);
            done(true)
        }
        Command::Slow(time) => {
            automat.faults().motor_time(time);
            done(true)
        }
        Command::Change(change) => {
            automat.set_readings(|readings| change.apply(readings));
            done(true)
        }
        Command::Lockers => table(automat),
        Command::Help | Command::Restart | Command::Quit => command::HELP.to_owned(),
    }
}

/// What the display reads, a line of it in brackets.
fn display_text(automat: &SimulatedAutomat, shown: Display) -> String {
    if shown == Display::Off {
        return "The automat is off.".to_owned();
    }
    automat.text(shown).split('\n').map(|line| format!("  [{line}]")).collect::<Vec<_>>().join("\n")
}

fn connection_text(connected: bool) -> &'static str {
    if connected { "Connected." } else { "Not connected." }
}

fn table(automat: &SimulatedAutomat) -> String {
    let mut table = format!("{}\nlocker  key  door", connection_text(*automat.connection().borrow()));
    for (index, locker) in automat.lockers().iter().enumerate() {
        let key = if locker.key { "in" } else { "-" };
        let door = if locker.door == Door::Open { "open" } else { "closed" };
        let jammed = if locker.jammed { "  jammed" } else { "" };
        let _ = write!(table, "\n{index:>6}  {key:<3}  {door}{jammed}");
    }
    table
}

/// The lines of standard input, read by a thread: a blocking read cannot be cancelled.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || std::io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    lines
}

async fn next(lines: &mut Option<mpsc::UnboundedReceiver<String>>) -> Option<String> {
    match lines {
        Some(lines) => lines.recv().await,
        None => pending().await,
    }
}

#[expect(clippy::print_stdout, reason = "the console is what this program is for")]
fn say(text: &str) {
    if !text.is_empty() {
        println!("{text}");
    }
}
