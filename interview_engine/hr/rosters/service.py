"""The door of rosters."""

from __future__ import annotations

from interview_engine.hr.rosters.board import Board, board, board_of, explained
from interview_engine.hr.rosters.editing import Change, set_cells, set_need
from interview_engine.hr.rosters.making import NewRoster, change, make, remove
from interview_engine.hr.rosters.own import OwnMonth, end_feed, new_feed, own_month, own_post, read_feed
from interview_engine.hr.rosters.planning import Proof, ToSolve, begin, not_planned, planned, to_solve
from interview_engine.hr.rosters.publishing import publish, take_back
from interview_engine.hr.rosters.rules import METHODS, RULES, STATES, Rules, forbids, sentence, standard_rules
from interview_engine.hr.rosters.staff import (
    NewNeed,
    NewStaff,
    NewWish,
    drop_wish,
    set_need_usual,
    set_staff,
    set_wish,
)
from interview_engine.hr.rosters.standing import WORK, is_planning, roster_for

__all__ = [
    "METHODS",
    "RULES",
    "STATES",
    "WORK",
    "Board",
    "Change",
    "NewNeed",
    "NewRoster",
    "NewStaff",
    "NewWish",
    "OwnMonth",
    "Proof",
    "Rules",
    "ToSolve",
    "begin",
    "board",
    "board_of",
    "change",
    "drop_wish",
    "end_feed",
    "explained",
    "forbids",
    "is_planning",
    "make",
    "new_feed",
    "not_planned",
    "own_month",
    "own_post",
    "planned",
    "publish",
    "read_feed",
    "remove",
    "roster_for",
    "sentence",
    "set_cells",
    "set_need",
    "set_need_usual",
    "set_staff",
    "set_wish",
    "standard_rules",
    "take_back",
    "to_solve",
]
