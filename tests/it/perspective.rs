//! The shapes of the Perspective API.

use std::fs;

use comity::{feedback::Feedback, server::Web};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::{
    http::{call, post, send},
    server::{LIMITS, TestServer, moderator},
};

const ANALYZE: &str = "/v1alpha1/comments:analyze?key=anything";
const ABUSE: &str = "You are a pathetic idiot.";

fn asking(text: &str, attributes: &[&str]) -> Value {
    let attributes: serde_json::Map<String, Value> =
        attributes.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    json!({"comment": {"text": text}, "requestedAttributes": attributes})
}

fn value(answer: &Value, attribute: &str) -> f64 {
    let score = &answer["attributeScores"][attribute]["summaryScore"];
    assert_eq!(score["type"], "PROBABILITY");
    score["value"].as_f64().unwrap()
}

#[tokio::test]
async fn a_comment_is_scored_in_the_shape_that_clients_read() {
    let server = TestServer::start().await;
    let mut asked = asking(ABUSE, &["TOXICITY", "INSULT_EXPERIMENTAL", "THREAT"]);
    asked["clientToken"] = "c-1".into();
    asked["doNotStore"] = true.into();
    asked["sessionId"] = "s".into();
    asked["communityId"] = "c".into();
    let answer = post(server.http, ANALYZE, &asked).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = answer.json();
    assert!(value(&answer, "TOXICITY") > 0.8 && value(&answer, "INSULT_EXPERIMENTAL") > 0.5, "{answer}");
    let spans = &answer["attributeScores"]["TOXICITY"]["spanScores"];
    assert_eq!((&spans[0]["begin"], &spans[0]["end"]), (&json!(0), &json!(ABUSE.len())));
    assert_eq!((&answer["languages"], &answer["detectedLanguages"]), (&json!(["en"]), &json!(["en"])));
    assert_eq!(answer["clientToken"], "c-1");
    let civil =
        post(server.http, "/comments:analyze", &asking("The minister spoke well.", &["TOXICITY"])).await;
    assert!(value(&civil.json(), "TOXICITY") < 0.3, "{:?}", civil.body);
}

#[tokio::test]
async fn spans_are_of_sentences_in_utf16_of_what_was_sent() {
    let server = TestServer::start().await;
    let spans = |answer: Value| {
        let spans = answer["attributeScores"]["TOXICITY"]["spanScores"].as_array().unwrap().clone();
        spans
            .into_iter()
            .map(|s| {
                (
                    s["begin"].as_u64().unwrap() as usize,
                    s["end"].as_u64().unwrap() as usize,
                    s["score"]["value"].as_f64().unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    let text = "\u{1f600} The talks went well today. You are a pathetic idiot.";
    let mut asked = asking(text, &["TOXICITY"]);
    asked["spanAnnotations"] = true.into();
    let found = spans(post(server.http, ANALYZE, &asked).await.json());
    assert_eq!(found.iter().map(|s| (s.0, s.1)).collect::<Vec<_>>(), [(0, 29), (30, 55)]);
    assert!(found[0].2 < 0.3 && found[1].2 > 0.8, "{found:?}");

    let html = "<p>The talks &amp; all went well.</p><p>You are a <b>pathetic</b> idiot.</p>";
    asked["comment"] = json!({"text": html, "type": "HTML"});
    let found = spans(post(server.http, ANALYZE, &asked).await.json());
    let cut: Vec<&str> = found.iter().map(|s| &html[s.0..s.1]).collect();
    assert_eq!(cut, ["The talks &amp; all went well.", "You are a <b>pathetic</b> idiot."]);
}

#[tokio::test]
async fn attributes_below_their_threshold_are_left_out() {
    let server = TestServer::start().await;
    let mut asked = asking(ABUSE, &["TOXICITY", "THREAT"]);
    asked["requestedAttributes"]["THREAT"]["scoreThreshold"] = 0.9.into();
    let answer = post(server.http, ANALYZE, &asked).await.json();
    assert!(answer["attributeScores"].get("THREAT").is_none());
    asked["requestedAttributes"] = json!({"THREAT": {"scoreType": "PROBABILITY", "scoreThreshold": 0.9}});
    let answer = post(server.http, ANALYZE, &asked).await.json();
    assert!(answer.get("attributeScores").is_none(), "{answer}");
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_words_of_the_api() {
    let server = TestServer::start().await;
    let context = json!({"entries": [{"text": "a"}], "articleAndParentComment": {"article": {"text": "b"}}});
    let with = |name: &str, value: Value| {
        let mut asked = asking(ABUSE, &["TOXICITY"]);
        asked[name] = value;
        asked
    };
    for (asked, kind, message) in [
        (asking("", &["TOXICITY"]), "COMMENT_EMPTY", "Comment must be non-empty."),
        (asking(" \n", &["TOXICITY"]), "COMMENT_EMPTY", "Comment must be non-empty."),
        (json!({"requestedAttributes": {"TOXICITY": {}}}), "COMMENT_EMPTY", "Comment must be non-empty."),
        (asking(&"a".repeat(20_481), &["TOXICITY"]), "COMMENT_TOO_LONG", "Comment text too long."),
        (asking(ABUSE, &[]), "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        (json!({"comment": {"text": ABUSE}}), "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        (
            asking(ABUSE, &["FLIRTATION", "TOXICITY"]),
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "Unknown requested attribute: FLIRTATION",
        ),
        (asking(ABUSE, &["TOXICITYY"]), "INVALID_REQUEST", "Unknown requested attribute: TOXICITYY"),
        (
            with("clientToken", "c".repeat(300).into()),
            "INVALID_REQUEST",
            "clientToken: 300 bytes, at most 256",
        ),
        (
            with("languages", json!(vec!["en"; 17])),
            "INVALID_REQUEST",
            "languages: at most 16 tags of 35 bytes",
        ),
        (
            with("requestedAttributes", json!({"TOXICITY": {"scoreType": "RAW"}})),
            "INVALID_REQUEST",
            "Requested score type RAW is not supported by attribute TOXICITY",
        ),
        (
            with("languages", json!(["it"])),
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "Attribute TOXICITY does not support request languages: it",
        ),
        (
            asking(
                "Questo articolo racconta molto bene la storia della nostra città e dei suoi abitanti.",
                &["TOXICITY"],
            ),
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "Attribute TOXICITY does not support request languages: it",
        ),
        (asking("12345 !!!", &["TOXICITY"]), "LANGUAGE_DETECTION_FAILED", "Unable to detect language"),
        (
            with("context", context),
            "INVALID_REQUEST",
            "Context can have either entries or article_and_parent_comment, but both fields were populated.",
        ),
        (with("comment", json!({"text": "a", "type": "MARKDOWN"})), "INVALID_REQUEST", "Unknown text type"),
    ] {
        let answer = post(server.http, ANALYZE, &asked).await;
        let error = &answer.json()["error"];
        assert_eq!(
            (answer.status.as_u16(), &error["code"], &error["status"]),
            (400, &json!(400), &json!("INVALID_ARGUMENT"))
        );
        assert_eq!((&error["message"], &error["details"][0]["errorType"]), (&json!(message), &json!(kind)));
        assert_eq!(error["details"][0]["@type"], "type.googleapis.com/google.commentanalyzer.v1alpha1.Error");
    }
    for broken in ["{", "[]", r#"{"comment":7}"#, r#"{"commment":{}}"#, "\u{0}"] {
        let answer = call(server.http, Method::POST, ANALYZE, broken).await.json();
        assert_eq!(answer["error"]["details"][0]["errorType"], "INVALID_REQUEST", "{answer}");
    }
    let wrong = call(server.http, Method::GET, ANALYZE, "").await;
    assert_eq!(
        (wrong.status, &wrong.headers["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
}

#[tokio::test]
async fn what_proto3_json_allows_is_read() {
    let server = TestServer::start().await;
    let marked = format!("\u{feff}{}", asking(ABUSE, &["TOXICITY_FAST"]));
    let answer = call(server.http, Method::POST, ANALYZE, marked).await.json();
    assert!(value(&answer, "TOXICITY_FAST") > 0.5, "{answer}");
    let suggestion = json!({
        "comment": {"text": ABUSE, "type": null},
        "attributeScores": {"INSULT": null, "TOXICITY": {
            "summaryScore": {"value": null},
            "spanScores": [{"begin": null, "end": 3, "score": {"value": 0.5}}],
        }},
    });
    assert_eq!(post(server.http, "/comments:suggestscore", &suggestion).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_attribute_without_a_head_in_a_language_is_named_so_that_clients_can_drop_it() {
    let server = TestServer::start().await;
    let mut asked = asking("정말 좋은 기사입니다. 잘 읽었습니다.", &["TOXICITY", "COMITY_OFF_TOPIC"]);
    let answer = post(server.http, ANALYZE, &asked).await.json();
    let detail = &answer["error"]["details"][0]["languageNotSupportedByAttributeError"];
    assert_eq!(
        (&detail["attribute"], &detail["detectedLanguages"]),
        (&json!("COMITY_OFF_TOPIC"), &json!(["ko"]))
    );
    asked["requestedAttributes"] = json!({"TOXICITY": {}});
    let answer = post(server.http, ANALYZE, &asked).await.json();
    assert!(value(&answer, "TOXICITY") < 0.5, "{answer}");
    asked["languages"] = json!(["en", "de"]);
    let answer = post(server.http, ANALYZE, &asked).await.json();
    assert_eq!(answer["error"]["message"], "Attribute TOXICITY does not support request languages: de");
    assert_eq!(
        answer["error"]["details"][0]["languageNotSupportedByAttributeError"]["requestedLanguages"],
        json!(["en", "de"])
    );
}

#[tokio::test]
async fn attributes_that_are_not_scored_are_dropped_where_that_is_asked_for() {
    let server = TestServer::start().await;
    let mut asked =
        asking("정말 좋은 기사입니다. 잘 읽었습니다.", &["TOXICITY", "COMITY_OFF_TOPIC", "FLIRTATION"]);
    asked["dropUnsupportedAttributes"] = true.into();
    let answer = post(server.http, ANALYZE, &asked).await.json();
    assert_eq!(answer["attributeScores"].as_object().unwrap().keys().collect::<Vec<_>>(), ["TOXICITY"]);
    asked["languages"] = json!(["it"]);
    let none = post(server.http, ANALYZE, &asked).await;
    assert_eq!((none.status, none.json().get("attributeScores").is_none()), (StatusCode::OK, true));
    asked["requestedAttributes"] = json!({"TOXICITYY": {}});
    assert_eq!(post(server.http, ANALYZE, &asked).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_language_may_stand_without_brackets_and_numbers_in_quotes() {
    let server = TestServer::start().await;
    let mut asked = asking(ABUSE, &["TOXICITY", "THREAT"]);
    asked["languages"] = "en".into();
    asked["requestedAttributes"]["THREAT"]["scoreThreshold"] = "0.9".into();
    let answer = post(server.http, ANALYZE, &asked).await.json();
    assert!(
        value(&answer, "TOXICITY") > 0.5 && answer["attributeScores"].get("THREAT").is_none(),
        "{answer}"
    );
    assert_eq!(answer["languages"], json!(["en"]));
    asked["requestedAttributes"]["THREAT"]["scoreThreshold"] = "much".into();
    assert_eq!(post(server.http, ANALYZE, &asked).await.status, StatusCode::BAD_REQUEST);
    let mut suggestion = json!({"comment": {"text": ABUSE}, "languages": null});
    suggestion["attributeScores"] = json!({"TOXICITY": {"summaryScore": {"value": "1"}}});
    assert_eq!(post(server.http, "/comments:suggestscore", &suggestion).await.status, StatusCode::OK);
}

#[tokio::test]
async fn names_may_stand_without_quotes() {
    let server = TestServer::start().await;
    let typed = r#"{comment: {text: "You are a pathetic idiot."}, languages: ["en"], requestedAttributes: {TOXICITY:{}} }"#;
    let answer = call(server.http, Method::POST, ANALYZE, typed).await.json();
    assert!(value(&answer, "TOXICITY") > 0.5, "{answer}");
    for (wrong, why) in [
        (r#"{comment: {txt: "a"}}"#.to_owned(), "comment.txt is not a field"),
        ("{comment: {text: 'a}}".to_owned(), "key must be a string"),
        (format!("{{comment: {{text: '{}'}}", "a".repeat(70_000)), "key must be a string"),
        (format!("{{comment: {}", "[".repeat(60_000)), "key must be a string"),
    ] {
        let refused = call(server.http, Method::POST, ANALYZE, wrong).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(why), "{message}");
    }
}

#[tokio::test]
async fn a_long_parent_comment_is_read_from_its_beginning() {
    let server = TestServer::start().await;
    let mut asked = asking(ABUSE, &["TOXICITY"]);
    let parent = json!({"parentComment": {"text": "한".repeat(10_000)}});
    asked["context"] = json!({"articleAndParentComment": parent});
    assert_eq!(post(server.http, ANALYZE, &asked).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_empty_body_without_a_type_is_an_empty_comment() {
    let server = TestServer::start().await;
    let request = Request::post(ANALYZE).body(Full::default()).unwrap();
    let answer = send(server.http, request).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["error"]["details"][0]["errorType"], "COMMENT_EMPTY");
}

#[tokio::test]
async fn the_context_is_used_for_what_is_about_the_article() {
    let server = TestServer::start().await;
    let own = ["COMITY_OFF_TOPIC", "COMITY_STANCE_AGAINST", "COMITY_STANCE_FAVOR"];
    let mut asked = asking("The border treaty needs open minutes of these talks.", &own);
    let bare = post(server.http, ANALYZE, &asked).await.json();
    assert!(bare.get("attributeScores").is_none(), "nothing can be told without an article: {bare}");
    let article =
        "Ministers resume talks on the border treaty\nThe minutes of the talks stay closed for thirty years.";
    asked["context"] = json!({"articleAndParentComment": {"article": {"text": article}}});
    let about = post(server.http, ANALYZE, &asked).await.json();
    assert!(value(&about, "COMITY_OFF_TOPIC") < 0.5, "{about}");
    assert!(value(&about, "COMITY_STANCE_AGAINST") + value(&about, "COMITY_STANCE_FAVOR") <= 1.0);
}

#[tokio::test]
async fn the_discovery_document_names_the_address_it_was_asked_at() {
    let server = TestServer::start().await;
    let request =
        |host: &str, path: &str| Request::get(path).header("host", host).body(Full::default()).unwrap();
    let document =
        send(server.http, request("mod.example:8080", "/$discovery/rest?version=v1alpha1")).await.json();
    assert_eq!(document["rootUrl"], "http://mod.example:8080/");
    assert_eq!(document["resources"]["comments"]["methods"]["analyze"]["path"], "v1alpha1/comments:analyze");
    let below = send(server.http, request("mod.example", "/news/%24discovery/rest")).await.json();
    assert_eq!(below["baseUrl"], "http://mod.example/news/");
    let mut forwarded = request("mod.example", "/$discovery/rest");
    forwarded.headers_mut().insert("x-forwarded-proto", "https, http".parse().unwrap());
    assert_eq!(send(server.http, forwarded).await.json()["rootUrl"], "https://mod.example/");
    let mut head = request("mod.example", "/$discovery/rest");
    *head.method_mut() = Method::HEAD;
    let head = send(server.http, head).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    let other = send(server.http, request("mod.example", "/$discovery/rest?version=v9")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn suggested_scores_are_kept_and_texts_only_where_both_sides_agree() {
    let folder = tempfile::tempdir().unwrap();
    let suggestion = |quiet: bool| {
        json!({
            "comment": {"text": ABUSE},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
            "clientToken": "comment:1", "communityId": "Coral:news", "languages": ["en"],
            "context": {"entries": [{"text": "{\"url\":\"x\"}"}]},
            "doNotStore": quiet,
        })
    };
    for (keeps_text, quiet, kept) in [(true, false, true), (true, true, false), (false, false, false)] {
        let path = folder.path().join(format!("{keeps_text}-{quiet}.jsonl"));
        let feedback = Some(Feedback::open(path.clone(), 1 << 20, keeps_text).unwrap());
        let web = Web { feedback, ..Web::default() };
        let server = TestServer::web(Some(moderator()), LIMITS, None, None, web).await;
        let answer = post(server.http, "/v1alpha1/comments:suggestscore?key=k", &suggestion(quiet)).await;
        assert_eq!(
            answer.json(),
            json!({"clientToken": "comment:1", "detectedLanguages": ["en"], "requestedLanguages": ["en"]})
        );
        let line: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(line["attributeScores"]["TOXICITY"]["summaryScore"]["value"], 1.0);
        assert_eq!((&line["clientToken"], &line["communityId"]), (&json!("comment:1"), &json!("Coral:news")));
        assert_eq!(line.get("comment").is_some(), kept, "{line}");
        assert_eq!(line.get("context").is_some(), kept, "{line}");

        let mut long = suggestion(quiet);
        long["context"] = json!({"articleAndParentComment": {"article": {"text": "a".repeat(200_000)}}});
        assert_eq!(post(server.http, "/comments:suggestscore", &long).await.status, StatusCode::OK);
        let lines = fs::read_to_string(&path).unwrap();
        let line: Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
        assert_eq!((line.get("comment").is_some(), line.get("context")), (kept, None));
    }
    let server = TestServer::start().await;
    let empty = json!({"comment": {"text": ABUSE}, "attributeScores": {}});
    let mut beyond = suggestion(false);
    beyond["attributeScores"]["TOXICITY"]["summaryScore"]["value"] = json!(1e39);
    let mut span = suggestion(false);
    span["attributeScores"]["TOXICITY"]["spanScores"] = json!([{"score": {"value": 1e39}}]);
    let mut unscored = suggestion(false);
    unscored["attributeScores"]["INSULT"] = json!({});
    let mut both = suggestion(false);
    both["context"]["articleAndParentComment"] = json!({"article": {"text": "b"}});
    for wrong in [&empty, &beyond, &span, &unscored, &both] {
        let refused = post(server.http, "/comments:suggestscore", wrong).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(post(server.http, "/comments:suggestscore", &suggestion(false)).await.status, StatusCode::OK);
}
