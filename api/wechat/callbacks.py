"""What WeChat and WeCom tell us: checked, opened, kept once, answered at once; the work is done later.

A callback is verified (signature, time, receiver), its XML is read with entities forbidden, and one row is written
under a key that repeats and replays meet again. Nothing else happens before the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from sqlalchemy.orm import Session

from api.wechat.crypto import CallbackKeys, check_signature, check_time, opened
from interview_engine.clock import Clock
from interview_engine.errors import InvalidInput
from interview_engine.hr.messaging.tables import InboundEvent
from interview_engine.i18n import msg
from interview_engine.store.rows import stamp
from interview_engine.store.upsert import insert_for

MAX_BODY = 1_000_000
MAX_DEPTH = 8
MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Signed:
    """The query of a callback's address."""

    timestamp: str
    nonce: str
    signature: str = ""
    msg_signature: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """An event: `kind` is "text", "event:subscribe", "event:template_card_event" …; `unique_key` names it for good."""

    kind: str
    unique_key: str
    body: dict[str, Any]


def check_address(keys: CallbackKeys, signed: Signed, echo: str, clock: Clock, *, encrypted: bool) -> str:
    """What to answer when the console checks the address: the Official Account's echo as it is, WeCom's decrypted.

    Raises:
        PermissionDenied: the signature, the time or the encryption is not right.
    """
    check_time(signed.timestamp, clock.now())
    if encrypted:
        return opened(keys, signed.msg_signature, signed.timestamp, signed.nonce, echo)
    check_signature(signed.signature, keys.token, signed.timestamp, signed.nonce)
    return echo


def read_callback(keys: CallbackKeys, signed: Signed, body: bytes, clock: Clock) -> Inbound:
    """The event in a callback's body. Only encrypted ones are taken.

    Raises:
        PermissionDenied: as `check_address`. InvalidInput: `wechat.xml`.
    """
    check_time(signed.timestamp, clock.now())
    encrypted = tree(body).get("Encrypt")
    if not isinstance(encrypted, str) or not encrypted:
        raise _bad_xml()
    message = tree(opened(keys, signed.msg_signature, signed.timestamp, signed.nonce, encrypted).encode())
    return Inbound(_kind(message), _unique_key(keys.receiver, message), message)


def keep(session: Session, channel: str, inbound: Inbound, clock: Clock) -> bool:
    """Write the event once; False when it is here already (WeChat repeats what it thinks was not heard)."""
    values = {
        **stamp("system", clock),
        "channel": channel,
        "unique_key": f"{channel}:{inbound.unique_key}"[:200],
        "kind": inbound.kind[:60],
        "body": inbound.body,
        "state": "waiting",
        "attempts": 0,
    }
    statement = insert_for(session, InboundEvent).values(**values)
    kept = session.execute(statement.on_conflict_do_nothing(index_elements=["unique_key"]).returning(InboundEvent.id))
    return kept.first() is not None


def tree(data: bytes) -> dict[str, Any]:
    """XML to plain values: an element with children is a dict (repeated names a list), another its text.

    Raises:
        InvalidInput: `wechat.xml`: not XML, with entities or a document type, too large or too deep.
    """
    if len(data) > MAX_BODY:
        raise _bad_xml()
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise _bad_xml() from None
    value = _value(root, 0)
    if not isinstance(value, dict):
        raise _bad_xml()
    return value


def _value(element: Element, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _bad_xml()
    children = list(element)
    if not children:
        return (element.text or "")[:MAX_TEXT].replace("\x00", "")
    found: dict[str, Any] = {}
    for child in children:
        value = _value(child, depth + 1)
        if child.tag in found:
            earlier = found[child.tag]
            found[child.tag] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            found[child.tag] = value
    return found


def _kind(message: dict[str, Any]) -> str:
    kind = str(message.get("MsgType", ""))
    return f"event:{message.get('Event', '')}" if kind == "event" else kind


def _unique_key(receiver: str, message: dict[str, Any]) -> str:
    """A message's MsgId; an event's sender, second, name and key (two events can fall into one second)."""
    if message.get("MsgId") and message.get("MsgType") != "event":
        return f"{receiver}:{message['MsgId']}"
    parts = ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId", "ResponseCode", "MsgID")
    return ":".join([receiver, *(str(message.get(part, ""))[:40] for part in parts)])


def _bad_xml() -> InvalidInput:
    return InvalidInput(
        "wechat.xml",
        msg("The callback's body is no acceptable XML."),
        msg("Check whether something else calls this address."),
    )
