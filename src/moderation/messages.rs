//! What to tell the author of a comment, in English and Korean. Another language gets English.
//!
//! Safe to show: a message names no phrase, no score and no text, only what the page already says about lengths.
//! It is worded so that it is true whether the comment is held or rejected.

use std::borrow::Cow;

use super::{Length, ReasonCode};

/// The message for one reason. `language` is a primary subtag in lower case.
pub(super) fn author_message(code: ReasonCode, language: &str, length: Length) -> Cow<'static, str> {
    if language == "ko" { korean(code, length) } else { english(code, length) }
}

fn english(code: ReasonCode, Length { count, min, max }: Length) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        ReasonCode::Empty => "Please write something first.",
        ReasonCode::TooShort => {
            return format!("Please write at least {min} characters. There are {count} so far.").into();
        }
        ReasonCode::TooLong => {
            return format!("Please keep to {max} characters. There are {count} now.").into();
        }
        ReasonCode::Padded => {
            return format!(
                "Please write at least {min} characters. Repeating one character counts three times at most."
            )
            .into();
        }
        ReasonCode::LoginRequired => "Please log in to comment.",
        ReasonCode::TooManyLinks => "Please use fewer links.",
        ReasonCode::BannedPhrase | ReasonCode::SuspectPhrase => {
            "Please reword your comment: it uses wording that this site does not publish without a check."
        }
        ReasonCode::Shouting => "Please do not write in capital letters throughout.",
        ReasonCode::Repetition => "Please say it once: your comment repeats itself.",
        ReasonCode::DisguisedText => "Please write words in their usual spelling.",
        ReasonCode::Uncivil => "Please keep it respectful: parts of your comment may come across as rude.",
        ReasonCode::Insult => {
            "Please discuss the subject, not the person: your comment may come across as an insult."
        }
        ReasonCode::Profanity => "Please do without swear words.",
        ReasonCode::Threat => "Please reword your comment: it may come across as a threat.",
        ReasonCode::IdentityAttack => "Please do not attack people for who they are.",
        ReasonCode::SevereToxicity => "Please reword your comment: it may come across as hateful.",
        ReasonCode::OffTopic => "Please keep to the topic of the article.",
        ReasonCode::UnsupportedLanguage => "Comments in this language are checked by a person first.",
        ReasonCode::Undecided => "A person will look at your comment first.",
    })
}

fn korean(code: ReasonCode, Length { count, min, max }: Length) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        ReasonCode::Empty => "내용을 입력해 주세요.",
        ReasonCode::TooShort => return format!("{min}자 이상 입력해 주세요. 현재 {count}자입니다.").into(),
        ReasonCode::TooLong => return format!("{max}자 이내로 줄여 주세요. 현재 {count}자입니다.").into(),
        ReasonCode::Padded => {
            return format!("{min}자 이상 입력해 주세요. 같은 글자의 반복은 세 번까지만 셉니다.").into();
        }
        ReasonCode::LoginRequired => "로그인 후 댓글을 쓸 수 있습니다.",
        ReasonCode::TooManyLinks => "링크 수를 줄여 주세요.",
        ReasonCode::BannedPhrase | ReasonCode::SuspectPhrase => {
            "확인 없이 게시할 수 없는 표현이 있습니다. 다른 말로 바꾸어 주세요."
        }
        ReasonCode::Shouting => "전체를 대문자로 쓰지 말아 주세요.",
        ReasonCode::Repetition => "같은 말이 반복되고 있습니다. 한 번만 써 주세요.",
        ReasonCode::DisguisedText => "단어를 원래 표기대로 써 주세요.",
        ReasonCode::Uncivil => "서로 존중해 주세요. 무례하게 들릴 수 있는 표현이 있습니다.",
        ReasonCode::Insult => "사람이 아니라 주제에 대해 이야기해 주세요. 모욕으로 들릴 수 있습니다.",
        ReasonCode::Profanity => "욕설은 쓰지 말아 주세요.",
        ReasonCode::Threat => "위협으로 들릴 수 있습니다. 다른 말로 바꾸어 주세요.",
        ReasonCode::IdentityAttack => "출신이나 정체성을 이유로 사람을 공격하지 말아 주세요.",
        ReasonCode::SevereToxicity => "혐오로 들릴 수 있습니다. 다른 말로 바꾸어 주세요.",
        ReasonCode::OffTopic => "기사의 주제에 맞는 댓글을 써 주세요.",
        ReasonCode::UnsupportedLanguage => "이 언어로 쓴 댓글은 담당자가 먼저 확인합니다.",
        ReasonCode::Undecided => "담당자가 먼저 댓글을 확인합니다.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [ReasonCode; 20] = [
        ReasonCode::Empty,
        ReasonCode::TooShort,
        ReasonCode::TooLong,
        ReasonCode::Padded,
        ReasonCode::LoginRequired,
        ReasonCode::TooManyLinks,
        ReasonCode::BannedPhrase,
        ReasonCode::SuspectPhrase,
        ReasonCode::Shouting,
        ReasonCode::Repetition,
        ReasonCode::DisguisedText,
        ReasonCode::Uncivil,
        ReasonCode::Insult,
        ReasonCode::Profanity,
        ReasonCode::Threat,
        ReasonCode::IdentityAttack,
        ReasonCode::SevereToxicity,
        ReasonCode::OffTopic,
        ReasonCode::UnsupportedLanguage,
        ReasonCode::Undecided,
    ];
    const LENGTH: Length = Length { count: 12, min: 50, max: 250 };

    #[test]
    fn every_reason_is_told_in_korean_to_koreans_and_in_english_to_others() {
        for code in CODES {
            let korean = author_message(code, "ko", LENGTH);
            assert!(korean.chars().any(|c| ('가'..='힣').contains(&c)), "{code:?}: {korean}");
            let english = author_message(code, "fi", LENGTH);
            assert!(english.is_ascii() && english.ends_with('.'), "{code:?}: {english}");
        }
    }

    #[test]
    fn numbers_stand_only_where_a_length_is_told() {
        for code in CODES {
            let told = matches!(code, ReasonCode::TooShort | ReasonCode::TooLong | ReasonCode::Padded);
            for language in ["en", "ko"] {
                let message = author_message(code, language, LENGTH);
                assert_eq!(message.chars().any(|c| c.is_ascii_digit()), told, "{code:?}: {message}");
            }
        }
    }
}
