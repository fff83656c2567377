"""A bias audit over finished reports and a table of groups: JSON, a publishable page and a CSV."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from interview_engine.assessment.comparing.fairness import AuditTable, GroupRow, Person, audit
from interview_engine.assessment.comparing.ranking import Ruler
from interview_engine.assessment.text import spelling
from interview_engine.errors import UsageError
from interview_engine.i18n import Text, msg
from pipelines.folders.ranking import Broken, rank_folder
from pipelines.reports.reading import dump
from pipelines.spreadsheets import Row, read_rows, write_csv
from pipelines.writing import write_whole, writing

SCHEMA = "interview-audit/1"
MAX_GROUPS = 12
"""Values a column may have in any table; more are allowed where each stands for two people or more on average."""

SELECTED = {"yes": True, "1": True, "true": True, "是": True, "no": False, "0": False, "false": False, "否": False}
"""How a decision may be written in the `selected` column; empty is unknown."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The tables, and what the two sources did not have in common.

    Args:
        ruler: the kit and the scorer that all scores come from.
        without_score: interviews in the table that could not be assessed; they are in no rate.
        not_in_table: reports whose interview the table does not name; unmatched: rows that name no report.
        broken: folders whose report cannot be read, with the error.
    """

    tables: tuple[AuditTable, ...]
    ruler: Ruler
    people: int
    without_score: int
    not_in_table: int
    unmatched: tuple[str, ...]
    broken: tuple[Broken, ...] = ()


def audit_folder(folder: Path, groups: Path, kit_id: str | None = None) -> Audit:
    """Audit the reports of `folder` with the groups of a CSV or XLSX: column `interview` (id), one column an attribute
    (sex, ethnicity, …), optionally `selected` (yes/no). Spellings that differ in case or width are one group.

    Args:
        kit_id: audit only interviews of that kit; scores of different kits, versions or scorers have no common median.

    Raises:
        UsageError: the folder or the table cannot be read, a column is missing or holds no groups, an interview stands
            twice, a decision cannot be understood, nobody of the table has a score, or scores are not comparable.
    """
    rows = read_rows(groups, ("interview",))
    attributes = _attributes(groups, rows)
    ranking = rank_folder(folder)
    kits = [kit for kit in ranking.kits if kit_id is None or kit.ruler.kit_id == kit_id]
    found = {place.entry.interview_id: place.entry for kit in kits for place in kit.candidates}
    spellings: dict[tuple[str, str], str] = {}
    people: list[Person] = []
    rulers: set[Ruler] = set()
    unmatched: list[str] = []
    without_score = 0
    seen: set[str] = set()
    for row in rows:
        interview = row.cells["interview"]
        if interview in seen:
            raise _bad_row(groups, row, msg("the interview is listed twice"))
        seen.add(interview)
        selected = _selected(groups, row)
        if interview not in found:
            unmatched.append(interview)
            continue
        entry = found[interview]
        if entry.score is None:
            without_score += 1
            continue
        rulers.add(entry.ruler)
        group = {name: _spelling(spellings, name, row.cells[name]) for name in attributes}
        people.append(Person(group, entry.score.value, selected))
    if len(rulers) > 1:
        raise _mixed(rulers)
    if not people:
        raise _nobody(groups)
    tables = audit(people, attributes)
    return Audit(
        tables, rulers.pop(), len(people), without_score, len(set(found) - seen), tuple(unmatched), ranking.broken
    )


def _attributes(groups: Path, rows: list[Row]) -> list[str]:
    if not rows:
        raise _nobody(groups)
    attributes = [name for name in rows[0].cells if name not in ("interview", "selected", "candidate")]
    if not attributes:
        raise UsageError(
            "audit.no_groups",
            msg("{name} has no column of groups.", name=groups.name),
            msg("Add columns such as sex, ethnicity."),
        )
    for name in attributes:
        values = [row.cells[name].casefold() for row in rows if row.cells[name]]
        if len(set(values)) > max(MAX_GROUPS, len(values) // 2):
            raise UsageError(
                "audit.not_a_group",
                msg(
                    "Column {name} of {groups_name} holds {count} values; it looks like names, not groups.",
                    name=name,
                    groups_name=groups.name,
                    count=len(set(values)),
                ),
                msg("The audit would publish them. Take the column out, or put the values into groups."),
            )
    return attributes


def _spelling(known: dict[tuple[str, str], str], name: str, value: str) -> str:
    """The first spelling that the table uses for this value."""
    return known.setdefault((name, spelling(value)), value)


def write_audit(found: Audit, folder: Path, audited_at: str) -> tuple[Path, ...]:
    """Write audit.json, audit.html and audit.csv into `folder`; returns their paths.

    Args:
        audited_at: date for the published page, ISO 8601.

    Raises:
        OutputError: the folder cannot be written.
    """
    document = to_document(found)
    template = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines"), autoescape=True, undefined=jinja2.StrictUndefined
    ).get_template("audit.html.j2")
    page = template.render(audit=found, audited_at=audited_at, share=_share, figure=_figure, names=NAMES)
    files = (folder / "audit.json", folder / "audit.html", folder / "audit.csv")
    with writing(folder):
        for path, data in zip(files, (dump(document).encode(), page.encode(), _csv(found)), strict=True):
            write_whole(path, data)
    return files


NAMES: Mapping[str, Text] = {
    "selection": msg("Selection rate"),
    "scoring": msg("Scoring rate (above the median)"),
}


def to_document(found: Audit) -> dict[str, object]:
    """The audit as JSON values; undefined figures are null."""
    return {
        "schema": SCHEMA,
        "kit": {"id": found.ruler.kit_id, "version": found.ruler.kit_version, "sha256": found.ruler.kit_sha256},
        "scorer": found.ruler.scorer,
        "people": found.people,
        "without_score": found.without_score,
        "not_in_table": found.not_in_table,
        "unmatched": list(found.unmatched),
        "unreadable": [{"folder": one.folder, "code": one.error.code} for one in found.broken],
        "tables": [
            {
                "kind": table.kind,
                "attributes": list(table.attributes),
                "n": table.n,
                "unknown": table.unknown + table.undecided,
                "median_score": _finite(table.median_score),
                "rows": [_row(row) for row in table.rows],
            }
            for table in found.tables
        ],
    }


def _row(row: GroupRow) -> dict[str, object]:
    return {
        "group": list(row.group),
        "n": row.n,
        "hits": row.hits,
        "rate": _finite(row.rate),
        "impact_ratio": _finite(row.impact_ratio),
        "impact_ratio_interval": [_finite(row.ratio_low), _finite(row.ratio_high)],
        "standardised_difference": _finite(row.standardised_difference),
        "standardised_difference_interval": [_finite(row.difference_low), _finite(row.difference_high)],
        "left_out": row.left_out,
        "below_four_fifths": row.below_four_fifths,
    }


def _csv(found: Audit) -> bytes:
    header = [
        *("rate", "attributes", "group", "n", "hits", "rate_value", "impact_ratio", "ratio_low", "ratio_high"),
        *("standardised_difference", "difference_low", "difference_high", "left_out_under_2_percent"),
    ]
    rows = []
    for table in found.tables:
        for row in table.rows:
            numbers: Sequence[float | None] = (
                *(row.rate, row.impact_ratio, row.ratio_low, row.ratio_high),
                *(row.standardised_difference, row.difference_low, row.difference_high),
            )
            cells = [table.kind, " x ".join(table.attributes), " / ".join(row.group), str(row.n), str(row.hits)]
            rows.append([*cells, *(_figure(number) for number in numbers), "yes" if row.left_out else "no"])
    return write_csv(header, rows)


def _selected(path: Path, row: Row) -> bool | None:
    raw = row.cells.get("selected", "").lower()
    if not raw:
        return None
    if raw not in SELECTED:
        raise _bad_row(path, row, msg("the value “{raw}” of selected is not understood", raw=raw))
    return SELECTED[raw]


def _mixed(rulers: set[Ruler]) -> UsageError:
    names = ", ".join(sorted(f"{ruler.kit_id} v{ruler.kit_version} ({ruler.scorer})" for ruler in rulers))
    return UsageError(
        "audit.mixed_kits",
        msg("The interviews are of several kits or scorers: {names}.", names=names),
        msg("Their scores have no common median. Choose one with --kit, or make a table for each."),
    )


def _nobody(groups: Path) -> UsageError:
    return UsageError(
        "audit.nobody",
        msg("No interview in {name} has a score.", name=groups.name),
        msg("Column interview holds the interviews' ids (the names of the folders of their report.json)."),
    )


def _bad_row(path: Path, row: Row, problem: Text) -> UsageError:
    return UsageError(
        "audit.row",
        msg("{name}, line {number}: {problem}.", name=path.name, number=row.number, problem=problem),
        msg("Use yes/no for selected; one line per interview."),
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 4)


def _figure(value: float | None) -> str:
    """A number as text that no spreadsheet takes for a formula; empty when undefined."""
    finite = _finite(value)
    if finite is None:
        return ""
    return f"{finite:.3f}" if finite >= 0 else f"−{-finite:.3f}"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"
