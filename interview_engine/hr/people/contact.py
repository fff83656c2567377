"""Contact data as people write it, and the one form by which the same address is known again (C5). Pure rules."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from interview_engine.errors import InvalidInput
from interview_engine.hr.problems import invalid
from interview_engine.i18n import joined, languages, msg

_MAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@(?:\w(?:[\w-]{0,61}\w)?\.)+\w(?:[\w-]{0,61}\w)?")
"""What a form may take of RFC 5321 and 6531: no quoted local parts, comments, addresses in brackets or spaces."""
_AROUND_MAIL = re.compile(
    r"(?:我的|my\s+)?(?:联系|个人|工作|公司|常用|备用|私人|QQ)?(?:电子)?(?:邮\s*箱|邮\s*件|信箱|郵件)(?:地址)?(?:是|为)?|"
    r"(?:e-?)?mail(?:\s+address|地址)?(?=\s*:)|(?<![\w.])(?:e-?)?mail\s*=(?=\s*\S+@)|(?<![\w.])e-?mail(?=\s+\S+@)|メール(?:アドレス)?|correo(?:\s+electrónico)?(?=\s*:)",
    re.IGNORECASE,
)
"""Labels that are copied with an address."""
_LINK = re.compile(r"mailto\s*:([^\s?<>]*)(?:\?[^\s<>]*)?", re.IGNORECASE)
"""A link to an address (RFC 6068), which may fill in the subject."""
_ASIDE = re.compile(r"\s*[(\[][^()\[\]@]{1,20}[)\]]\W*$")
"""A remark in brackets behind an address: "(常用)"."""
_ANGLED = re.compile(r"[^<>@()]*(?:<([^<>]*)>|(?<=[\s\u3000-\uffdc])\(([^()]*@[^()]*)\))\W*")
"""A name and its address in angle brackets, or behind a Chinese name or a space in round ones."""
_MAIL_MARKS = " \t\n:,;.。、<>()[]【】《》「」\"“”‘’'`|"
"""Marks around an address that are not part of it. Some are allowed within one: they are taken from its ends only."""
_END_MARKS = "!?~"
"""Marks behind an address; before the @ they may be part of it."""
_BULLETS = "•·●○◆■▪▶→"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AREA = re.compile(r"0[1-9]\d{9,10}")
_SEPARATORS = re.compile(r"[\s\-‐-―()（）.·]+")
_NUMBER = re.compile(r"\+?\s*[(（]?\+?\d(?:[\s\-‐-―()（）.·+]*\d)*")
_AROUND_PHONE = re.compile(
    r"(?:联系|移动|手机|办公|家庭|住宅|固定|本人|携帯)?(?:电话|手机|座机|電話|携帯|联系方式)(?:号码|号|番号)?|号码|tel[eé]fono|móvil|"
    r"(?:tele|mobile|cell|work|home)?\s*phone(?:\s*(?:number|no))?|tel|mobile|cell|mob|微信同号|同微信|微信|whatsapp|wechat",
    re.IGNORECASE,
)
"""Words that are copied with a number and say nothing else."""
_PHONE_MARKS = " \t\n:,;.。、()（）[]【】<>\"“”‘’'`|-/"
_TRUNK = re.compile(r"(\+\s*[1-9]\d{0,2}|00\s*[1-9]\d{0,2})\s*[(（]0[)）]")
"""A country's code and, in brackets, the 0 that is dialled within the country only."""
_MORE_OF_A_NUMBER = re.compile(r"[A-Za-z+*/\\=@]\s?#|#\s?[A-Za-z+*/\\=@]|##")
"""What makes a number (#) a part of something longer: a letter typed for a digit, an extension, an address."""
_EXTENSION = re.compile(
    r"(?:(?:\+|00)?86[\s\-‐-―]*)?(?:1[3-9]\d{9}|[(（]?0(?:1\d|2\d)[)）]?[\s\-‐-―]*\d{8}|[(（]?0[3-9]\d{2}[)）]?[\s\-‐-―]*\d{7,8})"
    r"\s*[\-‐-―]\s*\d{1,6}"
)
"""A whole Chinese number and, behind a dash, an extension of it: together they are the number of nobody."""
_SHEET_DECIMALS = re.compile(r"(\d{6,15})\.0+|(1[3-9]\d[ -]?\d{4}[ -]?\d{4})\.00?")
"""A number that a spreadsheet kept as one with decimals."""

_ITEM = re.compile(
    "[\u00b2\u00b3\u00b9\u2070-\u209c\u2460-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]|[0-9]\ufe0f?\u20e3"
)
"""Numbers of items and notes (circled, in brackets, raised, keycaps): NFKC would make digits of the number of them."""

_SHEET_POWER = re.compile(r"[1-9]\.\d{8,10}[eE]\+?10")
"""A mobile number as a power of ten, with so many digits that none was rounded away (Excel shows 1.38E+10)."""


def check_reading(language: str) -> None:
    """Whether somebody can be written to in `language`: one that has catalogues.

    Raises:
        InvalidInput: `person.language`.
    """
    if language not in languages():
        raise invalid(
            "language",
            "person.language",
            msg("There is no such {thing} to choose.", thing=msg("language")),
            msg("Choose one of {listed}.", listed=joined(languages())),
        )


def email_written(text: str) -> str:
    """The one e-mail address in what somebody pasted, in its own case; "" for "".

    Full width is made plain; invisible characters, labels ("邮箱："), a name before "<…>" and marks at the ends are
    left out. What names two addresses, or has words that are neither, is refused rather than guessed.

    Raises:
        InvalidInput: `person.email`.
    """
    clean = _plain(text)
    if not clean:
        return ""
    clean = _LINK.sub(r" \1 ", _ASIDE.sub("", _without_pictures(clean))).strip()
    angled = _ANGLED.fullmatch(clean)
    body = _AROUND_MAIL.sub(" ", (angled[1] or angled[2]) if angled else clean, count=1)
    body = re.sub(r"\s*@\s*", "@", body)
    parts = [part for one in re.split(r"[\s,;、|()<>]+", body) if (part := _without_marks(one))]
    addresses = {part.casefold(): part for part in parts if "@" in part}
    if len(addresses) == 1 and len(addresses) == len({part.casefold() for part in parts}):
        (address,) = addresses.values()
        if len(address) <= 254 and _MAIL.fullmatch(address) and _is_domain(address.rpartition("@")[2]):
            return address
    raise invalid(
        "email",
        "person.email",
        msg("The e-mail address is not valid."),
        msg("Check it, for instance name@example.com."),
    )


def email_key(text: str) -> str | None:
    """The form by which an e-mail address is known again: as `email_written`, folded; None for "".

    What stands before the @ is otherwise kept: dots and "+tag" mean different mailboxes with most providers.

    Raises:
        InvalidInput: `person.email`.
    """
    return email_written(text).casefold() or None


def phone_written(text: str) -> str:
    """The one phone number in what somebody pasted, with its separators; "" for "".

    Labels, marks at the ends and the decimals of a spreadsheet are left out. A Chinese mobile number is taken out of
    any words that hold no other digit; another number only when nothing but labels stands around it.

    Raises:
        InvalidInput: `person.phone`.
    """
    first = _ITEM.match(text)
    if first and _ITEM.match(text, first.end()):  # a number typed in circled digits is none of an item
        raise _no_phone()
    clean = _digits(_plain(_ITEM.sub(" ", text)))
    if not clean:
        return ""
    sheet = _SHEET_DECIMALS.fullmatch(clean.strip("'"))
    power = _SHEET_POWER.fullmatch(clean.strip("'"))
    if sheet:
        clean = sheet.group(1) or sheet.group(2)
    elif power:
        clean = f"{Decimal(clean.strip(chr(39))):f}"
    numbers = list(_NUMBER.finditer(clean))
    if len(numbers) == 1:
        start, end = numbers[0].span()
        around = _AROUND_PHONE.sub("", f"{clean[:start]} {clean[end:]}").strip(_PHONE_MARKS)
        if not around or (
            _is_mobile(numbers[0].group()) and not _MORE_OF_A_NUMBER.search(f"{clean[:start]}#{clean[end:]}")
        ):
            number = " ".join(numbers[0].group().split())
            return number if len(number) <= 40 else _SEPARATORS.sub("", number)
    raise _no_phone()


def phone_key(text: str) -> str | None:
    """The normal form of a phone number: "+" country and number; None for "".

    A Chinese mobile number is known with and without +86, 0086 or 86; a Chinese land line by its area code. Other
    numbers without "+" or "00" stay as their digits: their country is not known.

    Raises:
        InvalidInput: `person.phone`.
    """
    written = phone_written(text)
    if _EXTENSION.fullmatch(written):
        raise _no_phone()
    clean = _SEPARATORS.sub("", _TRUNK.sub(r"\1", written))
    if not clean:
        return None
    if clean.startswith(("00", "+00")):
        clean = "+" + clean.removeprefix("+")[2:]
    digits = clean.removeprefix("+")
    is_number = digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 15
    if not is_number or clean.startswith("+0"):  # no country's code begins with 0
        raise _no_phone()
    if digits.startswith("086") and _MOBILE.fullmatch(digits[3:]):
        digits = digits[1:]
    if digits.startswith("86") and (_MOBILE.fullmatch(digits[2:]) or _AREA.fullmatch("0" + digits[2:].lstrip("0"))):
        return "+86" + digits[2:].lstrip("0")
    if clean.startswith("+"):
        return clean
    if _MOBILE.fullmatch(digits):
        return "+86" + digits
    if _AREA.fullmatch(digits):
        return "+86" + digits.lstrip("0")
    return digits


def name_key(text: str) -> str:
    """A name without case, width and spaces, to see whether two are plainly the same."""
    return "".join(_plain(text).casefold().split())


def _is_mobile(number: str) -> bool:
    digits = _SEPARATORS.sub("", number).replace("+", "")
    return bool(_MOBILE.fullmatch(digits[-11:])) and digits[:-11] in ("", "0", "86", "860", "086", "0086")


def _no_phone() -> InvalidInput:
    return invalid(
        "phone",
        "person.phone",
        msg("The phone number is not valid."),
        msg("Check it, for instance +86 138 0000 0000."),
    )


def _without_pictures(text: str) -> str:
    """Without the signs before an address that stand for "mail": 📧, ✉, a bullet of a list."""
    return "".join(" " if unicodedata.category(c) == "So" or c in _BULLETS else c for c in text)


def _without_marks(part: str) -> str:
    bare = part.strip(_MAIL_MARKS)
    while bare != (bare := bare.rstrip(_END_MARKS).rstrip(_MAIL_MARKS)):
        pass
    return bare


def _is_domain(domain: str) -> bool:
    """Whether the last part is of one script and no number: "b.cn谢谢" is an address with a word behind it."""
    top = domain.rpartition(".")[2]
    return not top.isdigit() and (top.isascii() or not any(c.isascii() and c.isalnum() for c in top))


def _plain(text: str) -> str:
    """Compatibility forms made plain (full width, ligatures), invisible characters out, ends trimmed."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc") or c in "\t\n").strip()


def _digits(text: str) -> str:
    """Digits of every script as 0..9."""
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() and unicodedata.digit(c, None) is not None else c for c in text
    )
