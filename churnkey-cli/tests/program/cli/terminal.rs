//! Tests of the output on a terminal.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::program::churnkey;
use super::provider::good;

const COLUMNS: u16 = 60;

/// The output of the program that is a terminal; the other is a pipe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnTerminal {
    Stdout,
    Stderr,
}

/// Runs the program. Returns the output to the terminal and the output to the pipe.
fn run(mut command: Command, on_terminal: OnTerminal) -> (String, String) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let terminal = openpt(flags).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: COLUMNS,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal, size).unwrap();
    let end = Stdio::from(ioctl_tiocgptpeer(&terminal, flags).unwrap());
    match on_terminal {
        OnTerminal::Stdout => command.stdout(end).stderr(Stdio::piped()),
        OnTerminal::Stderr => command.stderr(end).stdout(Stdio::piped()),
    };
    let child = command.spawn().unwrap();
    // The command holds the other end of the terminal open.
    drop(command);
    let sent = thread::spawn(move || {
        let mut sent = Vec::new();
        // Reading ends with an error when the other end is closed.
        let _ = File::from(terminal).read_to_end(&mut sent);
        String::from_utf8(sent).unwrap()
    });
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let piped = match on_terminal {
        OnTerminal::Stdout => output.stderr,
        OnTerminal::Stderr => output.stdout,
    };
    (sent.join().unwrap(), String::from_utf8(piped).unwrap())
}

fn verify() -> Command {
    let mut command = churnkey();
    command.env("TERM", "xterm").args(["verify", &good()]);
    command
}

#[test]
fn progress_is_shown_on_a_terminal_and_removed() {
    let (sent, piped) = run(verify(), OnTerminal::Stderr);
    assert!(sent.contains("00:00:0"), "{sent:?}");
    assert!(sent.ends_with("\u{1b}[2K"), "{sent:?}");
    assert!(piped.starts_with("churnkey verify: "), "{piped}");
    assert!(!piped.contains('\u{1b}'), "{piped:?}");
}

#[test]
fn quiet_shows_no_progress() {
    let mut quiet = verify();
    quiet.arg("--quiet");
    assert_eq!(
        run(quiet, OnTerminal::Stderr),
        (String::new(), String::new())
    );
}

#[test]
fn report_fits_the_terminal_and_has_colors() {
    let (sent, piped) = run(verify(), OnTerminal::Stdout);
    assert_eq!(piped, "");
    assert!(sent.contains("\u{1b}[32m"), "{sent:?}");

    let mut plain = verify();
    plain.env("NO_COLOR", "1");
    let (sent, _) = run(plain, OnTerminal::Stdout);
    assert!(!sent.contains('\u{1b}'), "{sent:?}");
    for line in sent.lines() {
        assert!(line.chars().count() <= usize::from(COLUMNS), "{line}");
    }
}
