"""What the Labour Contract Law makes of contracts: pure rules over days. The figures are data (`contract_law.json`).

None of them forbids anything here: HR is warned with the article, and decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from interview_engine.hr.months import add_months
from interview_engine.i18n import Text, msg

Kind = Literal["fixed", "open", "task"]
"""固定期限, 无固定期限, 以完成一定工作任务为期限."""
KINDS: tuple[Kind, ...] = get_args(Kind)

LAW: Mapping[str, Any] = json.loads(Path(__file__).with_name("contract_law.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Term:
    """The days of a contract: first, last (None of an open one), and last of the probation if one was agreed."""

    kind: Kind
    first: date
    last: date | None
    probation_last: date | None = None


@dataclass(frozen=True, slots=True)
class Warning:
    """Something the law says of a contract, with its article.

    Args:
        code: "probation.too_long", "probation.twice", "probation.only", "third.open", "long_service.open",
            "unwritten.double_pay", "unwritten.deemed_open".
    """

    code: str
    article: str
    text: Text


def last_of_months(first: date, months: int) -> date:
    """The last day of a term of so many months that begins on `first`: 1 March + 12 → 28 or 29 February.

    Where the last month has no such day, its own last day ends the term (Civil Code, article 202): 31 January + 1 → 28
    February, 29 February + 12 → 28 February.
    """
    same = add_months(first, months)
    return same if same.day < first.day else same - timedelta(days=1)


def reaches_months(first: date, last: date, months: int) -> bool:
    """Whether a term lasts at least so many months; both days included."""
    return last >= last_of_months(first, months)


def probation_limit(term: Term) -> int:
    """The longest probation in months."""
    rule = LAW["probation"]
    if term.kind == "task":
        return int(rule["task"])
    if term.kind == "open" or term.last is None:
        return int(rule["open"])
    reached = [step["months"] for step in rule["steps"] if reaches_months(term.first, term.last, step["from_months"])]
    return int(reached[-1]) if reached else 0


def reminder_day(last: date) -> date:
    """The day on which HR and the manager are told that a contract ends: exactly one month before its last day.

    Where that month has no such day it is its last one: a contract to 31 March is told of on 28 (29) February.
    """
    return add_months(last, -int(LAW["reminder_months"]))


def warnings(
    term: Term, earlier: Sequence[Term], *, service_from: date, asked_for_fixed: bool = False
) -> tuple[Warning, ...]:
    """What the law says of a new contract.

    Args:
        earlier: the person's contracts with the same company before, in the order of days.
        service_from: the first day of work for the company, without a break.
        asked_for_fixed: the employee asked for a fixed term themselves, in writing.
    """
    found: list[Warning] = []
    article = LAW["probation"]["article"]
    if term.probation_last is not None:
        limit = probation_limit(term)
        if term.probation_last > last_of_months(term.first, limit):
            found.append(
                Warning(
                    "probation.too_long",
                    article,
                    msg("A contract of this length allows {months} months of probation at most.", months=limit),
                )
            )
        if term.last is not None and term.probation_last >= term.last:
            found.append(
                Warning(
                    "probation.only",
                    article,
                    msg("A contract of a probation alone has none: its days are the term of the contract."),
                )
            )
        if earlier:
            found.append(
                Warning(
                    "probation.twice", article, msg("The same employer and employee agree on a probation only once.")
                )
            )
    if term.kind == "fixed" and not asked_for_fixed:
        found += _open_term_due(term, earlier, service_from)
    return tuple(found)


def _open_term_due(term: Term, earlier: Sequence[Term], service_from: date) -> list[Warning]:
    third, long_service = LAW["third_open"], LAW["long_service_open"]
    found: list[Warning] = []
    if _fixed_in_a_row(earlier, term.first) >= third["fixed_contracts"]:
        found.append(
            Warning(
                "third.open",
                third["article"],
                msg("After two fixed terms in a row the contract is open-ended, unless the employee asks otherwise."),
            )
        )
    if add_months(service_from, 12 * long_service["years"]) <= term.first:
        found.append(
            Warning(
                "long_service.open",
                long_service["article"],
                msg("After ten years of work the contract is open-ended, unless the employee asks otherwise."),
            )
        )
    return found


def unwritten(first_day: date, signed_from: date | None, today: date) -> Warning | None:
    """What working without a written contract has come to.

    Args:
        first_day: of work; of earlier work the month counts from the day the law came into force (article 97).
        signed_from: first day of the first written contract; None where there is none.
        today: the day it is asked.
    """
    rule, deemed = LAW["written_within"], LAW["deemed_open"]
    first_day = max(first_day, date.fromisoformat(LAW["in_force"]["from"]))
    until = today if signed_from is None else min(today, signed_from - timedelta(days=1))
    if until >= add_months(first_day, deemed["months"]):
        return Warning(
            "unwritten.deemed_open",
            deemed["article"],
            msg("A year without a written contract: an open-ended one counts as concluded."),
        )
    if until >= first_day + timedelta(days=rule["days"]):
        return Warning(
            "unwritten.double_pay",
            rule["article"],
            msg("No written contract within a month: double pay is due from day 31."),
        )
    return None


def next_term(term: Term, earlier: Sequence[Term], *, service_from: date, asked_for_fixed: bool = False) -> Term:
    """The contract that follows one with a last day, as the law and the former propose it: from the day after, of the
    same length; open-ended where that is due, unless the employee asks otherwise; without a second probation.

    Args:
        earlier: the contracts with the same company before `term`. service_from, asked_for_fixed: as in `warnings`.

    Raises:
        ValueError: the term has no last day.
    """
    if term.last is None:
        raise ValueError("an open-ended contract is not followed by another")
    first = term.last + timedelta(days=1)
    months = next(count for count in range(1, 12 * 100) if last_of_months(term.first, count) >= term.last)
    same = last_of_months(term.first, months) == term.last
    last = last_of_months(first, months) if same else first + (term.last - term.first)
    proposed = Term("fixed", first, last)
    if not asked_for_fixed and _open_term_due(proposed, [*earlier, term], service_from):
        return Term("open", first, None)
    return proposed


def overlapping(term: Term, others: Sequence[Term]) -> Term | None:
    """The first of the others that shares a day with the term; None where none does."""
    return next(
        (
            other
            for other in others
            if (term.last is None or other.first <= term.last) and (other.last is None or term.first <= other.last)
        ),
        None,
    )


def _fixed_in_a_row(earlier: Sequence[Term], before: date) -> int:
    """How many fixed terms in a row, without a gap of more than a month between them, end just before a day.

    Terms that began before the law was in force do not count (article 97); a task is no fixed term and breaks the row.
    """
    count, since = 0, date.fromisoformat(LAW["in_force"]["from"])
    follows = before
    for one in sorted(earlier, key=lambda term: term.first, reverse=True):
        if one.kind != "fixed" or one.last is None or add_months(one.last, 1) < follows or one.first < since:
            break
        count += 1
        follows = one.first
    return count
