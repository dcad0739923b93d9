"""What is found about a flow: an error that keeps it from being published, or a warning worth a look."""

from dataclasses import dataclass
from typing import Literal

from tenants.problems import Problem


@dataclass(frozen=True, slots=True)
class Finding(Problem):
    """`where` is the field, `node` the node it is in, `path` the nodes on the way there, in order."""

    node: str = ""
    path: tuple[str, ...] = ()
    severity: Literal["error", "warning"] = "error"


class BadFlow(ValueError):
    """A document that can't be read as a flow; `findings` say which node, which field, and what to do."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(finding.say() for finding in findings))
        self.findings = findings
