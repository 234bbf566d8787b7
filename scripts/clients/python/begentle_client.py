"""begentle: one attribute, over google-api-python-client, whose `build` is wrapped to change the discovery document's place."""

import service
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from report import Report, raised, same

base = service.HTTP
_build = discovery.build


def build(*args, **kwargs):
    url = kwargs["discoveryServiceUrl"].replace("https://commentanalyzer.googleapis.com", base)
    return _build(*args, **(kwargs | {"discoveryServiceUrl": url}))


discovery.build = build
from begentle import CommentAnalyzer  # noqa: E402  after its `discovery` is wrapped

report = Report("begentle")
api = CommentAnalyzer("any-key")


def check_refused(error: HttpError, message: str) -> dict:
    same((error.status_code, error.reason), (400, message))
    return error.error_details[0]


@report.case("scores")
def _():
    return service.check_scores(*(api.analyze(service.COMMENTS[name]) for name in ("abusive", "civil")))


@report.case("Korean, detected")
def _():
    score = api.analyze(service.COMMENTS["korean"])
    assert 0.5 < score <= 1, score


@report.case("language without the attribute, detected")
def _():
    error = raised(HttpError, api.analyze, service.COMMENTS["german"])
    detail = check_refused(error, "Attribute TOXICITY does not support request languages: de")
    same(detail["languageNotSupportedByAttributeError"]["attribute"], "TOXICITY")


@report.case("empty comment")
def _():
    detail = check_refused(raised(HttpError, api.analyze, ""), "Comment must be non-empty.")
    same(detail["errorType"], "COMMENT_EMPTY")


@report.case("overlong comment")
def _():
    detail = check_refused(raised(HttpError, api.analyze, service.OVERLONG), "Comment text too long.")
    same(detail["errorType"], "COMMENT_TOO_LONG")


@report.case("keys")
def _():
    global base
    base = service.GUARDED_HTTP
    assert CommentAnalyzer(service.TOKEN).analyze(service.COMMENTS["civil"]) < 0.5
    error = raised(HttpError, lambda: CommentAnalyzer(service.WRONG_TOKEN).analyze(service.COMMENTS["civil"]))
    same(check_refused(error, "API key not valid. Please pass a valid API key.")["reason"], "API_KEY_INVALID")


report.end()
