"""Runs the cases of one client and prints a line of JSON for each."""

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar

E = TypeVar("E", bound=Exception)


class Report:
    """The cases of one client. The version is that of the installed distribution."""

    def __init__(self, distribution: str, client: str | None = None) -> None:
        self.client = client or distribution
        self.version = version(distribution)
        self.failed = False

    def case(self, name: str) -> Callable[[Callable[[], str | None]], None]:
        """Runs what it decorates at once: it passes unless it raises, and what it returns is its detail."""

        def run(check: Callable[[], str | None]) -> None:
            try:
                self._print(name, True, check() or "")
            except Exception as error:  # whatever a client raises is a result
                self._print(name, False, f"{type(error).__name__}: {error}")
                self.failed = True

        return run

    def end(self) -> None:
        """Ends the program: a client that never comes here has not run all its cases."""
        sys.exit(self.failed)

    def _print(self, name: str, ok: bool, detail: str) -> None:
        line = {"client": self.client, "version": self.version, "case": name, "ok": ok, "detail": detail}
        print(json.dumps(line, ensure_ascii=False), flush=True)


def raised(kind: type[E], call: Callable[..., Any], *args: Any, **kwargs: Any) -> E:
    """The error that a call raises; fails when it raises none, lets every other kind through."""
    try:
        answer = call(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} but {answer!r}")


def same(found: Any, wanted: Any) -> None:
    """Fails unless both are equal, and shows them."""
    assert found == wanted, f"{found!r} instead of {wanted!r}"
