//! What the benches read: comments of our own writing, in two languages and four lengths, and the request around them.
//!
//! Three comments of each length: a civil one of plain words, a rude one with a disguise in it, and a civil one with the
//! quotes, dashes and numbers that real prose has. The longest comment is the others of its language one after another.
#![allow(dead_code, reason = "each bench uses its own part")]
#![allow(clippy::expect_used, reason = "a bench that cannot begin has nothing to measure")]

use std::fmt;

use comity::{
    classifier::{Classifier, Question},
    moderation::{ArticleDraft, CommentDraft, Explain, Policies, Submission, SubmissionDraft},
    moderator::Moderator,
    scores::Attribute,
    text::Text,
};

/// The language of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    Korean,
}

/// Comments of one language and about one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) tongue: Tongue,
    /// The length in characters, nearly.
    pub(crate) length: usize,
}

/// All that is measured.
pub(crate) const SORTS: [Sort; 8] = [
    Sort { tongue: Tongue::English, length: 60 },
    Sort { tongue: Tongue::English, length: 250 },
    Sort { tongue: Tongue::English, length: 420 },
    Sort { tongue: Tongue::English, length: 2000 },
    Sort { tongue: Tongue::Korean, length: 60 },
    Sort { tongue: Tongue::Korean, length: 250 },
    Sort { tongue: Tongue::Korean, length: 420 },
    Sort { tongue: Tongue::Korean, length: 2000 },
];

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tongue = match self.tongue {
            Tongue::English => "english",
            Tongue::Korean => "korean",
        };
        f.pad(&format!("{tongue}-{}", self.length))
    }
}

impl Sort {
    /// The sort of a name such as "english-250".
    pub(crate) fn named(name: &str) -> Option<Self> {
        SORTS.into_iter().find(|sort| sort.to_string() == name)
    }

    /// The comments.
    pub(crate) fn texts(self) -> Vec<String> {
        let (short, middle, long) = match self.tongue {
            Tongue::English => (ENGLISH_60, ENGLISH_250, ENGLISH_420),
            Tongue::Korean => (KOREAN_60, KOREAN_250, KOREAN_420),
        };
        let all = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        match self.length {
            60 => all(short),
            250 => all(middle),
            420 => all(long),
            _ => vec![[middle, long].concat().join("\n")],
        }
    }

    /// The comments as calls that ask for everything: all attributes, relevance to a headline, stance on one target.
    pub(crate) fn submissions(self, explain: Explain) -> Vec<Submission> {
        let (headline, target) = match self.tongue {
            Tongue::English => ("Council approves congestion charge for the old town", "congestion charge"),
            Tongue::Korean => ("시의회, 구도심 혼잡 통행료 도입안 의결", "혼잡 통행료"),
        };
        let submission = |text: String| {
            Submission::parse(SubmissionDraft {
                comment: Some(CommentDraft { text, ..CommentDraft::default() }),
                article: Some(ArticleDraft {
                    headline: headline.to_owned(),
                    targets: vec![target.to_owned()],
                    ..ArticleDraft::default()
                }),
                explain,
                ..SubmissionDraft::default()
            })
            .expect("the comments of the benches keep to the limits")
        };
        self.texts().into_iter().map(submission).collect()
    }
}

/// The service's own models under the default policy.
pub(crate) fn moderator() -> Moderator {
    let classifier = Classifier::embedded().expect("the embedded models are whole");
    Moderator::new(classifier, Policies::parse("").expect("an empty file is a policy"))
}

/// The full verdict.
pub(crate) fn verdict(moderator: &Moderator, submission: &Submission) -> usize {
    let policy = moderator.policies().named("").expect("there is a default policy");
    moderator.moderate(submission, policy).verdict.reasons.len()
}

/// Language and all attributes of a text that was read, with nothing around it.
pub(crate) fn heads(classifier: &Classifier, text: &Text<'_>, explain: bool) -> usize {
    let question = Question { attributes: &Attribute::ALL, explain, ..Question::about(text) };
    classifier.scores(&question).attributes.len()
}

const ENGLISH_60: [&str; 3] = [
    "I would rather pay for trams than for another empty car park.",
    "What a load of sh1t, only a complete m0ron believes the mayor.",
    "The minister’s answer wasn’t one – 14 pages and no costs at all.",
];

const ENGLISH_250: [&str; 3] = [
    "My mother takes the number nine bus to the hospital every week, and since the lanes were \
painted it is on time. I was against the plan at first and I have changed my mind. Give it a \
year before you tear it all up again and start from nothing once more.",
    "You people are pathetic, honestly. Every single time someone asks where the money went you \
start crying about hate. The whole council is a bunch of f**king clowns and the idiots who vote \
for them should be ashamed. Go and get a real job, losers!!! Useless.",
    "As a shop owner I'd like to see the figures: the report says sales fell by 3.5%, but it \
compares July with December (!). “Nobody was harmed” is easy to write from an office. Two of my \
neighbours have closed since then – was that counted anywhere, or not?",
];

const ENGLISH_420: [&str; 3] = [
    "The strange thing about this debate is that both sides want the same quiet street and the \
same clean air. The charge may help, but only when the trains run late enough for people who \
work in kitchens and hospitals. I asked my councillor about this twice and got a polite letter \
with no answer in it. Before we argue about two or five pounds a day, somebody should publish a \
timetable that a night nurse could live with.",
    "Oh look, another genius who has never left his own village telling the rest of us how to \
live. You are so stup1d that it hurts to read. People like you ruin everything, you moan, you \
lie and then you blame immigrants for your own miserable little life. If I ever see you \
blocking my road with your ridiculous banner I will not be as polite as today. Shut up, you \
worthless liar, and take your cr*p newspaper with you!",
    "I've read the whole agreement – all 212 pages – and the article gets one thing wrong: the \
court doesn’t ‘take over’ anything. It can only advise, see www.example.org/treaty for the text. \
What worries me more is article 7, where the deadline moved from 2027 to 2031 without a word of \
explanation. Isn't that exactly what the opposition warned of? I'd expect a serious paper to ask \
the minister, not to quote him twice.",
];

const KOREAN_60: [&str; 3] = [
    "버스 노선을 먼저 늘리고 나서 통행료를 걷는 것이 순서라고 생각합니다. 준비 없이 시작하면 또 실패할 거예요.",
    "진짜 멍청한 것들만 모여서 일하냐? 세금 도둑놈들아 시1발 제발 정신 좀 차려라. 보고 있으면 한심해서 말이 안 나온다 ㅋㅋ",
    "기사에 나온 ‘3.5% 감소’는 작년 7월 기준이네요. 12월과 비교하면 전혀 다른 결과가 나옵니다. 확인해 주세요!",
];

const KOREAN_250: [&str; 3] = [
    "저희 어머니는 매주 병원에 가실 때 버스를 타십니다. 전용 차로가 생긴 뒤로는 시간이 거의 정확해져서 참 편해졌다고 하세요. \
저도 처음에는 반대했지만 지금은 생각이 바뀌었습니다. 물론 가게를 하시는 분들의 걱정도 이해합니다. 손님이 줄었다는 이야기를 여러 번 \
들었거든요. 그래도 일 년은 지켜보고 나서 판단하면 좋겠습니다. 그때 가서 효과가 없다면 없애도 늦지 않습니다. 지금은 자료를 모으고 \
서로 차분하게 이야기할 때라고 봅니다. 서두르지 맙시다.",
    "이런 기사에 속는 바보들이 아직도 있다니 정말 한심하다. 시장이라는 인간은 제 주머니만 채우고 있는데 지지자라는 것들은 손뼉이나 \
치고 앉아 있네. 너희 같은 병*신들 때문에 나라가 이 꼴이 된 거야. 머리는 장식으로 달고 다니냐? 세금 낼 때만 국민이고 할 말 하면 \
적이라고 몰아붙이지. 역겨워서 못 봐주겠다. 다음 선거 때 두고 보자, 이 사기꾼 새끼들아. 제발 좀 꺼져라 ㅋㅋㅋㅋ 쓰레기 같은 \
것들이 무슨 정책을 논한다고 설치는지 모르겠다. 부끄러운 줄 알아라.",
    "시장에서 장사하는 사람으로서 한마디 합니다. 보고서에는 매출이 3.5% 줄었다고 되어 있는데, 7월과 12월을 비교한 수치더군요(!). \
“피해를 본 사람은 없다”는 말은 책상 앞에서나 할 수 있는 말입니다. 우리 골목에서만 벌써 두 집이 문을 닫았습니다 – 그 집들은 통계에 \
들어갔나요? 자세한 표는 www.example.org/report 에 있다고 해서 찾아봤지만 SNS 링크만 있고 자료는 없었습니다. 담당 부서에 \
전화를 세 번 했는데 아직 답을 못 들었습니다. 숫자를 먼저 공개해 주십시오.",
];

const KOREAN_420: [&str; 3] = [
    "이 논쟁에서 이상한 점은 양쪽 모두 조용한 거리와 맑은 공기를 바란다는 것입니다. 통행료가 도움이 될 수도 있겠지요. 하지만 식당이나 \
병원에서 밤늦게까지 일하는 사람들이 집에 갈 수 있을 만큼 지하철이 늦게까지 다녀야 의미가 있습니다. 저는 이 문제를 구의원에게 두 번이나 \
물어봤는데, 돌아온 것은 정중하지만 아무 내용이 없는 편지뿐이었습니다. 하루에 이천 원이냐 오천 원이냐를 다투기 전에, 야간에 일하는 \
간호사가 실제로 쓸 수 있는 시간표부터 발표해야 합니다. 다른 도시의 사례도 찾아보았습니다. 성공한 곳은 모두 대중교통을 먼저 늘렸고, 실패한 \
곳은 요금부터 걷었습니다. 우리 시가 어느 쪽을 따를지는 아직 알 수 없지만, 지금까지 나온 계획만 보면 걱정이 앞서는 것이 사실입니다. \
주민 설명회를 다시 열고 반대하는 의견도 기록에 남겨 주시기를 부탁드립니다. 그래야 결과를 받아들일 수 있습니다. 감사합니다.",
    "와 진짜 동네 밖에는 나가 본 적도 없는 것들이 남한테 어떻게 살라고 가르치려 드네. 읽고 있으면 머리가 아플 정도로 멍청하다. 너희 같은 \
인간들이 다 망쳐 놓고 나중에는 남 탓, 외국인 탓이나 하지. 그 초라한 인생을 누가 책임지라고? 어제도 길을 막고 현수막을 흔들던데 한 번만 \
더 내 앞에서 그러면 가만 안 둔다. 입 좀 닥쳐라, 이 거짓말쟁이야. 신문도 똑같다. 받아쓰기만 하는 기레기 주제에 무슨 언론이라고. 돈 몇 \
푼에 영혼을 파는 쓰.레.기들이 모여서 세상을 다 아는 척한다. 국민이 개돼지로 보이냐? 세금으로 월급 받아 가면서 하는 일이라고는 회의하고 \
사진 찍는 것뿐이지. 다음에는 반드시 갈아 치운다. 그때 가서 울고불고해도 소용없다. 역겨운 놈들, 지옥에나 떨어져라!!! 양심이라는 게 있으면 \
오늘이라도 사퇴해라. 물론 그럴 리가 없겠지 ㅋㅋㅋ 한심하다 정말. 지긋지긋하다.",
    "협정문 212쪽을 다 읽어 보았는데, 기사에 틀린 부분이 하나 있습니다. 법원이 모든 것을 ‘넘겨받는다’는 표현은 사실과 다릅니다. 조언만 할 \
수 있다고 되어 있어요(전문은 www.example.org/treaty 참고). 제가 더 걱정하는 것은 제7조입니다. 기한이 2027년에서 2031년으로 \
바뀌었는데 설명이 한 줄도 없습니다. 야당이 경고했던 것이 바로 이것 아닌가요? “문제없다”는 장관의 말을 두 번이나 인용하면서 정작 질문은 \
하지 않은 것이 아쉽습니다. 제대로 된 신문이라면 왜 4년이나 늦춰졌는지, 그 사이에 드는 1조 2,000억 원은 누가 부담하는지 물어봐야 합니다. \
FTA 때에도 비슷한 일이 있었지요. 그때도 나중에야 부속 문서가 공개되었습니다. 이번에는 표결 전에 모든 문서가 공개되기를 바랍니다. 찬성과 \
반대를 떠나서, 읽지 못한 문서에 투표할 수는 없으니까요. 다음 기사에서는 이 점을 꼭 다루어 주세요. 기다리겠습니다 🙏",
];
