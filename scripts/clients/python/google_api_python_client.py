"""google-api-python-client, which builds itself from the discovery document that the service gives."""

import service
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from report import Report, raised, same

ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
SIX = ["TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT"]

report = Report("google-api-python-client")


def build(base: str, key: str | None = None):
    url = f"{base}/$discovery/rest?version=v1alpha1"
    return discovery.build(
        "commentanalyzer", "v1alpha1", developerKey=key, discoveryServiceUrl=url, static_discovery=False
    )


comments = build(service.HTTP).comments()


def analyze(text: str, attributes: list[str] | dict = SIX, **more) -> dict:
    requested = attributes if isinstance(attributes, dict) else {name: {} for name in attributes}
    body = {"comment": {"text": text}, "requestedAttributes": requested} | more
    return comments.analyze(body=body).execute()


def toxicity(text: str) -> float:
    return analyze(text)["attributeScores"]["TOXICITY"]["summaryScore"]["value"]


def check_refused(error: HttpError, message: str, kind: str) -> None:
    same((error.status_code, error.reason), (400, message))
    same((error.error_details[0]["@type"], error.error_details[0]["errorType"]), (ERROR, kind))


@report.case("scores")
def _():
    return service.check_scores(toxicity(service.COMMENTS["abusive"]), toxicity(service.COMMENTS["civil"]))


@report.case("every attribute, language, token of the client")
def _():
    answer = analyze(service.COMMENTS["civil"], clientToken="comment:7", doNotStore=True)
    same(sorted(answer["attributeScores"]), sorted(SIX))
    for score in answer["attributeScores"].values():
        assert 0 <= score["summaryScore"]["value"] <= 1 and score["summaryScore"]["type"] == "PROBABILITY", score
    same((answer["languages"], answer["detectedLanguages"], answer["clientToken"]), (["en"], ["en"], "comment:7"))


@report.case("spans in UTF-16 units")
def _():
    text = service.COMMENTS["two_sentences"]
    units = text.encode("utf-16-le")
    spans = analyze(text, ["TOXICITY"], spanAnnotations=True)["attributeScores"]["TOXICITY"]["spanScores"]
    worst = max(spans, key=lambda span: span["score"]["value"])
    found = units[2 * worst["begin"] : 2 * worst["end"]].decode("utf-16-le").strip()
    same(found, "You are a stupid idiot and a liar.")
    same((spans[0].get("begin", 0), spans[-1]["end"]), (0, len(units) // 2))


@report.case("threshold drops what is below")
def _():
    requested = {"TOXICITY": {"scoreThreshold": 0.5}, "THREAT": {"scoreThreshold": 0.99}}
    same(list(analyze(service.COMMENTS["abusive"], requested)["attributeScores"]), ["TOXICITY"])
    assert "attributeScores" not in analyze(service.COMMENTS["civil"], requested), "nothing was dropped"


@report.case("suggestscore")
def _():
    scores = {"TOXICITY": {"summaryScore": {"value": 1}}}
    body = {"comment": {"text": service.COMMENTS["abusive"]}, "attributeScores": scores, "clientToken": "comment:8"}
    same(comments.suggestscore(body=body).execute()["clientToken"], "comment:8")


@report.case("unknown attribute")
def _():
    error = raised(HttpError, analyze, service.COMMENTS["civil"], ["TOXICITY", "FLIRTATION"])
    same((error.status_code, error.reason), (400, "Unknown requested attribute: FLIRTATION"))
    assert error.error_details[0]["@type"], "no details"


@report.case("language without the attribute: dropped and tried again")
def _():
    wanted, dropped = [*SIX, "COMITY_OFF_TOPIC", "COMITY_STANCE_FAVOR"], []
    while len(dropped) < len(SIX):
        try:
            answer = analyze(service.COMMENTS["korean"], wanted, languages=["ko"])
            break
        except HttpError as error:
            name = error.error_details[0]["languageNotSupportedByAttributeError"]["attribute"]
            check_refused(
                error, f"Attribute {name} does not support request languages: ko", "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
            )
            wanted.remove(name)
            dropped.append(name)
    same(sorted(answer["attributeScores"]), sorted(SIX))
    return "dropped " + ", ".join(dropped)


@report.case("empty comment")
def _():
    check_refused(raised(HttpError, analyze, ""), "Comment must be non-empty.", "COMMENT_EMPTY")


@report.case("overlong comment")
def _():
    check_refused(raised(HttpError, analyze, service.OVERLONG), "Comment text too long.", "COMMENT_TOO_LONG")
    analyze(service.OVERLONG[: service.MAX_TEXT_BYTES])


@report.case("no attributes, two contexts, another type of score")
def _():
    check_refused(raised(HttpError, analyze, "Hello", []), "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    both = {"entries": [{"text": "a"}], "articleAndParentComment": {"article": {"text": "b"}}}
    error = raised(HttpError, analyze, "Hello", context=both)
    assert error.reason.startswith("Context can have either entries or article_and_parent_comment"), error.reason
    error = raised(HttpError, analyze, "Hello", {"TOXICITY": {"scoreType": "RAW"}})
    same(error.reason, "Requested score type RAW is not supported by attribute TOXICITY")


@report.case("keys")
def _():
    body = {"comment": {"text": "Hello"}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}
    guarded = build(service.GUARDED_HTTP).comments()
    assert guarded.analyze(body=body, key=service.TOKEN).execute()["attributeScores"]["TOXICITY"]
    error = raised(HttpError, guarded.analyze(body=body, key=service.WRONG_TOKEN).execute)
    same((error.status_code, error.reason), (400, "API key not valid. Please pass a valid API key."))
    same(error.error_details[0]["reason"], "API_KEY_INVALID")
    same(raised(HttpError, guarded.analyze(body=body).execute).status_code, 403)
    # As its users give it: once, for every call.
    own = build(service.GUARDED_HTTP, service.TOKEN).comments()
    assert own.analyze(body=body).execute()["attributeScores"]["TOXICITY"]


report.end()
