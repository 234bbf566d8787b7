//! Spans in the three units.

use comity::pb::{self, OffsetUnit};

use crate::server::{TestServer, request};

/// Where the banned phrase stands, as the server says.
async fn spans(text: &str, unit: OffsetUnit) -> Vec<(usize, usize)> {
    let mut client = TestServer::start().await.client();
    let asked =
        pb::ModerateCommentRequest { policy: "herald".to_owned(), offset_unit: unit.into(), ..request(text) };
    let verdict = client.moderate_comment(asked).await.unwrap().into_inner().verdict.unwrap();
    let banned = verdict.reasons.iter().find(|reason| reason.code() == pb::ReasonCode::BannedPhrase).unwrap();
    banned.spans.iter().map(|span| (span.begin as usize, span.end as usize)).collect()
}

#[tokio::test]
async fn spans_point_at_the_same_words_in_every_unit() {
    for phrase in ["purple monkey", "보라색 원숭이"] {
        let text = format!(
            "좋은 글 😀👍🏽 {phrase} 입니다. And a little more, so that it is long enough for this site."
        );
        let begin = text.find(phrase).unwrap();
        let before = &text[..begin];
        let bytes = (begin, begin + phrase.len());
        let points = (before.chars().count(), before.chars().count() + phrase.chars().count());
        let utf16 = before.encode_utf16().count();
        let utf16 = (utf16, utf16 + phrase.encode_utf16().count());
        assert_eq!(spans(&text, OffsetUnit::Utf8Bytes).await, [bytes]);
        assert_eq!(spans(&text, OffsetUnit::CodePoints).await, [points]);
        assert_eq!(spans(&text, OffsetUnit::Unspecified).await, [points]);
        assert_eq!(spans(&text, OffsetUnit::Utf16).await, [utf16]);
    }
}

#[tokio::test]
async fn what_each_word_contributed_points_at_the_word() {
    let mut client = TestServer::start().await.client();
    let text = "😀 한글 plain words, said plainly";
    let asked = pb::ModerateCommentRequest {
        explain: pb::Explain::Words.into(),
        offset_unit: OffsetUnit::Utf16.into(),
        ..request(text)
    };
    let verdict = client.moderate_comment(asked).await.unwrap().into_inner().verdict.unwrap();
    let units: Vec<u16> = text.encode_utf16().collect();
    let attributes = verdict.scores.unwrap().civility.unwrap().attributes;
    for contribution in attributes.iter().flat_map(|score| &score.contributions) {
        let span = contribution.span.unwrap();
        let word = String::from_utf16(&units[span.begin as usize..span.end as usize]).unwrap();
        assert!(!word.trim().is_empty() && text.contains(&word));
    }
    for score in attributes.iter().filter(|score| score.known) {
        let parts: f64 = score.contributions.iter().map(|each| each.log_odds).sum();
        assert!((parts + score.rest_log_odds.unwrap() + score.bias_log_odds.unwrap()).is_finite());
    }
}
