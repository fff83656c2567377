"""Rank the reports of a folder: read what the ranking needs of each, write ranking.json and ranking.html whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

import interview_engine
from interview_engine.assessment.comparing.ranking import (
    Entry,
    EntryCompetency,
    KitRanking,
    Ranked,
    Remark,
    Ruler,
    rank,
)
from interview_engine.assessment.fulfilment import Measure
from interview_engine.assessment.scoring import Score, Status
from interview_engine.errors import InterviewEngineError, ReportError, UsageError
from interview_engine.i18n import LocalizedText, msg
from pipelines.reports.cues_document import Document, number
from pipelines.reports.document import SCALE, both
from pipelines.reports.ranking_html import render
from pipelines.reports.reading import REDO, dump, problem, unreadable
from pipelines.writing import write_whole, writing

SCHEMA = "interview-ranking/1"

# The parts of a report that the ranking reads. The rest is checked for being JSON and skipped without being built, so
# that 2,000 reports of half a megabyte take two seconds instead of half a minute.


class _Text(msgspec.Struct, frozen=True):
    zh: str
    en: str


class _Reason(msgspec.Struct, frozen=True):
    code: str
    text: _Text


class _Score(msgspec.Struct, frozen=True):
    value: float
    low: float
    high: float


class _Evidence(msgspec.Struct, frozen=True):
    answer: str
    quote: str
    polarity: Literal["for", "against"]
    unsure: list[tuple[int, int]] = []


class _Competency(msgspec.Struct, frozen=True):
    id: str
    name: _Text
    weight: float
    required_level: float
    is_delivery: bool
    reason: _Reason | None
    score: _Score | None
    evidence: list[_Evidence]


class _Kit(msgspec.Struct, frozen=True):
    id: str
    version: int
    role: _Text


class _Interview(msgspec.Struct, frozen=True):
    id: str
    candidate: str
    synthetic: bool
    kit: _Kit


class _Overall(msgspec.Struct, frozen=True):
    status: Status
    reason: _Reason | None
    match_percent: float | None
    score: _Score | None
    assessed_weight: float
    measure: Measure = "fulfilment/1"
    match_low: float | None = None
    match_high: float | None = None


class _Provenance(msgspec.Struct, frozen=True):
    kit_sha256: str
    scorer: str


class _Report(msgspec.Struct, frozen=True):
    schema: Literal["interview-report/1", "interview-report/2"]
    interview: _Interview
    overall: _Overall
    needs_review: list[_Reason]
    competencies: list[_Competency]
    provenance: _Provenance


@dataclass(frozen=True, slots=True)
class Source:
    """What the list shows of a report beyond its place.

    Args:
        folder: name of the report's folder, beside ranking.html.
        quotes: per competency the first quote for and the first against, with their numbers in the report.
    """

    folder: str
    synthetic: bool
    quotes: dict[str, tuple[tuple[int, _Evidence], ...]]


@dataclass(frozen=True, slots=True)
class Broken:
    """A report that could not be read, and why."""

    folder: str
    error: InterviewEngineError


@dataclass(frozen=True, slots=True)
class FolderRanking:
    """All lists of a folder, the sources by interview id, and what could not be read."""

    kits: tuple[KitRanking, ...]
    sources: dict[str, Source]
    broken: tuple[Broken, ...]

    @property
    def candidates(self) -> int:
        """How many reports were ranked."""
        return sum(len(kit.candidates) for kit in self.kits)


def rank_folder(folder: Path) -> FolderRanking:
    """Rank the reports in `folder`/<interview>/report.json. One that cannot be read is listed with its error.

    Raises:
        UsageError: `ranking.no_folder`.
    """
    if not folder.is_dir():
        raise UsageError(
            "ranking.no_folder",
            msg("There is no folder {folder}.", folder=folder),
            msg("Give the folder that assess wrote with --out."),
        )
    entries: dict[str, Entry] = {}
    sources: dict[str, Source] = {}
    broken: list[Broken] = []
    for path in sorted(folder.glob("*/report.json")):
        if path.parent.name.startswith("."):
            continue
        try:
            report = _read(path)
            if report.interview.id in entries:
                raise twice(path.parent.name, report.interview.id, sources[report.interview.id].folder)
            entries[report.interview.id] = _entry(report)
            sources[report.interview.id] = _source(report, path.parent.name)
        except ReportError as error:
            broken.append(Broken(path.parent.name, error))
    return FolderRanking(rank(entries.values()), sources, tuple(broken))


def write_ranking(folder: Path, *, language: str = "zh") -> FolderRanking:
    """Rank the reports of `folder` and write ranking.json and ranking.html into it, each whole.

    Args:
        language: in which the page opens, "zh" or "en"; both are in it.

    Raises:
        UsageError: `ranking.no_folder`. OutputError: `output.disk_full`, `output.not_writable`.
    """
    ranking = rank_folder(folder)
    document = to_document(ranking)
    with writing(folder):
        write_whole(folder / "ranking.json", dump(document).encode("utf-8"))
        write_whole(folder / "ranking.html", render(document, language=language).encode("utf-8"))
    return ranking


def to_document(ranking: FolderRanking) -> Document:
    """The ranking as JSON values (docs/report.md), the same for the same reports."""
    return {
        "schema": SCHEMA,
        "producer": f"interview-engine {interview_engine.__version__}",
        "kits": [_kit_object(kit, ranking.sources) for kit in ranking.kits],
        "unreadable": [
            {
                "folder": broken.folder,
                "code": broken.error.code,
                "text": {language: broken.error.text(language) for language in ("zh", "en")},
            }
            for broken in ranking.broken
        ],
    }


def _read(path: Path) -> _Report:
    """The parts the ranking needs.

    Raises:
        ReportError: `report.unreadable`, `report.invalid`.
    """
    try:
        report = msgspec.json.decode(path.read_bytes(), type=_Report)
    except msgspec.ValidationError as error:
        raise _invalid(path, str(error)) from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(path, problem(error)) from error
    scores = [report.overall.score, *(competency.score for competency in report.competencies)]
    if any(score is not None and not 0.0 <= score.low <= score.value <= score.high <= SCALE for score in scores):
        raise _invalid(path, "a score is not 0 <= low <= value <= high <= 10")
    if any(not 1.0 <= competency.required_level <= 5.0 for competency in report.competencies):
        raise _invalid(path, "a required level is not 1..5")
    assessed = report.overall.status != "cannot_assess"
    if assessed != (report.overall.score is not None) or assessed != (report.overall.match_percent is not None):
        raise _invalid(path, "overall.status does not agree with overall.score and overall.match_percent")
    return report


def stored_entry(path: Path) -> Entry:
    """What a report.json says, as the ranking reads it.

    Raises:
        ReportError: `report.unreadable`, `report.invalid`.
    """
    return _entry(_read(path))


def _invalid(path: Path, problem: str) -> ReportError:
    name = f"{path.parent.name}/{path.name}"
    return ReportError(
        "report.invalid",
        msg("{name} is not a valid report: {problem}.", name=name, problem=problem),
        REDO,
    )


def twice(folder: str, interview_id: str, first: str) -> ReportError:
    """The error of a second report of one interview."""
    return ReportError(
        "report.twice",
        msg(
            "{folder} and {first} are the same interview ({interview_id}).",
            folder=folder,
            first=first,
            interview_id=interview_id,
        ),
        msg("Move one of them away."),
    )


def _remark(reason: _Reason | None) -> Remark | None:
    return None if reason is None else Remark(reason.code, LocalizedText(reason.text.zh, reason.text.en))


def _score(score: _Score | None) -> Score | None:
    return None if score is None else Score(score.value, score.low, score.high)


def _entry(report: _Report) -> Entry:
    kit = report.interview.kit
    return Entry(
        interview_id=report.interview.id,
        candidate=report.interview.candidate,
        ruler=Ruler(kit.id, kit.version, report.provenance.kit_sha256, report.provenance.scorer),
        role=LocalizedText(kit.role.zh, kit.role.en),
        status=report.overall.status,
        reason=_remark(report.overall.reason),
        match_percent=report.overall.match_percent,
        score=_score(report.overall.score),
        assessed_weight=report.overall.assessed_weight,
        competencies=tuple(
            EntryCompetency(
                competency.id,
                LocalizedText(competency.name.zh, competency.name.en),
                competency.weight,
                competency.required_level,
                competency.is_delivery,
                _score(competency.score),
                _remark(competency.reason),
            )
            for competency in report.competencies
        ),
        match_band=_band(report.overall),
        measure=report.overall.measure,
        needs_review=tuple(Remark(r.code, LocalizedText(r.text.zh, r.text.en)) for r in report.needs_review),
    )


def _band(overall: _Overall) -> tuple[float, float] | None:
    low, high = overall.match_low, overall.match_high
    return None if low is None or high is None else (low, high)


def _source(report: _Report, folder: str) -> Source:
    """The numbers of quotes count through the report as on its page, so that a link can open one."""
    quotes: dict[str, tuple[tuple[int, _Evidence], ...]] = {}
    count = 0
    for competency in report.competencies:
        strongest: dict[str, tuple[int, _Evidence]] = {}
        for at, evidence in enumerate(competency.evidence, start=count):
            strongest.setdefault(evidence.polarity, (at, evidence))
        count += len(competency.evidence)
        quotes[competency.id] = tuple(strongest.values())
    return Source(folder, report.interview.synthetic, quotes)


def _kit_object(kit: KitRanking, sources: dict[str, Source]) -> Document:
    sections = [place.section for place in kit.candidates]
    first = kit.candidates[0].entry
    return {
        "kit": {"id": kit.ruler.kit_id, "version": kit.ruler.kit_version, "sha256": kit.ruler.kit_sha256},
        "scorer": kit.ruler.scorer,
        "role": both(kit.role),
        "counts": {section: sections.count(section) for section in ("cannot_assess", "needs_review", "ranked")},
        "groups": kit.groups,
        "competencies": [
            {
                "id": competency.competency_id,
                "name": both(competency.name),
                "weight": competency.weight,
                "required_level": competency.required_level,
                "is_delivery": competency.is_delivery,
            }
            for competency in first.competencies
        ],
        "candidates": [_place(place, sources[place.entry.interview_id]) for place in kit.candidates],
    }


def _place(place: Ranked, source: Source) -> Document:
    entry = place.entry
    return {
        "interview": entry.interview_id,
        "folder": source.folder,
        "candidate": entry.candidate,
        "synthetic": source.synthetic,
        "section": place.section,
        "group": place.group,
        "status": entry.status,
        "match_percent": None if entry.match_percent is None else number(entry.match_percent, 4),
        "match_low": None if entry.match_band is None else number(entry.match_band[0], 4),
        "match_high": None if entry.match_band is None else number(entry.match_band[1], 4),
        "coverage": entry.coverage,
        "score": _score_object(entry.score),
        "assessed_weight": number(entry.assessed_weight, 4),
        "reasons": [{"code": reason.code, "text": both(reason.text)} for reason in place.reasons],
        "competencies": [
            {
                "id": competency.competency_id,
                "score": _score_object(competency.score),
                "meets": competency.meets,
                "reason": None
                if competency.reason is None
                else {"code": competency.reason.code, "text": both(competency.reason.text)},
                "quotes": [
                    {
                        "number": at,
                        "polarity": evidence.polarity,
                        "answer": evidence.answer,
                        "quote": evidence.quote,
                        "unsure": [list(span) for span in evidence.unsure],
                    }
                    for at, evidence in source.quotes[competency.competency_id]
                ],
            }
            for competency in entry.competencies
        ],
    }


def _score_object(score: Score | None) -> Document | None:
    if score is None:
        return None
    return {"value": number(score.value, 4), "low": number(score.low, 4), "high": number(score.high, 4)}
