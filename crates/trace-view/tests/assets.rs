//! Style and script: small enough, without outside requests, readable on every background.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use trace_view::{CSS, JS};

/// Background and text of mdBook 0.5's themes (its `variables.css`), and of a page of ours.
const LIGHT: [(&str, [f64; 3]); 3] = [
    ("light", [255.0, 255.0, 255.0]),
    ("rust", [225.0, 225.0, 219.0]),
    ("own", [255.0; 3]),
];
const DARK: [(&str, [f64; 3]); 4] = [
    ("coal", [19.0, 21.0, 22.0]),
    ("navy", [22.0, 25.0, 35.0]),
    ("ayu", [15.0, 20.0, 25.0]),
    ("own", [22.0, 24.0, 29.0]),
];

/// Relative luminance (WCAG 2.2).
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|channel| {
        let share = channel / 255.0;
        if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

fn colour(hex: &str) -> [f64; 3] {
    let channel = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    [channel(0), channel(2), channel(4)]
}

/// The custom properties with a six-digit colour of the rule that follows `selector`.
fn colours(selector: &str) -> Vec<(String, [f64; 3])> {
    let rule = CSS.split_once(selector).expect("the rule is there").1;
    let body = rule.split_once('{').unwrap().1.split_once('}').unwrap().0;
    let declared = body
        .split(';')
        .filter_map(|line| line.trim().split_once(": #"));
    declared
        .filter(|(_, value)| value.len() == 6)
        .map(|(name, value)| (name.to_owned(), colour(value)))
        .collect()
}

fn assert_readable(selector: &str, backgrounds: &[(&str, [f64; 3])]) {
    let colours = colours(selector);
    assert!(
        colours.len() >= 9,
        "six services, good, bad and dim: {colours:?}"
    );
    for (theme, background) in backgrounds {
        for (name, colour) in colours.iter().filter(|(name, _)| name != "--tv-bg") {
            let contrast = contrast(*colour, *background);
            assert!(
                contrast >= 4.5,
                "{name} on {theme} has a contrast of {contrast:.2}"
            );
        }
    }
}

#[test]
fn text_is_readable_on_every_background() {
    assert_readable("trace-view, trace-diff ", &LIGHT);
    assert_readable(":is(.coal, .navy, .ayu)", &DARK[..3]);
    assert_readable(":root:not(.light", &DARK[3..]);
}

#[test]
fn the_measure_of_contrast_is_the_known_one() {
    assert!((contrast([0.0; 3], [255.0; 3]) - 21.0).abs() < 0.01);
    assert!((contrast(colour("777777"), [255.0; 3]) - 4.48).abs() < 0.01);
}

#[test]
fn style_and_script_are_small_and_ask_nobody_outside() {
    assert!(JS.len() < 15_000, "{} bytes", JS.len());
    for asset in [CSS, JS] {
        assert!(
            !asset.contains("http:") && !asset.contains("https:") && !asset.contains("@import")
        );
    }
}

#[test]
fn keys_are_kept_from_the_page_around() {
    assert!(JS.contains("stopPropagation"));
}
