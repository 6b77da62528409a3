"""Findings made by hand, and any findings at all, for the formats that show them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.model.diagnostic import Acceptance, Diagnostic, Gate, Location, Severity
from reconciler.model.kinds import ALL_KINDS
from tests.support.hostile import HOSTILE

PATH = "desired-state/sites/hartford/site.yaml"
STEERING = (
    "\n\r\t\0\x1b\x7f\x9b\x85\u2028\u202e\u200b\ufffe\uffff\U0001f600\U000e0041:;,%=#[]()<>&'\"]| a"
)


def finding(**given: Any) -> Diagnostic:
    """Return a finding; a test gives what it is about."""
    place = Location(
        path=given.pop("path", PATH), line=given.pop("line", 6), column=given.pop("column", 1)
    )
    usual: dict[str, Any] = {
        "severity": Severity.ERROR,
        "gate": Gate.INPUT,
        "code": "unknown-key",
        "message": "key 'profile' is not known",
        "hint": "Did you mean 'profiles'?",
        "location": place,
    }
    return Diagnostic(**(usual | given))


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Return the strategy of texts, those that try to steer whatever shows them among them."""
    return st.one_of(
        st.text(max_size=longest),
        st.text(alphabet=STEERING, max_size=longest),
        st.sampled_from([*HOSTILE, "]]>", "::set-output name=a::b", "\n::stop-commands::x"]),
    )


_NAMES = st.none() | texts(8)
_ACCEPTANCES = st.none() | st.builds(Acceptance, waived_by=texts(8), until=texts(8), reason=texts())


def findings(most: int = 5) -> st.SearchStrategy[list[Diagnostic]]:
    """Return the strategy of lists of any findings, in any order."""
    one = st.builds(
        finding,
        severity=st.sampled_from(Severity),
        gate=st.sampled_from(Gate),
        code=st.sampled_from([*ALL_KINDS, "not-a-kind"]),
        message=texts(),
        hint=texts(),
        path=texts(8).map(lambda name: f"desired-state/{name}.yaml"),
        line=st.integers(1, 10**6),
        column=st.integers(1, 10**6),
        site=_NAMES,
        extension=_NAMES,
        subject=_NAMES,
        waiver=_ACCEPTANCES,
    )
    return st.lists(one, max_size=most)
