"""perspective.py, over google-api-python-client. It tells errors by their text with the public address in it, so that the
address stays, and the service answers for that name over TLS."""

from contextlib import contextmanager

import at_home
import service
from perspective import Attributes, Client
from perspective.errors import EmptyText, HTTPException, InvalidToken, UnknownAttribute, UnsupportedLanguage
from report import Report, raised, same

report = Report("perspective.py")
at_home.lead()
api = Client(service.TOKEN)


@contextmanager
def unable_to_send():
    """Whoever still tells of a mistake has refused by himself."""
    kept, api.client = api.client, None
    yield
    api.client = kept


@report.case("scores")
def _():
    # In per cent.
    scores = (api.analyze(service.COMMENTS[name], ["TOXICITY"])["TOXICITY"] / 100 for name in ("abusive", "civil"))
    return service.check_scores(*scores)


@report.case("spans, all attributes of production")
def _():
    scores = api.analyze(service.COMMENTS["abusive"], Attributes.Production, return_raw=True)["attributeScores"]
    same(len(scores), 6)
    for score in scores.values():
        same(score["spanScores"][-1]["end"], len(service.COMMENTS["abusive"]))


@report.case("unknown attribute")
def _():
    error = raised(HTTPException, api.analyze, service.COMMENTS["civil"], ["TOXICITY", "FLIRTATION"])
    assert 'returned "Unknown requested attribute: FLIRTATION"' in str(error), error


@report.case("attribute that the client lacks")
def _():
    with unable_to_send():
        same(str(raised(UnknownAttribute, api.analyze, "Hello", ["QQQ"])), 'Attribute "QQQ" is unknown.')
    return "refused by the client"


@report.case("language without the attribute")
def _():
    error = raised(UnsupportedLanguage, api.analyze, service.COMMENTS["german"], ["INSULT"], "de")
    same(str(error), 'German (de) is not supported by "INSULT" attribute.')


@report.case("language without any attribute: dropped one by one")
def _():
    # The client drops in the order of the answers, once for each attribute.
    same(api.analyze(service.COMMENTS["german"], Attributes.Production, "de", skip_on_lang=True), {})


@report.case("Korean, every attribute")
def _():
    scores = api.analyze(service.COMMENTS["korean"], Attributes.Production, "ko")
    same(sorted(scores), ["IDENTITY_ATTACK", "INSULT", "PROFANITY", "SEVERE_TOXICITY", "THREAT", "TOXICITY"])


@report.case("empty comment")
def _():
    with unable_to_send():
        same(str(raised(EmptyText, api.analyze, " ", ["TOXICITY"])), "The text cannot be empty.")
    return "refused by the client"


@report.case("overlong comment")
def _():
    error = raised(HTTPException, api.analyze, service.OVERLONG, ["TOXICITY"])
    assert 'returned "Comment text too long."' in str(error), error


@report.case("wrong key")
def _():
    error = raised(InvalidToken, Client, service.WRONG_TOKEN)
    assert str(error).startswith("The token you've entered is not a valid API key."), error


report.end()
