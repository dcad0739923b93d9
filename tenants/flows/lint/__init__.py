"""What must be mended in a flow before callers meet it. A flow without errors ends every call within its promise."""

from collections.abc import Collection

from tenants.flows.document import Flow
from tenants.flows.findings import Finding
from tenants.flows.lint.graph import check_graph, circles
from tenants.flows.lint.nodes import check_nodes
from tenants.flows.lint.paths import Longest, longest
from tenants.flows.lint.promise import check_promise

__all__ = ["Finding", "Longest", "fit", "lint", "longest"]


def lint(
    flow: Flow,
    *,
    calendars: Collection[str] | None = None,
    teams: Collection[str] | None = None,
    language: str = "en",
) -> list[Finding]:
    """All findings, errors first. Calendars and teams are looked up only where their names are given;
    `language` is the one in which labels are quoted."""
    findings = [
        *check_graph(flow, language),
        *check_nodes(flow, language, calendars, teams),
        *([] if circles(flow) else check_promise(flow, language)),
    ]
    return sorted(findings, key=lambda finding: finding.severity != "error")


def fit(findings: list[Finding]) -> bool:
    """Whether a flow with these findings may be published."""
    return all(finding.severity != "error" for finding in findings)
