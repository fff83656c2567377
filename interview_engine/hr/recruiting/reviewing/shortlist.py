"""The ranked list of a requisition: who needs a person first, then tie groups, and why for everybody (A9, A18).

Read from the columns that assessments leave behind; the rules are those of
interview_engine.assessment.comparing.ranking. Every application is in it: those without an assessment stand apart with
the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.match import stored_match_band
from interview_engine.assessment.comparing.ranking import (
    Entry,
    KitRanking,
    Ranked,
    Remark,
    Ruler,
    competency_reasons,
    rank,
)
from interview_engine.assessment.scoring import Score
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency.service import KitLabel, kit_labels
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying.lists import HIDDEN
from interview_engine.hr.recruiting.reach import allowed, requisition_for
from interview_engine.hr.recruiting.reviewing.assessments import entry_competencies, remark_of
from interview_engine.hr.recruiting.reviewing.overrides import scores_by_people
from interview_engine.hr.recruiting.reviewing.same_answers import SAME, with_same_answers
from interview_engine.hr.recruiting.tables import Application, Assessment, Requisition
from interview_engine.i18n import Text, msg

OVER = ("rejected", "withdrawn", "not_started")

NO_ASSESSMENT: Mapping[str, Remark] = {
    stage: Remark(f"waiting.{stage}", text)
    for stage, text in (
        ("new", msg("Applied; not invited yet.")),
        ("screening", msg("In screening; not invited yet.")),
        ("invited", msg("Invited; the interview has not begun.")),
        ("interviewing", msg("The interview is in progress.")),
        ("review", msg("Submitted; assessment or human review in progress.")),
        ("offer", msg("No assessment by the program; a person decided.")),
        ("hired", msg("No assessment by the program; a person decided.")),
        ("rejected", msg("No assessment by the program; a person decided.")),
        ("withdrawn", msg("The candidate has withdrawn.")),
        ("not_started", msg("Hired, but did not come on the first day.")),
    )
}


@dataclass(frozen=True, slots=True)
class RankedRow:
    """One candidate in the list.

    Args:
        above_bar: the score that counts (a person's where one was given) reaches the requisition's bar; None without.
        place: section and tie group; its `entry` holds score, competencies and what needs review. All reasons are in
            `reasons`, its own are a part of them.
        about_bar: where the score stands to the bar, what people gave for competencies, whether what asked for a
            person was looked at, and whether an answer is nearly another candidate's.
        human_scores: what people gave for competencies, 0..10 by code; the engine's stays in `place`.
    """

    application_id: str
    person_id: str
    name: str
    synthetic: bool
    stage: str
    stage_since: datetime
    channel: str
    assessment_id: str
    human_score: float | None
    above_bar: bool | None
    place: Ranked
    about_bar: tuple[Remark, ...]
    human_scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def match_band(self) -> tuple[float, float] | None:
        """Lowest and highest match, 0..100, counting what was not assessed. Worked out on request, as the reasons."""
        return stored_match_band(self.place.entry.competencies, self.place.entry.match_percent)

    @property
    def reasons(self) -> tuple[Remark, ...]:
        """The reasons for the candidate's place, in order. Worded on request: a page shows a few of thousands."""
        listed = competency_reasons(self.place.entry) if self.place.group is not None else ()
        return (*self.about_bar, *self.place.reasons, *listed)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One candidate without an assessment, and why."""

    application_id: str
    person_id: str
    name: str
    synthetic: bool
    stage: str
    stage_since: datetime
    channel: str
    reason: Remark


@dataclass(frozen=True, slots=True)
class RankedList:
    """The list of one ruler (kit version and scorer): only scores of one ruler are compared."""

    ruler: Ruler
    role: Text
    groups: int
    rows: tuple[RankedRow, ...]


@dataclass(frozen=True, slots=True)
class RankedPage:
    """The whole shortlist of a requisition.

    Args:
        lists: one for each ruler, usually there is one.
        waiting: without an assessment.
        above, below: candidates with a score at or above the bar, and under it; `unscored` cannot be assessed.
    """

    requisition_id: str
    bar: float
    lists: tuple[RankedList, ...]
    waiting: tuple[WaitingRow, ...]
    above: int
    below: int
    unscored: int

    @property
    def total(self) -> int:
        """All candidates in it."""
        return self.above + self.below + self.unscored + len(self.waiting)


def ranked(session: Session, actor: Actor, requisition_id: str, *, with_over: bool = False) -> RankedPage:
    """The shortlist. 2,000 candidates take a few hundred milliseconds at most (bench, not test).

    Args:
        with_over: those who were rejected or withdrew too.

    Raises:
        NotFoundError, PermissionDenied: needs "interview" read; names need "contact" read.
    """
    requisition = requisition_for(session, actor, requisition_id, "interview", "read")
    names = allowed(session, actor, requisition, "contact", "read")
    rows = session.execute(scored_rows(requisition_id, with_over)).all()
    by_application = {row.id: row for row in rows}
    labels = kit_labels(session, (row.kit_version_id for row in rows))
    people, same = scores_by_people(session, requisition_id), with_same_answers(session, by_application)
    lists = tuple(
        ranked_list(kit_ranking, by_application, requisition, names, people, same)
        for kit_ranking in rank(entry_of(row, labels[row.kit_version_id], names) for row in rows)
    )
    sides = [row.above_bar for one in lists for row in one.rows]
    return RankedPage(
        requisition_id,
        requisition.bar,
        lists,
        _waiting(session, requisition_id, with_over, names),
        sum(side is True for side in sides),
        sum(side is False for side in sides),
        sum(side is None for side in sides),
    )


def compared(session: Session, actor: Actor, application_ids: Sequence[str]) -> tuple[RankedRow, ...]:
    """Two to four candidates of one requisition side by side, in the order asked for; unknown ones are left out."""
    first = session.scalar(select(Application.requisition_id).where(Application.id.in_(application_ids)).limit(1))
    if first is None:
        return ()
    page = ranked(session, actor, first, with_over=True)
    found = {row.application_id: row for one in page.lists for row in one.rows}
    return tuple(found[one] for one in application_ids if one in found)


def scored_rows(requisition_id: str, with_over: bool) -> Any:
    """The statement of everything that a row is made from; narrow it to read some rows only."""
    statement = (
        select(
            Application.id,
            Application.person_id,
            Application.stage,
            Application.stage_since,
            Application.channel,
            Application.section,
            Application.human_score,
            Person.name,
            Person.synthetic,
            Assessment.id.label("assessment_id"),
            Assessment.status,
            Assessment.reason,
            Assessment.scorer,
            Assessment.score_value,
            Assessment.score_low,
            Assessment.score_high,
            Assessment.match_percent,
            Assessment.assessed_weight,
            Assessment.competencies,
            Assessment.needs_review,
            Assessment.kit_version_id,
        )
        .join(Assessment, Assessment.id == Application.assessment_id)
        .join(Person, Person.id == Application.person_id)
        .where(Application.requisition_id == requisition_id)
    )
    return statement if with_over else statement.where(Application.stage.not_in(OVER))


def entry_of(row: Any, kit: KitLabel, names: bool) -> Entry:
    """A row of `scored_rows` as an entry of the ranking.

    A settled review (section "ranked" although the engine asked for a look) no longer stands first.
    """
    settled = row.section == "ranked"
    score = None if row.score_value is None else Score(row.score_value, row.score_low, row.score_high)
    asked = tuple(remark for one in row.needs_review if (remark := remark_of(one)) is not None)
    if row.section == "needs_review" and not asked:
        asked = (RERATING,)
    return Entry(
        interview_id=row.id,
        candidate=row.name if names else row.id,
        ruler=Ruler(kit.kit_id, kit.version, kit.sha256, row.scorer),
        role=kit.role,
        status=row.status,
        reason=remark_of(row.reason),
        match_percent=row.match_percent,
        score=score,
        assessed_weight=row.assessed_weight,
        competencies=(),  # they move no place; `_row` puts them in
        needs_review=() if settled else asked,
    )


RERATING = Remark("review.rerating_requested", msg("The candidate requests a human review."))
SAME_ANSWER = Remark("integrity.same_as_another", SAME)
SETTLED = Remark("review.settled", msg("The open points have been reviewed."))


def ranked_list(
    ranking: KitRanking,
    rows: Mapping[str, Any],
    requisition: Requisition,
    names: bool,
    people: Mapping[str, Mapping[str, float]],
    same: Collection[str],
) -> RankedList:
    """A ranking of entries with what the list shows of each beside it; `people` is what `scores_by_people` says, `same`
    what `with_same_answers` does."""
    return RankedList(
        ranking.ruler,
        ranking.role,
        ranking.groups,
        tuple(
            _row(
                place,
                rows[place.entry.interview_id],
                requisition.bar,
                names,
                people.get(place.entry.interview_id, {}),
                (SAME_ANSWER,) if place.entry.interview_id in same else (),
            )
            for place in ranking.candidates
        ),
    )


def _row(
    place: Ranked, row: Any, bar: float, names: bool, people: Mapping[str, float], signals: tuple[Remark, ...]
) -> RankedRow:
    counted = row.human_score if row.human_score is not None else row.score_value
    above = None if counted is None else counted >= bar
    about = _bar_reason(row, bar, above)
    settled = (SETTLED,) if row.section == "ranked" and row.needs_review else ()
    candidate = row.name if names else HIDDEN
    competencies = entry_competencies(row.competencies)
    entry = replace(place.entry, candidate=candidate, competencies=competencies)
    return RankedRow(
        row.id,
        row.person_id,
        row.name if names else HIDDEN,
        row.synthetic,
        row.stage,
        row.stage_since,
        row.channel,
        row.assessment_id,
        row.human_score,
        above,
        replace(place, entry=entry),
        (*about, *_by_people(entry, people), *settled, *signals),
        people,
    )


def _by_people(entry: Entry, people: Mapping[str, float]) -> tuple[Remark, ...]:
    """What people gave beside the engine's score of a competency, in the competencies' order."""
    remarks = []
    for one in entry.competencies:
        if one.competency_id in people:
            human = f"{people[one.competency_id]:.1f}"
            engine = "–" if one.score is None else f"{one.score.value:.1f}"
            text = msg(
                "{competency}: person {human} / engine {engine}.", competency=one.name, human=human, engine=engine
            )
            remarks.append(Remark("review.override", text))
    return tuple(remarks)


def _bar_reason(row: Any, bar: float, above: bool | None) -> tuple[Remark, ...]:
    if above is None:
        return ()
    if row.human_score is not None:
        value = f"{row.human_score:.1f}"
        if above:
            return (
                Remark("bar.above", msg("A person gave {value}: reaches the bar of {bar:g}.", value=value, bar=bar)),
            )
        return (Remark("bar.below", msg("A person gave {value}: below the bar of {bar:g}.", value=value, bar=bar)),)
    value = f"{row.score_value:.1f}"
    if row.score_low < bar <= row.score_high:
        text = (
            msg("Score {value} is at or above the bar of {bar:g}, but its band crosses it: needs your judgement.")
            if above
            else msg("Score {value} is below the bar of {bar:g}, but its band crosses it: needs your judgement.")
        )
        return (Remark("bar.borderline", text.filled(value=value, bar=bar)),)
    if above:
        return (Remark("bar.above", msg("Score {value}: reaches the bar of {bar:g}.", value=value, bar=bar)),)
    return (Remark("bar.below", msg("Score {value}: below the bar of {bar:g}.", value=value, bar=bar)),)


def _waiting(session: Session, requisition_id: str, with_over: bool, names: bool) -> tuple[WaitingRow, ...]:
    statement = (
        select(
            Application.id,
            Application.person_id,
            Person.name,
            Person.synthetic,
            Application.stage,
            Application.stage_since,
            Application.channel,
        )
        .join(Person, Person.id == Application.person_id)
        .where(Application.requisition_id == requisition_id, Application.assessment_id.is_(None))
        .order_by(Application.id)
    )
    if not with_over:
        statement = statement.where(Application.stage.not_in(OVER))
    return tuple(
        WaitingRow(key, person, name if names else HIDDEN, synthetic, stage, since, channel, NO_ASSESSMENT[stage])
        for key, person, name, synthetic, stage, since, channel in session.execute(statement).tuples()
    )
