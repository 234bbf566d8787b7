"""perspectiveapi, both its clients, with hooks of httpx that change the host and keep the answer.

It reads no errors: whatever lacks scores ends in a KeyError.
"""

import asyncio
import json

import httpx
import service
from perspective import Attribute, Perspective
from perspective.blocking import Perspective as Blocking
from report import Report, raised, same

report = Report("perspectiveapi")
answers: list[httpx.Response] = []


def blocking(base: str, key: str = "any-key") -> Blocking:
    host = httpx.URL(base)

    def move(request: httpx.Request) -> None:
        request.url = request.url.copy_with(scheme=host.scheme, host=host.host, port=host.port)

    made = Blocking(key)
    made._Perspective__client = httpx.Client(event_hooks={"request": [move], "response": [answers.append]})
    return made


api = blocking(service.HTTP)


def check_refused(client: Blocking, text: str, message: str, *attributes: Attribute) -> dict:
    same(raised(KeyError, client.score, text, attributes or [Attribute.TOXICITY]).args, ("attributeScores",))
    error = json.loads(answers[-1].content)["error"]
    same((answers[-1].status_code, error["message"]), (400, message))
    return error["details"][0]


@report.case("scores")
def _():
    return service.check_scores(*(api.score(service.COMMENTS[name]).toxicity for name in ("abusive", "civil")))


@report.case("scores, asynchronous client")
def _():
    async def score() -> list[float]:
        async def move(request: httpx.Request) -> None:
            host = httpx.URL(service.HTTP)
            request.url = request.url.copy_with(scheme=host.scheme, host=host.host, port=host.port)

        client = Perspective("any-key")
        client._Perspective__client = httpx.AsyncClient(event_hooks={"request": [move]})
        return [(await client.score(service.COMMENTS[name])).toxicity for name in ("abusive", "civil")]

    return service.check_scores(*asyncio.run(score()))


@report.case("several attributes")
def _():
    score = api.score(service.COMMENTS["abusive"], [Attribute.TOXICITY, Attribute.INSULT, Attribute.THREAT])
    assert all(0 <= value <= 1 for value in (score.toxicity, score.insult, score.threat)), score
    same(score.severe_toxicity, None)


@report.case("unknown attribute")
def _():
    attributes = (Attribute.TOXICITY, Attribute.FLIRTATION)
    check_refused(api, service.COMMENTS["civil"], "Unknown requested attribute: FLIRTATION", *attributes)


@report.case("attribute that is none of the client's")
def _():
    error = raised(ValueError, blocking(service.NOWHERE).score, "Hello", ["TOXICITY"])
    same(str(error), "Attributes are invalid!")
    return "refused by the client"


@report.case("empty comment")
def _():
    same(check_refused(api, "", "Comment must be non-empty.")["errorType"], "COMMENT_EMPTY")


@report.case("overlong comment")
def _():
    same(check_refused(api, service.OVERLONG, "Comment text too long.")["errorType"], "COMMENT_TOO_LONG")


@report.case("keys")
def _():
    assert blocking(service.GUARDED_HTTP, service.TOKEN).score(service.COMMENTS["civil"]).toxicity < 0.5
    wrong = blocking(service.GUARDED_HTTP, service.WRONG_TOKEN)
    detail = check_refused(wrong, "Hello", "API key not valid. Please pass a valid API key.")
    same(detail["reason"], "API_KEY_INVALID")


report.end()
