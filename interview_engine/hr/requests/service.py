"""The door of requests: what an area declares a kind with, and what pages, routes and other areas call."""

from interview_engine.hr.requests.asking import (
    ask,
    askable,
    cancel,
    count_waiting,
    form_of,
    in_force,
    preview,
    withdraw,
)
from interview_engine.hr.requests.deciding import as_request, effects_of
from interview_engine.hr.requests.kinds import Ask, AskedKind, Effect, Line
from interview_engine.hr.requests.papers import Paper, content_of, declare_void, issue
from interview_engine.hr.requests.seeing import Seen, Summary, mine, note_read, paper_for, see

__all__ = [
    "Ask",
    "AskedKind",
    "Effect",
    "Line",
    "Paper",
    "Seen",
    "Summary",
    "as_request",
    "ask",
    "askable",
    "cancel",
    "content_of",
    "count_waiting",
    "declare_void",
    "effects_of",
    "form_of",
    "in_force",
    "issue",
    "mine",
    "note_read",
    "paper_for",
    "preview",
    "see",
    "withdraw",
]
