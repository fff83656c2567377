"""The refusals that many services share, so that they read alike everywhere."""

from __future__ import annotations

from interview_engine.errors import Bilingual, ConflictError, InvalidInput, NotFoundError

LOOK_AGAIN = Bilingual("请刷新页面后再看。", "Reload the page and look again.")


def missing(what: str, zh: str, en: str) -> NotFoundError:
    """There is no such row (or not for this person): `not_found.<what>`; `zh`, `en` name the thing."""
    return NotFoundError(
        f"not_found.{what}",
        Bilingual(f"找不到这个{zh}。", f"There is no such {en}."),
        Bilingual("请检查链接，或回到列表重新选择。", "Check the link, or go back to the list and choose again."),
    )


def conflict(code: str, zh: str, en: str, next_step: Bilingual = LOOK_AGAIN) -> ConflictError:
    """It cannot be done in the state things are in."""
    return ConflictError(code, Bilingual(zh, en), next_step)


def invalid(field: str, code: str, zh: str, en: str, next_zh: str, next_en: str) -> InvalidInput:
    """A value that was given cannot be used."""
    return InvalidInput(code, Bilingual(zh, en), Bilingual(next_zh, next_en), field=field)


def required(field: str, zh: str, en: str) -> InvalidInput:
    """A value that must be given was not: `input.required`."""
    return invalid(
        field,
        "input.required",
        f"请填写{zh}。",
        f"Please give the {en}.",
        "填好后再提交。",
        "Fill it in and send again.",
    )


def text_within(value: str, field: str, zh: str, en: str, most: int, *, least: int = 1) -> str:
    """The text without spaces around it.

    Raises:
        InvalidInput: `input.required` when shorter than `least`, `input.too_long` when longer than `most` characters.
    """
    clean = value.strip()
    if len(clean) < least:
        raise required(field, zh, en)
    if len(clean) > most:
        raise invalid(
            field,
            "input.too_long",
            f"{zh}超过 {most} 个字符。",
            f"The {en} is longer than {most} characters.",
            "请缩短后再提交。",
            "Shorten it and send again.",
        )
    return clean
