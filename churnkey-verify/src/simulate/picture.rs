//! A failing sequence as a page: a timeline with the model above and the provider below.
//!
//! Positions are percentages of the width, and the text has the size of the other text, so that the
//! page is readable on a phone.

use std::fmt::Write as _;

use churnkey_runtime::{Subscription, SubscriptionId, SubscriptionStatus, Timestamp};

use super::report::Failure;
use super::timeline::{Line, State};
use crate::printable::printable;
use crate::report::tally::counted;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The longest time after the last step that is drawn.
const OUTLOOK: i64 = 400 * DAY;

/// The height of a lane: a line of text above a bar.
const LANE: usize = 40;

const STYLE: &str = include_str!("picture.css");

/// A row of the picture.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lane {
    name: String,
    note: String,
    bars: Vec<Bar>,
}

/// A span of time; without an end it goes on.
#[derive(Debug, PartialEq, Eq)]
struct Bar {
    class: &'static str,
    from: i64,
    to: Option<i64>,
}

/// The time that the picture shows.
#[derive(Clone, Copy)]
struct Window {
    from: i64,
    to: i64,
}

type Side = fn(&Line) -> &State;

impl Failure {
    /// A page with the sequence as a picture: the steps and the states on a timeline, those of the
    /// model above and those of the provider below. It needs no other file.
    pub fn html(&self) -> String {
        page(self)
    }
}

fn page(failure: &Failure) -> String {
    let title = format!("Sequence {} of seed {}", failure.number, failure.seed);
    let mut body = format!("<h1>{title}</h1>\n");
    push(&mut body, "p", "difference", &failure.message());
    let steps = format!(
        "{}, shrunk from {}. All times are UTC.",
        counted(failure.steps() as u64, ["step", "steps"]),
        failure.original_steps
    );
    push(&mut body, "p", "", &steps);
    let subject = failure.timeline.last().map(|line| &line.subscription);
    let mut ids: Vec<&SubscriptionId> = subject.into_iter().collect();
    for line in &failure.timeline {
        if !ids.contains(&&line.subscription) {
            ids.push(&line.subscription);
        }
    }
    for id in ids {
        let lines = failure.timeline.iter();
        let lines: Vec<&Line> = lines.filter(|line| line.subscription == *id).collect();
        push(&mut body, "h2", "", id.as_str());
        body.push_str(&figure(&lines));
        body.push_str(&steps_of(&lines));
    }
    for (heading, text) in [
        ("Script", failure.curl_script()),
        ("Test", failure.rust_test()),
        ("Sequence, for --replay", failure.sequence()),
    ] {
        push(&mut body, "h2", "", heading);
        push(&mut body, "pre", "", &text);
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n{body}</body>\n</html>\n"
    )
}

/// The steps of one subscription, with both states after each.
fn steps_of(lines: &[&Line]) -> String {
    let mut list = "<ol>\n".to_owned();
    for line in lines {
        list.push_str("<li>");
        push(&mut list, "time", "", &moment(line.at));
        push(&mut list, "p", "", &line.event.to_string());
        list.push_str("<dl>");
        for (name, state) in [("model", &line.model), ("provider", &line.provider)] {
            push(&mut list, "dt", "", name);
            push(&mut list, "dd", "", &state.to_string());
        }
        list.push_str("</dl></li>\n");
    }
    list.push_str("</ol>\n");
    list
}

fn figure(lines: &[&Line]) -> String {
    let sides: [(&str, Side); 2] = [
        ("Model", |line| &line.model),
        ("Provider", |line| &line.provider),
    ];
    let lanes = sides.map(|(_, side)| lanes(lines, side));
    let bars = lanes.iter().flatten().flat_map(|lane| &lane.bars);
    let window = Window::of(lines, bars);
    let mut svg = String::new();
    let mut y = 16;
    axis(&mut svg, window, y);
    y += 14;
    marks(&mut svg, lines, window, y);
    y += 22;
    for (number, (name, _)) in sides.iter().enumerate() {
        y += 22;
        let _ = writeln!(svg, "<text class=\"side\" x=\"0\" y=\"{y}\">{name}</text>");
        for lane in &lanes[number] {
            let other = lanes[1 - number]
                .iter()
                .find(|other| other.name == lane.name);
            let is_same = other.is_some_and(|other| other.note == lane.note);
            draw(&mut svg, lane, is_same, window, y);
            y += LANE;
        }
        y += 10;
    }
    format!(
        "<figure><svg role=\"img\" aria-label=\"Timeline: the model above, the provider below\" \
         width=\"100%\" height=\"{y}\">\n{svg}</svg></figure>\n"
    )
}

/// The first moment, the middle and the last one.
fn axis(svg: &mut String, window: Window, y: usize) {
    let middle = window.from + (window.to - window.from) / 2;
    for (at, anchor) in [
        (window.from, "start"),
        (middle, "middle"),
        (window.to, "end"),
    ] {
        let label = Timestamp::from_unix_millis(at).map(|at| at.to_string());
        let label = label.as_deref().and_then(|label| label.get(..10));
        let _ = writeln!(
            svg,
            "<text class=\"axis\" x=\"{}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            window.percent(at),
            label.unwrap_or_default(),
        );
    }
}

/// The numbers of the steps at their times.
fn marks(svg: &mut String, lines: &[&Line], window: Window, y: usize) {
    let mut number = 0;
    while number < lines.len() {
        let at = lines[number].at;
        // Labels of neighbouring times would cover each other.
        let share = window.share(at.unix_millis());
        let is_near = |line: &&Line| window.share(line.at.unix_millis()) - share < 4.0;
        let last = lines.iter().rposition(is_near).unwrap_or(number);
        let label = match last > number {
            true => format!("{}–{}", number + 1, last + 1),
            false => (number + 1).to_string(),
        };
        let x = window.percent(at.unix_millis());
        let anchor = match window.share(at.unix_millis()) {
            share if share < 4.0 => "start",
            share if share > 96.0 => "end",
            _ => "middle",
        };
        let _ = writeln!(
            svg,
            "<line class=\"step\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"100%\"/>\
             <text class=\"step\" x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{label}</text>",
            y + 16,
            y + 12,
        );
        number = last + 1;
    }
}

fn draw(svg: &mut String, lane: &Lane, is_same: bool, window: Window, y: usize) {
    let mark = match is_same {
        true => "",
        false => "≠ ",
    };
    let class = match is_same {
        true => "",
        false => " differs",
    };
    let _ = writeln!(
        svg,
        "<text class=\"lane{class}\" x=\"0\" y=\"{}\">{mark}<tspan class=\"name\">{}</tspan> {}</text>",
        y + 20,
        escaped(&lane.name),
        escaped(&lane.note),
    );
    for bar in &lane.bars {
        let to = bar
            .to
            .unwrap_or(window.to)
            .clamp(bar.from, window.to.max(bar.from));
        let (x, end) = (window.share(bar.from), window.share(to));
        let _ = writeln!(
            svg,
            "<rect class=\"{}\" x=\"{x:.2}%\" width=\"{:.2}%\" y=\"{}\" height=\"10\" rx=\"2\"/>",
            bar.class,
            (end - x).max(0.4),
            y + 26,
        );
    }
}

/// The states in their order, and the dates of the last state.
fn lanes(lines: &[&Line], side: Side) -> Vec<Lane> {
    let mut lanes = vec![statuses(lines, side)];
    let last = lines.iter().rev().find_map(|line| match side(line) {
        State::Subscription(subscription) => Some(&**subscription),
        State::Answer(_) => None,
    });
    lanes.extend(last.into_iter().flat_map(dates));
    if let Some(State::Answer(answer)) = lines.last().map(|line| side(line)) {
        lanes.push(Lane {
            name: "Response".to_owned(),
            note: answer.clone(),
            bars: Vec::new(),
        });
    }
    lanes
}

fn statuses(lines: &[&Line], side: Side) -> Lane {
    let mut bars: Vec<Bar> = Vec::new();
    for line in lines {
        let State::Subscription(subscription) = side(line) else {
            continue;
        };
        let class = subscription.status.name();
        let from = line.at.unix_millis();
        if let Some(before) = bars.last_mut() {
            if before.class == class {
                continue;
            }
            before.to = Some(from);
        }
        // A state that lasted for no time is not drawn.
        bars.retain(|bar| bar.to.is_none_or(|to| to > bar.from));
        bars.push(Bar {
            class,
            from,
            to: None,
        });
    }
    let names: Vec<_> = bars.iter().map(|bar| bar.class).collect();
    Lane {
        name: "Status".to_owned(),
        note: names.join(", then "),
        bars,
    }
}

fn dates(subscription: &Subscription) -> Vec<Lane> {
    let status = &subscription.status;
    let mut lanes = Vec::new();
    let mut lane = |name: String, class, start: Option<Timestamp>, end: Option<Timestamp>| {
        let shown = |at: Option<Timestamp>| at.map_or("…".to_owned(), moment);
        lanes.push(Lane {
            name,
            note: format!("{} – {}", shown(start), shown(end)),
            bars: start
                .map(|start| Bar {
                    class,
                    from: start.unix_millis(),
                    to: end.map(Timestamp::unix_millis),
                })
                .into_iter()
                .collect(),
        });
    };
    if let Some(trial) = status.trial_dates() {
        lane(
            "Trial".to_owned(),
            "trial",
            Some(trial.start),
            Some(trial.end),
        );
    }
    if let Some(period) = status.current_period_dates() {
        lane(
            "Period".to_owned(),
            "period",
            Some(period.start),
            Some(period.end),
        );
    }
    if let SubscriptionStatus::Paused { pause, .. } = status {
        lane("Pause".to_owned(), "paused", Some(pause.start), pause.end);
    }
    for discount in &subscription.discounts {
        let name = discount.coupon.id.as_str().to_owned();
        lane(name, "discount", discount.start, discount.end);
    }
    lanes.extend(subscription.items.iter().map(|item| Lane {
        name: "Price".to_owned(),
        note: format!("{} × {}", item.quantity, item.price.id.as_str()),
        bars: Vec::new(),
    }));
    lanes
}

impl Window {
    fn of<'b>(lines: &[&Line], bars: impl Iterator<Item = &'b Bar>) -> Self {
        let times = lines.iter().map(|line| line.at.unix_millis());
        let (first, last) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
        let ends = bars.flat_map(|bar| [Some(bar.from), bar.to]).flatten();
        let ends: Vec<i64> = ends.collect();
        let from = ends.iter().copied().fold(first, i64::min);
        let to = ends.iter().copied().fold(last + DAY, i64::max);
        Self {
            from: from.max(first - OUTLOOK),
            to: to.min(last + OUTLOOK),
        }
    }

    /// The position in per cent of the width.
    fn share(self, at: i64) -> f64 {
        let whole = (self.to - self.from).max(1) as f64;
        ((at - self.from) as f64 / whole * 100.0).clamp(0.0, 100.0)
    }

    fn percent(self, at: i64) -> String {
        format!("{:.2}%", self.share(at))
    }
}

/// Adds an element with text.
fn push(page: &mut String, tag: &str, class: &str, text: &str) {
    let class = match class {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    let _ = writeln!(page, "<{tag}{class}>{}</{tag}>", escaped(text));
}

/// The text for HTML. Ids come from a provider, and can contain anything.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        for char in printable(line.trim_end_matches('\n')).chars() {
            match char {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                char => escaped.push(char),
            }
        }
        if line.ends_with('\n') {
            escaped.push('\n');
        }
    }
    escaped
}

/// `2026-01-31 23:00`, with seconds only if there are any.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.strip_suffix(":00.000Z").unwrap_or(&text);
    text.trim_end_matches('Z').replace('T', " ")
}
