"""Surveys to people: designed, sent as links, answered once, counted, and folded into the competency record (B2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import GoneError, NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, check_persons, owner_for, reaches_group, require, visible
from interview_engine.hr.competency.model import competency_model
from interview_engine.hr.competency.survey_rules import (
    Counted,
    ScaleResult,
    checked_answers,
    checked_questions,
    count_items,
    scale_result,
    self_ratings,
)
from interview_engine.hr.competency.tables import CompetencyEvidence, Survey, SurveyResponse
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import LocalizedText, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest, token


@dataclass(frozen=True, slots=True)
class IssuedSurvey:
    """A survey on its way to one person. `token` is in the link and nowhere else."""

    response: SurveyResponse
    token: str


@dataclass(frozen=True, slots=True)
class OpenedSurvey:
    """What the person's page shows; `answered`: the answers are in."""

    survey: Survey
    person: Person
    answered: bool


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question's results: `scale` for a scale, `items` for top three, `texts` for open answers."""

    question: Mapping[str, Any]
    answers: int
    scale: ScaleResult | None = None
    items: tuple[Counted, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """What came back of `sent` surveys."""

    survey: Survey
    sent: int
    answered: int
    questions: tuple[QuestionResult, ...]


def create_survey(
    session: Session,
    actor: Actor,
    title: LocalizedText,
    questions: Iterable[Mapping[str, Any]],
    clock: Clock,
    *,
    closes_at: datetime | None = None,
    legal_entity_id: str | None = None,
) -> Survey:
    """A draft; see `survey_rules.checked_questions` for what questions are.

    Args:
        legal_entity_id: the company it will belong to; see `access.service.owner_for`.

    Raises:
        PermissionDenied: the owner is out of reach.
        InvalidInput: questions or title.
    """
    require(actor, "public", "manage")
    owner = owner_for(session, actor, legal_entity_id)
    if not (title.zh.strip() and title.en.strip()):
        raise invalid(
            "title",
            "survey.text",
            msg("Both Chinese and English are needed."),
            msg("Enter the title."),
        )
    known = frozenset(row.code for row in competency_model(session, actor))
    survey = Survey(
        **stamp(actor.id, clock),
        legal_entity_id=owner,
        title=asdict(title),
        questions=checked_questions(questions, known),
        state="draft",
        closes_at=closes_at,
    )
    session.add(survey)
    session.flush()
    audit.record(session, actor.id, "survey.create", f"survey:{survey.id}", {}, clock)
    return survey


def send_survey(
    session: Session, actor: Actor, survey_id: str, person_ids: Iterable[str], clock: Clock
) -> tuple[IssuedSurvey, ...]:
    """Send it to people, each with a link of their own. Who has answered is left out; who has not gets a new link,
    and the old one ends.

    Raises:
        PermissionDenied: the survey or a person is out of reach. NotFoundError: survey or a person.
        ConflictError: `survey.closed`.
    """
    survey = _managed(session, actor, survey_id, lock=True)
    people = tuple(dict.fromkeys(person_ids))
    if survey.state == "closed":
        raise conflict("survey.closed", msg("The survey is closed."))
    survey.state = "sent"
    touch(survey, actor.id, clock)
    issued = []
    for person_id in people:
        person = find(session, Person, person_id)
        if person is None or person.erased_at is not None:
            raise missing("person", msg("person"))
    check_persons(session, actor, "public", "manage", people)
    for person_id in people:
        secret = token()
        response = session.scalar(
            select(SurveyResponse).where(SurveyResponse.survey_id == survey.id, SurveyResponse.person_id == person_id)
        )
        if response is None:
            response = SurveyResponse(
                **stamp(actor.id, clock), survey_id=survey.id, person_id=person_id, token_hash=digest(secret)
            )
            session.add(response)
        elif response.answers is not None:
            continue
        else:
            response.token_hash = digest(secret)
            touch(response, actor.id, clock)
        session.flush()
        issued.append(IssuedSurvey(response, secret))
        key = f"survey.sent:{response.id}:{response.token_hash[:12]}"
        payload = {"survey": survey.id, "title": survey.title, "token": secret}
        tell_person(session, person_id, key, "survey.sent", payload, clock)
    audit.record(session, actor.id, "survey.send", f"survey:{survey.id}", {"people": len(issued)}, clock)
    return tuple(issued)


def open_survey(session: Session, link_token: str, clock: Clock) -> OpenedSurvey:
    """What is behind a link.

    Raises:
        NotFoundError: `survey.unknown`. GoneError: `survey.closed`.
    """
    response, survey = _by_token(session, link_token, clock, lock=False)
    person = find(session, Person, response.person_id)
    if person is None:
        raise missing("person", msg("person"))
    return OpenedSurvey(survey, person, response.answers is not None)


def answer_survey(session: Session, link_token: str, answers: Mapping[str, Any], clock: Clock) -> SurveyResponse:
    """Keep a person's answers, once, and fold scale answers into their competency record as self-ratings.

    Raises:
        NotFoundError, GoneError: see `open_survey`. ConflictError: `survey.answered`. InvalidInput: `survey.answer`.
    """
    response, survey = _by_token(session, link_token, clock, lock=True)
    if response.answers is not None:
        raise conflict("survey.answered", msg("You have answered already."))
    checked = checked_answers(survey.questions, answers)
    actor_id = f"person:{response.person_id}"
    response.answers = checked
    response.answered_at = clock.now()
    touch(response, actor_id, clock)
    for code, (score, low, high, items) in self_ratings(survey.questions, checked).items():
        session.add(
            CompetencyEvidence(
                **stamp(actor_id, clock),
                person_id=response.person_id,
                competency_code=code,
                source="survey",
                measured_at=clock.now(),
                score=score,
                low=low,
                high=high,
                ruler=f"self-rating survey:{survey.id}",
                reference=f"survey_response:{response.id}",
                detail={"items": items},
            )
        )
    session.flush()
    audit.record(session, actor_id, "survey.answer", f"survey_response:{response.id}", {}, clock)
    return response


def close_survey(session: Session, actor: Actor, survey_id: str, clock: Clock) -> Survey:
    """Close a survey to further answers."""
    survey = _managed(session, actor, survey_id, lock=True)
    survey.state = "closed"
    touch(survey, actor.id, clock)
    audit.record(session, actor.id, "survey.close", f"survey:{survey.id}", {}, clock)
    return survey


def survey_results(session: Session, actor: Actor, survey_id: str) -> SurveyResults:
    """The answers so far, counted; open answers in full, without names, in no order of people."""
    require(actor, "interview", "read")
    survey = _managed(session, actor, survey_id)
    rows = session.scalars(select(SurveyResponse).where(SurveyResponse.survey_id == survey.id)).all()
    given = [row.answers for row in rows if row.answers is not None]
    results = tuple(_result(question, given) for question in survey.questions)
    return SurveyResults(survey, len(rows), len(given), results)


def asked_by(session: Session, actor: Actor, survey_id: str) -> frozenset[str]:
    """Ids of the persons a survey was sent to. Needs "public" manage, as the results do."""
    _managed(session, actor, survey_id)
    return frozenset(session.scalars(select(SurveyResponse.person_id).where(SurveyResponse.survey_id == survey_id)))


def list_surveys(session: Session, actor: Actor) -> tuple[Survey, ...]:
    """The surveys that the actor manages, newest first: the group's, or their companies'."""
    require(actor, "public", "manage")
    statement = select(Survey).order_by(Survey.id.desc())
    if not reaches_group(session, actor, "public", "manage"):
        there = visible(actor, "public", "manage", legal_entity=Survey.legal_entity_id)
        statement = statement.where(Survey.legal_entity_id.is_not(None), there)
    return tuple(session.scalars(statement))


def _result(question: Mapping[str, Any], given: list[dict[str, Any]]) -> QuestionResult:
    values = [answers[question["id"]] for answers in given if question["id"] in answers]
    if question["kind"] == "scale":
        return QuestionResult(question, len(values), scale=scale_result(values))
    if question["kind"] == "top3":
        return QuestionResult(question, len(values), items=count_items(values))
    return QuestionResult(question, len(values), texts=tuple(sorted(values)))


def _survey(session: Session, survey_id: str, *, lock: bool = False) -> Survey:
    survey = find(session, Survey, survey_id, lock=lock)
    if survey is None:
        raise missing("survey", msg("survey"))
    return survey


def _managed(session: Session, actor: Actor, survey_id: str, *, lock: bool = False) -> Survey:
    require(actor, "public", "manage")
    survey = _survey(session, survey_id, lock=lock)
    check_owner(session, actor, "public", "manage", survey.legal_entity_id)
    return survey


def _by_token(session: Session, link_token: str, clock: Clock, *, lock: bool) -> tuple[SurveyResponse, Survey]:
    statement = select(SurveyResponse).where(SurveyResponse.token_hash == digest(link_token))
    response = session.scalar(statement.with_for_update() if lock else statement)
    if response is None:
        raise NotFoundError(
            "survey.unknown",
            msg("This link is not valid."),
            msg("Use the link you received last."),
        )
    survey = _survey(session, response.survey_id)
    over = survey.state == "closed" or (survey.closes_at is not None and survey.closes_at <= clock.now())
    if over and response.answers is None:
        raise GoneError(
            "survey.closed",
            msg("The survey is closed."),
            msg("Thank you; no further action is needed."),
        )
    return response, survey
