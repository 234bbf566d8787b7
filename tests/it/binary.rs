//! The program itself: its commands and exit codes.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    thread,
};

use comity::pb::{self, moderation_service_client::ModerationServiceClient};
use serde_json::Value;

use crate::server::request;

/// The program, with nothing set in its environment.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comity"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COMITY_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program to its end.
pub(crate) fn comity(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        // A program that refuses its configuration closes its input unread.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

fn file(content: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    file
}

fn path(file: &tempfile::NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

#[test]
fn a_wrong_configuration_exits_64_and_names_what_is_wrong() {
    let policy = file("[defaults]\nminimum = 50\n");
    let model = file("not a model");
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (file(&pair.cert.pem()), file(&pair.signing_key.serialize_pem()));
    let (cert, key) = (["serve", "--tls-cert", path(&cert), "--tls-key"], path(&key));
    for (arguments, named) in [
        (&["--no-such-flag"][..], "--no-such-flag"),
        (&["serve", "--listen", "everywhere"], "--listen"),
        (&["moderate", "--drain-timeout", "1s"], "--drain-timeout"),
        (&["serve", "--policy", "/does/not/exist"], "--policy"),
        (&["serve", "--listen", "0.0.0.0:0"], "--insecure"),
        (&["serve", "--tokens", path(&policy)], "--tokens"),
        (&["serve", "--tls-cert", path(&policy), "--tls-key", path(&policy)], "--tls-cert"),
        (&[&cert[..], &[path(&policy)]].concat(), "--tls-key /"),
        (&[&cert[..], &[key, "--tls-client-ca", path(&policy)]].concat(), "--tls-client-ca /"),
        (&["--log-level", ""], "--log-level"),
        (&["serve", "--policy", path(&policy)], "minimum"),
        (&["moderate", "--policy", path(&policy)], "minimum"),
        (&["policy", "check", path(&policy)], "minimum"),
        (&["serve", "--model", path(&model)], "--model"),
        (&["model", "show", "--model", path(&model)], "--model"),
    ] {
        let output = comity(arguments, b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {said}");
        assert!(said.contains(named), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_wrong_environment_variable_exits_64() {
    let output = command(&[]).env("COMITY_LISTEN", "everywhere").output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--listen"));
}

#[test]
fn help_and_version_exit_0() {
    for arguments in [&["--help"][..], &["--version"], &["serve", "--help"], &["help"]] {
        let output = comity(arguments, b"");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn a_taken_address_exits_69() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = comity(&["--listen", &address], b"");
    assert_eq!(output.status.code(), Some(69));
    assert!(String::from_utf8(output.stderr).unwrap().contains(&address));
}

#[test]
fn a_good_policy_file_is_listed() {
    let policy = file("[site.herald.length]\nmin = 50\n");
    let output = comity(&["policy", "check", path(&policy)], b"");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
}

#[test]
fn the_models_are_shown() {
    let output = comity(&["model", "show", "--json"], b"");
    assert_eq!(output.status.code(), Some(0));
    let answer: comity::pb::GetModelResponse = serde_json::from_slice(&output.stdout).unwrap();
    let text = String::from_utf8(comity(&["model", "show"], b"").stdout).unwrap();
    assert!(!answer.models.is_empty());
    assert!(answer.models.iter().all(|model| text.contains(&model.sha256)));
}

#[test]
fn a_bad_line_exits_65_and_the_rest_is_judged() {
    let input = "{\"comment\":{\"text\":\"one\"}}\n{\"comment\":\n{\"comment\":{\"text\":\"three\"}}\n";
    let output = comity(&["moderate"], input.as_bytes());
    assert_eq!(output.status.code(), Some(65));
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0]["verdict"].is_object() && lines[2]["verdict"].is_object());
    assert_eq!(lines[1]["error"]["line"], 2);
    assert_eq!(lines[1]["error"]["code"], "INVALID_ARGUMENT");
}

#[test]
fn a_line_is_answered_while_the_input_stays_open() {
    let mut child = command(&["moderate"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    for id in ["first", "second"] {
        writeln!(input, "{{\"requestId\":\"{id}\",\"comment\":{{}}}}").unwrap();
        let answer: Value = serde_json::from_str(&output.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["requestId"], id);
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A running server on any free port, and its log line by line.
pub(crate) fn serving(arguments: &[&str]) -> (Child, String, impl Iterator<Item = Value> + use<>) {
    let always = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
    let mut child = command(&[&always, arguments].concat()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let listening = log.find(|line| line["message"] == "listening").unwrap();
    (child, listening["address"].as_str().unwrap().to_owned(), log)
}

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[tokio::test]
async fn a_signal_ends_the_server_with_0_and_the_log_holds_no_text() {
    for name in ["TERM", "INT"] {
        let (mut child, address, log) = serving(&["--log-level", "trace"]);
        let mut client = ModerationServiceClient::connect(format!("http://{address}")).await.unwrap();
        let mut asked = request("zebra crossings should be lit at night");
        asked.request_id = "call-17".to_owned();
        asked.comment.as_mut().unwrap().author =
            Some(pb::Author { id: "giraffe-author".to_owned(), ..Default::default() });
        asked.article = Some(pb::Article { headline: "Lions at large".to_owned(), ..Default::default() });
        client.moderate_comment(asked.clone()).await.unwrap();
        asked.request_id = "call-18".to_owned();
        asked.do_not_log = true;
        let mut secret = tonic::Request::new(asked);
        secret.metadata_mut().insert("authorization", "Bearer elephant-token-elephant".parse().unwrap());
        client.moderate_comment(secret).await.unwrap();
        signal(&child, name);
        let log: Vec<Value> = log.collect();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let judged = log.iter().find(|line| line["message"] == "judged").unwrap();
        assert_eq!((&judged["request_id"], &judged["policy"]), (&"call-17".into(), &"default".into()));
        assert!(judged["duration_us"].is_u64() && judged["decision"].is_string());
        let all = format!("{log:?}");
        for hidden in ["zebra", "call-18", "giraffe", "Lions", "elephant"] {
            assert!(!all.contains(hidden), "{hidden}");
        }
    }
}
