"""PyPerspective by its module's variable for the address.

Its constructor posts nothing to learn whether the key is known. Its own ApiException cannot be made (it takes no keywords),
so every error of the service ends in a TypeError; the answer that it had read by then is looked up in the traceback.
"""

import warnings
from typing import Any

import PyPerspective.Perspective as module
import service
from PyPerspective.errors import InvalidAuthKey, LangsTypeError, NotValidTest
from report import Report, raised, same

report = Report("PyPerspective")


def client(base: str, key: str = "any-key") -> module.Perspective:
    module.base_url = f"{base}/v1alpha1/comments:analyze"
    return module.Perspective(key)


def check_refused(text: str, message: str, **kwargs: Any) -> dict:
    error = raised(TypeError, api.get_score, text, **kwargs)
    assert "ApiException" in str(error) and "keyword" in str(error), error
    # The first frame is that of `raised`, the next that of `get_score`.
    answer = error.__traceback__.tb_next.tb_frame.f_locals["response"]["error"]
    same((answer["code"], answer["status"], answer["message"]), (400, "INVALID_ARGUMENT", message))
    return answer["details"][0]


api = client(service.HTTP)


@report.case("scores")
def _():
    scores = [api.get_score(service.COMMENTS[name])["TOXICITY"].score for name in ("abusive", "civil")]
    return service.check_scores(*scores)


@report.case("spans")
def _():
    answer = api.get_score(service.COMMENTS["abusive"], tests=["TOXICITY", "INSULT"])
    same((answer.requests_langs, answer.detected_langs), (["en"], ["en"]))
    for attribute in answer.attributes:
        said = "".join(str(span) for span in attribute.spans)
        same(said, service.COMMENTS["abusive"])
    same(answer["INSULT"].score_type, "PROBABILITY")


@report.case("unknown attribute")
def _():
    unknown = "SEXUALLY_EXPLICIT"
    check_refused(service.COMMENTS["civil"], f"Unknown requested attribute: {unknown}", tests=["TOXICITY", unknown])


@report.case("attribute that the client lacks")
def _():
    module.base_url = service.NOWHERE
    error = raised(NotValidTest, api.get_score, "Hello", tests="SPAM")
    assert str(error).startswith("'SPAM' Not A Valid Test!"), error
    return "refused by the client"


@report.case("language without the attribute")
def _():
    client(service.HTTP)
    message = "Attribute TOXICITY does not support request languages: de"
    detail = check_refused(service.COMMENTS["german"], message, langs="de")
    same(detail["languageNotSupportedByAttributeError"]["attribute"], "TOXICITY")


@report.case("language that the client lacks")
def _():
    module.base_url = service.NOWHERE
    error = raised(LangsTypeError, api.get_score, service.COMMENTS["korean"], langs="ko")
    same(str(error), "'ko' Language Is Not Supported On 'TOXICITY' Test!")
    return "refused by the client"


@report.case("empty comment")
def _():
    client(service.HTTP)
    same(check_refused("", "Comment must be non-empty.")["errorType"], "COMMENT_EMPTY")


@report.case("overlong comment")
def _():
    client(service.HTTP)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = api.get_score(service.OVERLONG)
    same((len(caught), len(answer.text)), (1, 3000))
    return "cut to 3,000 characters by the client"


@report.case("keys")
def _():
    assert client(service.GUARDED_HTTP, service.TOKEN).get_score(service.COMMENTS["civil"])["TOXICITY"].score < 0.5
    error = raised(InvalidAuthKey, client, service.GUARDED_HTTP, service.WRONG_TOKEN)
    same(str(error), "Invalid Auth Key Provided!")


report.end()
