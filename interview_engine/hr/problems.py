"""Refusals that many services share, worded alike everywhere.

`thing` names what is meant, in lower case: msg("department").
"""

from __future__ import annotations

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError
from interview_engine.i18n import Text, msg

LOOK_AGAIN = msg("Reload the page and check again.")


def missing(what: str, thing: Text) -> NotFoundError:
    """No such row, or not for this person: `not_found.<what>`."""
    return NotFoundError(
        f"not_found.{what}",
        msg("There is no such {thing}.", thing=thing),
        msg("Check the link, or go back to the list and choose again."),
    )


def conflict(code: str, message: Text, next_step: Text = LOOK_AGAIN) -> ConflictError:
    """A conflict with the current state."""
    return ConflictError(code, message, next_step)


def invalid(field: str, code: str, message: Text, next_step: Text) -> InvalidInput:
    """An invalid value of a field."""
    return InvalidInput(code, message, next_step, field=field)


def required(field: str, thing: Text) -> InvalidInput:
    """A required value is missing: `input.required`."""
    return invalid(field, "input.required", msg("Enter the {thing}.", thing=thing), msg("Fill it in and send again."))


def text_within(value: str, field: str, thing: Text, most: int, *, least: int = 1) -> str:
    """The text without spaces around it.

    Raises:
        InvalidInput: `input.required` when shorter than `least`, `input.too_long` when longer than `most` characters.
    """
    clean = value.strip()
    if 0 < len(clean) < least:
        raise invalid(
            field,
            "input.required",
            msg("The {thing} needs at least {least} characters.", thing=thing, least=least),
            msg("Write a little more and send again."),
        )
    if len(clean) < least:
        raise required(field, thing)
    if len(clean) > most:
        raise invalid(
            field,
            "input.too_long",
            msg("The {thing} is longer than {most} characters.", thing=thing, most=most),
            msg("Shorten it and send again."),
        )
    return clean
