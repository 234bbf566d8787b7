"""gRPC with grpcio, and stubs that run.sh generates from proto/: unary, batch, stream, errors, tokens."""

import os
import subprocess
import sys

import grpc
import service
from comity.moderation.v1 import comment_pb2, service_pb2, service_pb2_grpc, verdict_pb2
from google.rpc import code_pb2, error_details_pb2
from grpc_status import rpc_status
from report import Report, raised, same

report = Report("grpcio")
stub = service_pb2_grpc.ModerationServiceStub(grpc.insecure_channel(service.GRPC))
DEADLINE_S = 10


def request(text: str, request_id: str = "") -> service_pb2.ModerateCommentRequest:
    return service_pb2.ModerateCommentRequest(comment=comment_pb2.Comment(text=text), request_id=request_id)


def moderate(call, **metadata: str) -> service_pb2.ModerateCommentResponse:
    return stub.ModerateComment(call, timeout=DEADLINE_S, metadata=list(metadata.items()))


def toxicity(verdict: verdict_pb2.Verdict) -> float:
    [score] = [
        score for score in verdict.scores.civility.attributes if score.attribute == verdict_pb2.ATTRIBUTE_TOXICITY
    ]
    assert score.known, "not scored"
    return score.probability


def check_violation(details, field: str) -> None:
    """Fails unless a status's details are one violated field, and a reason of the service's own."""
    bad, info = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo()
    for detail in details:
        detail.Unpack(bad)
        detail.Unpack(info)
    same(([violation.field for violation in bad.field_violations], info.domain), ([field], "comity"))


@report.case("unary")
def _():
    abusive = moderate(request(service.COMMENTS["abusive"], "a"))
    civil = moderate(request(service.COMMENTS["civil"], "c"))
    same((abusive.request_id, civil.request_id), ("a", "c"))
    same(civil.verdict.decision, verdict_pb2.DECISION_APPROVE)
    assert abusive.verdict.decision in (verdict_pb2.DECISION_HOLD, verdict_pb2.DECISION_REJECT), abusive
    assert verdict_pb2.REASON_CODE_UNCIVIL in [reason.code for reason in abusive.verdict.reasons], abusive
    return service.check_scores(toxicity(abusive.verdict), toxicity(civil.verdict))


@report.case("batch, with an error among verdicts")
def _():
    calls = [request(service.COMMENTS["abusive"]), request(service.OVERLONG), request(service.COMMENTS["civil"])]
    batch = service_pb2.BatchModerateCommentsRequest(requests=calls)
    results = stub.BatchModerateComments(batch, timeout=DEADLINE_S).results
    same([result.WhichOneof("result") for result in results], ["response", "error", "response"])
    same(results[1].error.code, code_pb2.INVALID_ARGUMENT)
    check_violation(results[1].error.details, "comment.text")
    return service.check_scores(toxicity(results[0].response.verdict), toxicity(results[2].response.verdict))


@report.case("stream, with an error among verdicts")
def _():
    texts = {"a": service.COMMENTS["abusive"], "x": service.OVERLONG, "c": service.COMMENTS["civil"]}
    items = (
        service_pb2.StreamModerateCommentsRequest(request=request(text, request_id))
        for request_id, text in texts.items()
    )
    answers = {answer.request_id: answer for answer in stub.StreamModerateComments(items, timeout=DEADLINE_S)}
    same({key: answer.WhichOneof("result") for key, answer in answers.items()}, {"a": "verdict", "x": "error", "c": "verdict"})
    return service.check_scores(toxicity(answers["a"].verdict), toxicity(answers["c"].verdict))


@report.case("draft")
def _():
    draft = service_pb2.CheckDraftRequest(comment=comment_pb2.Comment(text="The deal is"))
    answer = stub.CheckDraft(draft, timeout=DEADLINE_S)
    same((answer.counter, answer.remaining, answer.ready), ("11/50", 39, False))
    same([reason.code for reason in answer.reasons], [verdict_pb2.REASON_CODE_TOO_SHORT])


@report.case("errors with details")
def _():
    error = raised(grpc.RpcError, moderate, request(service.OVERLONG))
    same(error.code(), grpc.StatusCode.INVALID_ARGUMENT)
    assert error.details().startswith("comment.text: "), error.details()
    check_violation(rpc_status.from_call(error).details, "comment.text")
    unknown = service_pb2.GetPolicyRequest(name="nobody's")
    error = raised(grpc.RpcError, stub.GetPolicy, unknown)
    same(error.code(), grpc.StatusCode.NOT_FOUND)


@report.case("too many for one batch")
def _():
    batch = service_pb2.BatchModerateCommentsRequest(requests=[request("Hello")] * 257)
    error = raised(grpc.RpcError, stub.BatchModerateComments, batch)
    same(error.code(), grpc.StatusCode.INVALID_ARGUMENT)
    check_violation(rpc_status.from_call(error).details, "requests")


@report.case("tokens")
def _():
    global stub
    stub = service_pb2_grpc.ModerationServiceStub(grpc.insecure_channel(service.GUARDED_GRPC))
    call = request(service.COMMENTS["civil"])
    assert moderate(call, authorization=f"Bearer {service.TOKEN}").verdict.decision
    for metadata in {}, {"authorization": f"Bearer {service.WRONG_TOKEN}"}:
        error = raised(grpc.RpcError, moderate, call, **metadata)
        same(error.code(), grpc.StatusCode.UNAUTHENTICATED)


@report.case("examples/clients/python")
def _():
    command = [sys.executable, os.environ["COMITY_PYTHON_EXAMPLE"], service.GRPC]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=DEADLINE_S).stdout
    for line, times in {"1: publish": 3, "2: give back: Please keep it respectful": 3, "3: give back: ": 3}.items():
        same(said.count(line), times)
    assert "\nINVALID_ARGUMENT: comment.text: " in said and "\n  comment.text: " in said, said


report.end()
