"""perspective 1.0.3 by its public attribute for the address. Its errors are urllib's, with the answer as their body."""

import json
import time
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import service
from perspective import PerspectiveAPI
from report import Report, raised, same

report = Report("perspective")


def client(base: str, key: str = "any-key") -> PerspectiveAPI:
    made = PerspectiveAPI(key)
    made.api_client.url = base + "/v1alpha1/{endpoint}"
    return made


api = client(service.HTTP)


def check_refused(error: HTTPError, message: str) -> dict:
    body = json.load(error)["error"]
    same((error.code, body["message"]), (400, message))
    return body["details"][0]


@report.case("scores")
def _():
    scores = [api.score(service.COMMENTS[name])["TOXICITY"] for name in ("abusive", "civil")]
    return service.check_scores(*scores)


@report.case("spans, context, identifiers")
def _():
    answer = api.analyze_comment(
        service.COMMENTS["abusive"],
        comment_type="PLAIN_TEXT",
        context=[{"text": "Council approves tram line", "type": "PLAIN_TEXT"}],
        requested_attributes={"TOXICITY": {"scoreType": "PROBABILITY", "scoreThreshold": 0.1}},
        span_annotations=True,
        languages=["en"],
        do_not_store=True,
        client_token="comment:1",
        session_id="session",
        community_id="community",
    )
    spans = answer["attributeScores"]["TOXICITY"]["spanScores"]
    assert spans and all(0 <= span.get("begin", 0) < span["end"] for span in spans), spans
    same((spans[-1]["end"], answer["clientToken"]), (len(service.COMMENTS["abusive"]), "comment:1"))


@report.case("suggest_score")
def _():
    scores = {"TOXICITY": {"summaryScore": {"value": 1.0, "type": "PROBABILITY"}}}
    answer = api.suggest_score(
        service.COMMENTS["abusive"], scores, languages=["en"], client_token="comment:1", community_id="community"
    )
    same((answer["clientToken"], answer["requestedLanguages"]), ("comment:1", ["en"]))


@report.case("unknown attribute")
def _():
    error = raised(HTTPError, api.score, service.COMMENTS["civil"], ["TOXICITY", "SPAM"])
    check_refused(error, "Unknown requested attribute: SPAM")


@report.case("language without the attribute")
def _():
    insult = {"INSULT": {}}
    error = raised(
        HTTPError, api.analyze_comment, service.COMMENTS["german"], requested_attributes=insult, languages=["de"]
    )
    detail = check_refused(error, "Attribute INSULT does not support request languages: de")
    same(detail["languageNotSupportedByAttributeError"]["attribute"], "INSULT")


@report.case("no language of that name")
def _():
    error = raised(ValueError, client(service.NOWHERE).analyze_comment, "Hello", languages=["xx"])
    same(str(error), "xx is not a valid ISO 639-1 language.")
    return "refused by the client"


@report.case("empty comment")
def _():
    same(check_refused(raised(HTTPError, api.score, ""), "Comment must be non-empty.")["errorType"], "COMMENT_EMPTY")


@report.case("overlong comment")
def _():
    error = raised(HTTPError, api.score, service.OVERLONG)
    same(check_refused(error, "Comment text too long.")["errorType"], "COMMENT_TOO_LONG")


@report.case("keys")
def _():
    assert client(service.GUARDED_HTTP, service.TOKEN).score(service.COMMENTS["civil"])["TOXICITY"] < 0.5
    error = raised(HTTPError, client(service.GUARDED_HTTP, service.WRONG_TOKEN).score, service.COMMENTS["civil"])
    detail = check_refused(error, "API key not valid. Please pass a valid API key.")
    same(detail["reason"], "API_KEY_INVALID")


@report.case("wrong key, told while the comment is still on its way")
def _():
    # Python sends head and body apart: on a slow network the answer may come between them.
    body = json.dumps({"comment": {"text": service.COMMENTS["civil"]}, "requestedAttributes": {"TOXICITY": {}}}).encode()

    def slowly() -> Iterator[bytes]:
        for at in range(0, len(body), 50):
            time.sleep(0.05)
            yield body[at : at + 50]

    url = f"{service.GUARDED_HTTP}/v1alpha1/comments:analyze?key={service.WRONG_TOKEN}"
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    error = raised(HTTPError, urlopen, Request(url, slowly(), headers, method="POST"))
    same(check_refused(error, "API key not valid. Please pass a valid API key.")["reason"], "API_KEY_INVALID")


report.end()
