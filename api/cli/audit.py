"""`interview-engine audit DIR --groups TABLE`: impact ratios by group, as a page, a CSV and JSON."""

from __future__ import annotations

import argparse

from api.cli.side_by_side import both
from interview_engine.clock import CHINA, SystemClock
from interview_engine.i18n import msg
from pipelines.folders.audit import Audit, audit_folder, write_audit


def run(arguments: argparse.Namespace) -> int:
    """Audit, print and write; returns 0, or 3 when a report could not be read. Raises UsageError, OutputError."""
    found = audit_folder(arguments.folder, arguments.groups, arguments.kit)
    files = write_audit(found, arguments.folder, SystemClock().now().astimezone(CHINA).date().isoformat())
    print("\n".join(_lines(found)))
    print(f"{both(msg('written'))}: {', '.join(str(path) for path in files)}")
    return 3 if found.broken else 0


def _lines(found: Audit) -> list[str]:
    lines = [f"{found.people} {both(msg('people'))}; {found.without_score} {both(msg('could not be assessed'))}"]
    if found.not_in_table:
        lines.append(f"{both(msg('reports that the table does not name'))}: {found.not_in_table}")
    lines += [f"✗ {one.folder}: {one.error.text('zh')} {one.error.text('en')}" for one in found.broken]
    if found.unmatched:
        lines.append(f"{both(msg('in the table but without a report'))}: {', '.join(found.unmatched)}")
    for table in found.tables:
        unknown = table.unknown + table.undecided
        lines.append(f"{table.kind} · {' x '.join(table.attributes)}  (n {table.n}, unknown {unknown})")
        for row in table.rows:
            ratio = "–" if row.impact_ratio is None else f"{row.impact_ratio:.2f}"
            mark = f"  {both(msg('look', context='audit'))}" if row.below_four_fifths else ""
            left_out = f"  {both(msg('under 2 %'))}" if row.left_out else ""
            lines.append(
                f"  {' / '.join(row.group):<24} {row.hits}/{row.n}  {row.rate:.2f}  ratio {ratio}{mark}{left_out}"
            )
    return lines
