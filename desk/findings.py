"""What `doctor` finds out about the world outside, one finding per thing looked at."""

from collections.abc import Iterable
from dataclasses import dataclass

OK, WARNING, FAILED = "ok", "warning", "failed"
SIGNS = {OK: "✓", WARNING: "!", FAILED: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `state` is "ok", "warning" or "failed", `advice` says what to do about it."""

    name: str
    state: str
    detail: str
    advice: str = ""

    def __post_init__(self) -> None:
        if self.state not in SIGNS:
            raise ValueError(f"{self.state!r} is no state of a finding; they are {', '.join(SIGNS)}")

    def __str__(self) -> str:
        """One line: the sign, the name, what was found and what to do."""
        advice = f" → {self.advice}" if self.advice else ""
        return " ".join(f"{SIGNS[self.state]} {self.name}: {self.detail}{advice}".split())


def any_failed(findings: Iterable[Finding]) -> bool:
    return any(finding.state == FAILED for finding in findings)
