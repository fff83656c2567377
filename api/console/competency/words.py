"""The words for states and kinds of competency that services name by codes; values are msgids."""

from __future__ import annotations

from interview_engine.i18n import mark

COMPETENCY_KINDS: dict[str, str] = {
    "general": mark("General"),
    "professional": mark("Professional"),
    "role": mark("Role"),
}

VERSION_STATES: dict[str, str] = {"draft": mark("Draft"), "published": mark("Published"), "retired": mark("Retired")}

KIT_PARTS: dict[str, str] = {
    "weights": mark("Weights"),
    "competencies": mark("Competencies"),
    "questions": mark("Questions"),
    "kit": mark("Interview kit"),
}
"""What of a kit changes, by `KitChange.part`, in the order of the page."""

SOURCES: dict[str, str] = {
    "interview": mark("Interview"),
    "survey": mark("Survey"),
    "training": mark("Training"),
    "appraisal": mark("Appraisal"),
    "kudos": mark("Kudos"),
}

SCORERS: dict[str, str] = {
    "evidence": mark("the default scorer"),
    "judge": mark("a language model as the judge"),
    "hybrid": mark("the default scorer, with the judge beside it; a person decides where they differ"),
}
"""Who scores, by `Kit.scorer`."""

ALL: tuple[dict[str, str], ...] = (COMPETENCY_KINDS, VERSION_STATES, KIT_PARTS, SOURCES, SCORERS)
