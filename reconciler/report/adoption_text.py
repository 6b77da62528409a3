"""What an adoption did and found, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import asdict

from reconciler.model.adoption import Adoption, AdoptionFinding
from reconciler.report.counting import counted
from reconciler.report.escaping import printable, printable_json


def adoption_as_text(adoption: Adoption) -> str:
    """Return what became of each table, and then a line for each finding."""
    return "\n".join(_lines(adoption)) + "\n"


def adoption_as_json(adoption: Adoption) -> str:
    """Return the whole of it."""
    findings = [
        asdict(found) | {"site": adoption.names.get(found.site_id)} for found in adoption.findings
    ]
    return printable_json(
        {
            "run_id": str(adoption.run_id),
            "committed": adoption.committed,
            "timestamps_in": adoption.timestamps_in,
            "sites": adoption.sites,
            "tables": [asdict(table) for table in adoption.tables],
            "findings": [found | {"site_id": str(found["site_id"])} for found in findings],
        }
    )


def _lines(adoption: Adoption) -> Iterator[str]:
    done = "adopted" if adoption.committed else "can be adopted; nothing was changed"
    yield f"MachShop's own tables at {counted(adoption.sites, 'site')}: {done}"
    yield f"  times were taken to be in {adoption.timestamps_in}"
    for table in adoption.tables:
        left = f", {table.left_over} of them left over" if table.left_over else ""
        yield f"  {table.name}: {counted(table.had, 'row')}{left}"
    if adoption.findings:
        yield f"{counted(len(adoption.findings), 'finding')}:"
    for found in adoption.findings:
        yield f"  {_finding(found, adoption.names.get(found.site_id))}"


def _finding(found: AdoptionFinding, site: str | None) -> str:
    where = " / ".join(
        printable(part)
        for part in (site or str(found.site_id), found.extension or "", found.place)
        if part
    )
    return f"{found.code}: {found.found_in}: {where}: {printable(found.message)}"
