"""Whether a request's secret is one of ours: of a link, a signed address or an API token.

It is asked only for addresses that guessed too often and for answers that refuse, so that an honest person behind the
same address is neither counted nor gated. Each question is one look at an index, or one HMAC.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request

from api.candidate import media, own_applications
from api.context import Context
from interview_engine.errors import GoneError, InterviewEngineError
from interview_engine.hr.accounts import tokens
from interview_engine.hr.competency import surveys
from interview_engine.hr.messaging import notices
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import devices
from interview_engine.store.outages import outage_of

log = logging.getLogger("interview_engine.api")


def _interview(session: Session, token: str, _: Context) -> object:
    return devices.glance(session, token)


def _offer(session: Session, token: str, context: Context) -> object:
    return offers.open_offer(session, token, context.clock)


def _survey(session: Session, token: str, context: Context) -> object:
    return surveys.open_survey(session, token, context.clock)


def _notice(session: Session, token: str, _: Context) -> object:
    return notices.notice_of(session, token)


def _applications(_: Session, signed: str, context: Context) -> object:
    return context.signer.verify(own_applications.APPLICATIONS, signed, context.clock.now())


def _media(_: Session, signed: str, context: Context) -> object:
    return context.signer.verify(media.PURPOSE, signed, context.clock.now())


LINKS: Mapping[str, Callable[[Session, str, Context], object]] = MappingProxyType(
    {"i": _interview, "o": _offer, "s": _survey, "n": _notice, "a": _applications, "media": _media}
)
"""By the first part of a path whose second part is a secret: what refuses an unknown one with an error of the tree."""


def carries_secret(request: Request) -> bool:
    """Whether the request shows a link's secret or an API token, known or not."""
    first, secret = _parts(request.scope["path"])
    return bool(_bearer(request)) if first == "api" else first in LINKS and bool(secret)


def is_known(request: Request, context: Context) -> bool:
    """Whether that secret is one of ours. An ended one is known; so is each while the database cannot be asked,
    because nobody is gated for an outage."""
    first, secret = _parts(request.scope["path"])
    try:
        with context.database.reading() as session:
            if first == "api":
                tokens.visit_by_token(session, _bearer(request), context.clock)
            else:
                LINKS[first](session, secret, context)
    except GoneError:
        return True
    except InterviewEngineError:
        return False
    except SQLAlchemyError as error:
        log.warning("a link could not be looked up: the database is %s", outage_of(error) or "faulty")
    return True


def _parts(path: str) -> tuple[str, str]:
    first, _, rest = path.lstrip("/").partition("/")
    return first, rest.partition("/")[0]


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").partition(" ")[2].strip()
