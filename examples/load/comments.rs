//! What is sent: some forty readers' comments of our own under three headlines, as a news site sends them.
//!
//! Ordinary lengths (about 100 to 400 characters), two languages, mostly civil, some not: the mix decides how much work
//! a verdict is. None of it comes from a data set.

use comity::pb;

/// A summit, in English.
const SUMMIT: &str = "Seoul and Tokyo agree to yearly summits after two days of talks";
/// A city's trams, in English.
const TRAMS: &str = "City council votes to close two tram lines for eighteen months of repairs";
/// A minimum wage, in Korean.
const WAGE: &str = "내년 최저임금 인상안, 노사 이견 속에 표결로 결정";

/// Headline, then its comments.
const ARTICLES: [(&str, &[&str]); 3] = [
    (
        SUMMIT,
        &[
            "A yearly meeting is a modest step, but modest steps have been the only ones that lasted between these two capitals. I would rather see twelve dull meetings than one grand declaration that nobody remembers in spring.",
            "The article does not say who pays for the joint secretariat. Last time the budget was quietly dropped after the second year, and the whole thing closed without a word in the papers.",
            "My grandmother left Osaka in 1946 and never spoke of it. I do not need a summit to tell me how to feel, yet I am glad that the two foreign ministers at least sat in one room and took questions from the press of both sides.",
            "Trade between us was worth more than eighty billion last year, so of course they talk. What I miss is anything about visas for young workers, which would do more for understanding than any photograph on a lawn.",
            "This is surrender dressed up as diplomacy, and whoever wrote this piece must be blind not to see it. We gave away the only card we had and got a handshake for it.",
            "Could the paper please link to the full text of the agreement? It is three pages long and easy to read, and half of the arguments in this thread would end at once.",
            "I worked at the embassy for six years. Yearly summits matter because they force the ministries to prepare, and it is in the preparing that the small quarrels get solved before they become large ones.",
            "What an idiotic headline. They agreed to nothing but to meet again, which is what people do who cannot agree on anything else, and you clowns sell it as a breakthrough.",
            "It is fair to be sceptical, but the communique names a date, a place and three working groups. That is more than the last four governments managed together, whatever one thinks of this one.",
            "The fishing communities on both coasts have waited for a hotline since the collision two winters ago. If the summit brings only that one telephone, the trip was worth its fuel.",
            "Nobody asked the survivors. There are so few of them left, and each time the leaders meet the matter is put off to a committee that will report when there is nobody to report to.",
            "I read both the Korean and the Japanese version of the statement, and the verbs differ in the paragraph on history. That is not an accident, and I wish that reporters would ask about it.",
            "Good. My company ships parts both ways every week, and each quarrel of the politicians costs us two days at the port. Let them meet monthly if it keeps the lorries moving.",
            "People who complain about the cost of these meetings should look up what a single naval patrol costs. Talking is the cheapest thing that a state can do, and the most neglected.",
            "You are all so easily fooled, it is pathetic. Shut up about peace, the next election will sweep these liars out and then we will see how long the friendship lasts.",
            "As a teacher of history I would welcome a common textbook for one period at least, say the years from 1600 to 1850, when there is much to tell and little to fight over.",
        ],
    ),
    (
        TRAMS,
        &[
            "Eighteen months is a long time for the people on the hill, who have no other line. The replacement buses should at least run as late as the trams did, or the night shift at the hospital cannot get home.",
            "The rails were laid in 1978 and everybody who rides the number 4 knows how it sounds in the bend at the market. I am sorry for the shops, but to wait for an accident would be worse.",
            "Why both lines at once? The report of the engineers, which is on the council's own site, recommended doing them one after the other at a slightly higher cost. The article does not mention it.",
            "I run a bakery at the terminus. Without the trams I lose the morning, which is two thirds of my business, and the compensation that they offer would not pay my rent for eight weeks.",
            "Typical of this council of incompetent fools. They could not repair a bicycle, and now they tear up half of the city with no plan. Vote the morons out.",
            "Cyclists have asked for a lane along that street for ten years. If the road is open anyway, then please use the chance and build it, since it will not be opened again for another forty.",
            "My daughter takes line 7 to school. The bus needs twice as long because it shares the bridge with all of the cars, so that a lane for buses on the bridge ought to come first.",
            "Well reported, thank you. I did not know that the contract has a penalty for each week of delay; that is new, and it is the one thing that makes me hope that they will finish in time.",
            "The opposition voted for the same plan when it was in power, which the paper could have mentioned. Neither side has an idea where the money for the third line is to come from.",
            "Let them close it for good. Trams are slow, loud and in the way, and the whole network costs more every year than the theatre and the swimming pools together.",
            "Noise at night is what worries me. During the last works they welded until two in the morning under our windows, and the number that one could call was never answered.",
            "To those who say that nobody uses it: the counters on the platforms show thirty-one thousand passengers on a working day. That is more than cross the bridge by car.",
            "I hope that the new stops will have a raised edge. I push a wheelchair, and on the old ones two strangers have to help us every single time, which they do kindly, but still.",
            "See www.example.org/tramworks for the maps of the detours, they are far better than those at the stops. Somebody in the works department did careful work there and deserves some praise.",
        ],
    ),
    (
        WAGE,
        &[
            "편의점을 운영하는 입장에서 솔직히 부담이 큽니다. 그래도 일하는 분들이 생활은 되어야 하니 무조건 반대할 수도 없고, 카드 수수료나 임대료 같은 다른 비용부터 손봐 주었으면 좋겠습니다. 본사와 나누는 비율도 이제는 다시 이야기해야 할 때라고 봅니다.",
            "물가가 이렇게 올랐는데 이 정도 인상으로는 장보기도 어렵습니다. 작년에 만 원이면 샀던 것들이 지금은 만 삼천 원이 넘어요. 표결로 급하게 정할 일이 아니라 생계비 조사 결과를 먼저 공개하고 충분히 논의했어야 한다고 생각합니다.",
            "해마다 같은 싸움을 되풀이하는 결정 구조부터 바꿔야 합니다. 공익위원 몇 사람의 표로 수백만 명의 임금이 정해지는 방식은 노사 어느 쪽도 받아들이기 어렵습니다. 공식을 정해 두고 예외만 논의하는 나라들도 있습니다.",
            "기사에 지역별 차등 이야기가 빠졌네요. 서울과 지방은 월세부터 두 배 넘게 차이가 나는데 같은 금액을 적용하는 것이 과연 공평한지, 아니면 지방의 젊은 사람들을 더 떠나게 만들지 자료를 놓고 이야기했으면 합니다.",
            "이런 멍청한 결정을 하는 인간들은 자기 돈으로 직원 월급을 줘 본 적이 한 번도 없을 겁니다. 탁상에 앉아서 숫자 놀음만 하고 있으니 한심하기 짝이 없네요.",
            "아르바이트를 세 군데 다니는 학생입니다. 시급이 오르면 좋지만 사장님이 근무 시간을 줄이겠다고 하셔서 실제로 받는 돈은 오히려 줄었습니다. 주휴 수당을 피하려고 시간을 쪼개는 문제도 같이 다뤄 주세요.",
            "고용 통계를 보면 지난 인상 때에도 우려했던 만큼 일자리가 줄지는 않았습니다. 다만 영세한 사업장의 사정은 평균만 보아서는 알 수 없으니 업종별 자료를 기사에 함께 실어 주시면 이해하는 데 도움이 되겠습니다.",
            "어느 쪽 편을 들자는 것이 아니라, 회의록이라도 공개했으면 좋겠습니다. 누가 어떤 근거로 찬성하고 반대했는지 알아야 내년에는 조금이라도 나은 논의를 할 수 있지 않겠습니까. 지금은 결과만 통보받는 기분입니다.",
            "기자님, 표결 결과만 쓰지 마시고 다른 나라와 비교한 표도 넣어 주세요. 중위 임금과 견주면 우리가 어느 정도인지, 세금과 보험료를 빼고 손에 쥐는 돈은 얼마인지가 정말 궁금합니다.",
            "노조만 배불리는 나라 꼴 잘 돌아간다. 자영업자 다 죽고 나면 누가 세금 내는지 두고 보자. 이 따위 결정에 찬성한 놈들은 책임지고 물러나라.",
        ],
    ),
];

/// One request for each comment, English and Korean mixed.
pub(crate) fn requests() -> Vec<pb::ModerateCommentRequest> {
    let longest = ARTICLES.iter().map(|(_, comments)| comments.len()).max().unwrap_or_default();
    let mixed = (0..longest).flat_map(|n| {
        ARTICLES.iter().filter_map(move |(headline, comments)| Some((*headline, *comments.get(n)?)))
    });
    mixed.enumerate().map(|(n, (headline, text))| request(n, headline, text)).collect()
}

fn request(n: usize, headline: &str, text: &str) -> pb::ModerateCommentRequest {
    let author = pb::Author {
        id: format!("reader-{n}"),
        authenticated: true,
        approved_count: Some(12),
        rejected_count: Some(0),
    };
    pb::ModerateCommentRequest {
        comment: Some(pb::Comment {
            id: format!("comment-{n}"),
            text: text.to_owned(),
            author: Some(author),
            ..Default::default()
        }),
        article: Some(pb::Article {
            id: format!("article-{}", headline.len()),
            headline: headline.to_owned(),
            ..Default::default()
        }),
        request_id: format!("load-{n}"),
        ..Default::default()
    }
}
