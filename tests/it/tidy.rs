//! House rules that no compiler checks: who may import whom, who names a transport, how long a file may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Which room may use which, by `crate::`. Nothing else may.
const MAY_USE: &[(&str, &[&str])] = &[
    ("main", &["config", "inspect", "replay", "serve", "telemetry"]),
    ("serve", &["config", "gate", "moderator", "reload", "server", "telemetry"]),
    ("server", &["articles", "feedback", "gate", "http", "moderator", "pb", "service", "telemetry"]),
    (
        "http",
        &[
            "classifier",
            "feedback",
            "gate",
            "moderation",
            "moderator",
            "pb",
            "refusal",
            "scores",
            "service",
            "telemetry",
            "text",
            "wire",
        ],
    ),
    ("articles", &[]),
    ("feedback", &[]),
    ("reload", &["telemetry"]),
    ("gate", &["refusal", "telemetry"]),
    (
        "service",
        &[
            "articles",
            "classifier",
            "gate",
            "moderation",
            "moderator",
            "pb",
            "refusal",
            "scores",
            "telemetry",
            "text",
        ],
    ),
    ("refusal", &["moderation", "pb"]),
    ("replay", &["moderation", "moderator", "pb", "refusal", "service", "wire"]),
    ("inspect", &["classifier", "moderation", "pb", "service"]),
    (
        "config",
        &[
            "articles",
            "classifier",
            "feedback",
            "gate",
            "http",
            "moderation",
            "moderator",
            "reload",
            "server",
            "telemetry",
        ],
    ),
    ("telemetry", &[]),
    ("moderator", &["classifier", "moderation", "scores", "text"]),
    ("classifier", &["scores", "text"]),
    ("moderation", &["scores", "text"]),
    ("scores", &["text"]),
    ("text", &[]),
    ("pb", &["wire"]),
    ("wire", &["pb", "refusal"]),
    // The offline trainer; nothing that serves uses it.
    ("bin", &["classifier", "scores", "trainer"]),
    ("trainer", &["calibration", "classifier", "metrics", "moderation", "scores", "sparse_logistic", "text"]),
    ("sparse_logistic", &[]),
    ("calibration", &[]),
    ("metrics", &[]),
];

/// Words that only some rooms may name.
const RESERVED: &[(&str, &[&str])] = &[
    ("tonic", &["gate", "http", "pb", "refusal", "server", "service", "wire"]),
    ("prost", &["http", "pb", "refusal", "service", "wire"]),
    ("tokio", &["feedback", "gate", "http", "serve", "server", "service"]),
    ("axum", &["http", "server"]),
    ("rusqlite", &["articles"]),
    ("prometheus_client", &["telemetry"]),
    ("clap", &["bin", "config", "gate", "telemetry"]),
    ("env::var", &["config"]),
    ("env::args_os", &["main", "bin"]),
    ("fs::", &["articles", "bin", "config", "feedback", "reload", "server", "trainer"]),
    ("linfa", &["calibration", "sparse_logistic", "trainer"]),
];

const MAX_LINES: usize = 500;
const FORBIDDEN_NAMES: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "misc", "types"];

struct Source {
    path: PathBuf,
    /// The first part of the path under `src/`, without extension.
    room: String,
    /// Everything before the tests, without comments.
    code: Vec<String>,
    /// How many lines stand before the tests.
    lines: usize,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(read(&root, &path));
            }
        }
    }
    assert!(sources.len() > 20, "looked in the wrong place");
    sources
}

fn read(src: &Path, path: &Path) -> Source {
    let under = path.strip_prefix(src).unwrap().to_path_buf();
    let first = under.components().next().unwrap().as_os_str().to_str().unwrap();
    let room = first.trim_end_matches(".rs").to_owned();
    let text = fs::read_to_string(path).unwrap();
    let untested: Vec<&str> = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").collect();
    let code = untested.iter().map(|line| line.trim()).filter(|line| !line.starts_with("//"));
    Source { path: under, room, code: code.map(str::to_owned).collect(), lines: untested.len() }
}

/// The rooms that a file names after `crate::` (and, in a program, after `comity::`).
fn used(source: &Source) -> Vec<String> {
    let code = source.code.join("\n");
    let root = if ["main", "bin"].contains(&source.room.as_str()) { "comity::" } else { "crate::" };
    let mut rooms = Vec::new();
    for after in code.split(root).skip(1) {
        match after.strip_prefix('{') {
            Some(list) => rooms.extend(heads(list)),
            None => rooms.push(identifier(after)),
        }
    }
    rooms
}

/// The first identifier of each element of a braced list.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0, true, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && (c.is_alphanumeric() || c == '_') => {
                heads.push(identifier(&list[i..]));
                start = false;
            }
            _ => {}
        }
    }
    heads
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Whether `code` names `word` as a path of its own.
fn names(code: &str, word: &str) -> bool {
    let path = if word.contains("::") { word.to_owned() } else { format!("{word}::") };
    code.match_indices(&path)
        .any(|(at, _)| !code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_'))
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let mut complaints = Vec::new();
    for source in sources().iter().filter(|source| source.room != "lib") {
        let Some((_, allowed)) = MAY_USE.iter().find(|(room, _)| *room == source.room) else {
            complaints.push(format!("{}: a room that the table does not know", source.path.display()));
            continue;
        };
        for room in used(source) {
            let is_room = MAY_USE.iter().any(|(known, _)| *known == room);
            if is_room && room != source.room && !allowed.contains(&room.as_str()) {
                complaints.push(format!("{} may not use {room}", source.path.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn transports_files_and_the_environment_stay_at_the_edges() {
    let mut complaints = Vec::new();
    for source in sources() {
        let code = source.code.join("\n");
        for (word, rooms) in RESERVED {
            if names(&code, word) && !rooms.contains(&source.room.as_str()) {
                complaints.push(format!("{} may not name {word}", source.path.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn files_are_short_and_well_named() {
    let mut complaints = Vec::new();
    for source in sources() {
        if source.lines > MAX_LINES {
            complaints.push(format!("{} has {} lines before its tests", source.path.display(), source.lines));
        }
        if FORBIDDEN_NAMES.contains(&source.path.file_stem().unwrap().to_str().unwrap()) {
            complaints.push(format!("{} says nothing by its name", source.path.display()));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_module_says_what_it_owns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for source in sources() {
        let text = fs::read_to_string(root.join(&source.path)).unwrap();
        assert!(text.starts_with("//! "), "{} has no module doc", source.path.display());
    }
}

#[test]
fn the_reading_of_imports_finds_them_all() {
    let code = vec!["use crate::{", "pb::{self, rpc},", "scores::Attribute,", "};", "crate::text::Span"];
    let source = Source {
        path: PathBuf::new(),
        room: "service".to_owned(),
        code: code.into_iter().map(str::to_owned).collect(),
        lines: 0,
    };
    assert_eq!(used(&source), ["pb", "scores", "text"]);
    assert!(names("use tonic::Status", "tonic") && !names("use my_tonic::x", "tonic"));
}
