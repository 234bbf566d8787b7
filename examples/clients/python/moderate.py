"""Asks comity about readers' comments, as a CMS would: one at a time, many at once, in a stream; and what can go wrong.

    python3 -m venv .venv && . .venv/bin/activate
    pip install -r requirements.txt
    python -m grpc_tools.protoc -I ../../../proto --python_out . --grpc_python_out . \
        ../../../proto/comity/moderation/v1/*.proto
    python moderate.py 127.0.0.1:50051

Where the service asks for a token: COMITY_TOKEN=... python moderate.py 127.0.0.1:50051
"""

import os
import sys

import grpc
from comity.moderation.v1 import comment_pb2, service_pb2, service_pb2_grpc, verdict_pb2
from google.rpc import error_details_pb2
from grpc_status import rpc_status

# Long enough for a busy server, short enough for a reader who waits.
DEADLINE_S = 2
ARTICLE = comment_pb2.Article(id="tram", headline="Council approves new tram line to the harbour")
COMMENTS = {
    "1": "Thank you for the report. How does the council plan to pay for the tram line to the harbour?",
    "2": "Shut up, you stupid moron. Nobody wants to read the garbage that an idiot like you writes.",
    "3": "Nice.",
}


def request(comment_id: str, text: str) -> service_pb2.ModerateCommentRequest:
    return service_pb2.ModerateCommentRequest(
        request_id=comment_id, comment=comment_pb2.Comment(id=comment_id, text=text), article=ARTICLE
    )


def tell(comment_id: str, verdict: verdict_pb2.Verdict) -> None:
    """What a CMS does with a verdict: publish, put in the moderators' queue, or give back to the author."""
    if verdict.decision == verdict_pb2.DECISION_APPROVE:
        print(f"{comment_id}: publish")
    elif verdict.decision == verdict_pb2.DECISION_REJECT:
        # These messages are made for the author.
        print(f"{comment_id}: give back:", *(reason.author_message for reason in verdict.reasons))
    else:
        print(f"{comment_id}: let a person look:", *(f"{reason.moderator_detail};" for reason in verdict.reasons))


def main() -> None:
    # For another machine: grpc.secure_channel(address, grpc.ssl_channel_credentials(...)).
    stub = service_pb2_grpc.ModerationServiceStub(grpc.insecure_channel(sys.argv[1]))
    token = os.environ.get("COMITY_TOKEN")
    options = {"timeout": DEADLINE_S, "metadata": [("authorization", f"Bearer {token}")] if token else []}

    print("one comment")
    for comment_id, text in COMMENTS.items():
        try:
            tell(comment_id, stub.ModerateComment(request(comment_id, text), **options).verdict)
        except grpc.RpcError as error:
            # Busy, too slow, not there: the comment waits for a person, and is not lost.
            print(f"{comment_id}: let a person look: {error.code().name}: {error.details()}")

    print("a batch: answers in the order of the requests, each a verdict or an error")
    batch = service_pb2.BatchModerateCommentsRequest(requests=[request(*item) for item in COMMENTS.items()])
    for result in stub.BatchModerateComments(batch, **options).results:
        if result.HasField("error"):
            print(f"an item was malformed: {result.error.message}")
        else:
            tell(result.response.request_id, result.response.verdict)

    print("a stream: answers while requests are still sent, paired by request_id")
    items = (service_pb2.StreamModerateCommentsRequest(request=request(*item)) for item in COMMENTS.items())
    for answer in stub.StreamModerateComments(items, **options):
        if answer.HasField("error"):
            print(f"{answer.request_id}: malformed: {answer.error.message}")
        else:
            tell(answer.request_id, answer.verdict)

    print("an error: the text is longer than 20,480 bytes")
    try:
        stub.ModerateComment(request("4", "word " * 5_000), **options)
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}")
        # Every violated field at once.
        for detail in rpc_status.from_call(error).details:
            violations = error_details_pb2.BadRequest()
            if detail.Unpack(violations):
                for violation in violations.field_violations:
                    print(f"  {violation.field}: {violation.description}")


if __name__ == "__main__":
    main()
