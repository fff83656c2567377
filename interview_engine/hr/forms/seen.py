"""What somebody had before their eyes when they began to fill in a form: so that two who change one row lose nothing.

Pure. A form carries a mark of each value that it showed. Where a value is another one by the time it is sent, somebody
else has changed it; where what is sent is still what was shown, its sender has not touched it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from interview_engine.errors import ConflictError
from interview_engine.i18n import Text, joined, msg

_LENGTH = 12
"""Hexadecimal digits of a mark: two values of one field are held apart, nothing more is asked of it."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What happened to a row while its form was open.

    Args:
        changed: fields that are now other than they were shown, in the form's order.
        merged: what the form should show: what is there now where the sender has touched nothing, else what they typed.
    """

    changed: tuple[str, ...]
    merged: Mapping[str, str]


def marks(shown: Mapping[str, str]) -> str:
    """The marks of values as a form shows them, as one text for the form to carry."""
    return ",".join(f"{name}={_mark(value)}" for name, value in shown.items())


def meanwhile(seen: str, now: Mapping[str, str], typed: Mapping[str, str]) -> Meanwhile:
    """Compare what was shown with what is there now and what was typed.

    Args:
        seen: what `marks` gave; fields that it does not name, and a form without any, are taken for unchanged.
    """
    before = dict(part.split("=", 1) for part in seen.split(",") if "=" in part)
    changed = tuple(name for name, value in now.items() if name in before and before[name] != _mark(value))
    merged = {
        name: value if name in changed and _mark(typed.get(name, "")) == before[name] else typed.get(name, "")
        for name, value in now.items()
    }
    return Meanwhile(changed, merged)


def check_unseen(seen: str, now: Mapping[str, str], typed: Mapping[str, str], labels: Mapping[str, Text]) -> None:
    """Refuse what is sent where somebody else has changed what it stands on.

    Args:
        labels: by field, what it is called.

    Raises:
        ConflictError: `form.changed_since`, with the fields by name.
    """
    changed = meanwhile(seen, now, typed).changed
    if changed:
        raise ConflictError(
            "form.changed_since",
            msg("Somebody else has changed this meanwhile: {listed}.", listed=joined(labels[name] for name in changed)),
            msg("What is there now stands beside what you typed. Look at both, and save again."),
        )


def _mark(value: str) -> str:
    return hashlib.sha256(value.replace("\r\n", "\n").strip().encode()).hexdigest()[:_LENGTH]
