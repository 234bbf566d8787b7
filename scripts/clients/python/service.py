"""Where the service listens, and the comments that are sent to it. run.sh sets the environment."""

import json
import os
from pathlib import Path

GRPC = os.environ["COMITY_GRPC"]
HTTP = os.environ["COMITY_HTTP"]
# The same service, with tokens.
GUARDED_GRPC = os.environ["COMITY_GUARDED_GRPC"]
GUARDED_HTTP = os.environ["COMITY_GUARDED_HTTP"]
TOKEN = os.environ["COMITY_TOKEN"]
WRONG_TOKEN = "nobodys-token-0123456789"
# Nothing listens there: a client that is sent there and still tells of the mistake has refused by itself.
NOWHERE = "http://127.0.0.1:1"

COMMENTS = json.loads(Path(__file__).with_name("..").joinpath("comments.json").read_text(encoding="utf-8"))
MAX_TEXT_BYTES = 20_480
OVERLONG = "word " * (MAX_TEXT_BYTES // 5) + "w"
assert len(OVERLONG) == MAX_TEXT_BYTES + 1


def check_scores(abusive: float, civil: float) -> str:
    """Fails unless both are scores and tell an abusive comment from a civil one."""
    assert isinstance(abusive, float) and isinstance(civil, float), f"{abusive!r} and {civil!r} are no scores"
    assert 0 <= civil < 0.5 < abusive <= 1, f"abusive {abusive}, civil {civil}"
    return f"{abusive:.3f} and {civil:.3f}"
