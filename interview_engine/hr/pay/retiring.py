"""When people retire, for the list of pay profiles: from the ID card, and for women from what the job is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.files import service as files
from interview_engine.hr.forms.fields import Shown
from interview_engine.hr.pay.entering import book_now
from interview_engine.hr.pay.parameters import retirement_rule
from interview_engine.hr.pay.rules.retirement import retirement
from interview_engine.hr.pay.tables import PayProfile
from interview_engine.i18n import Text, msg

RETIRES: Mapping[str, Text] = {
    "women_50": msg("worker: formerly at 50"),
    "women_55": msg("cadre, manager, technical post: formerly at 55"),
}
"""Which group a woman's job is in. Men have one group."""


def retirements(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    """By profile, the statutory day of retirement, and from when to when one may choose; nothing where the ID card is
    not known, nor for a woman of whose job nobody has said what it is."""
    rows = session.execute(
        select(PayProfile.id, PayProfile.person_id, PayProfile.retires).where(PayProfile.id.in_(ids))
    ).tuples()
    found = rows.all()
    births = files.births(session, sorted({person for _, person, _ in found}))
    row = book_now(session).find("retirement", date.max)
    if row is None:
        return {}
    rule = retirement_rule(row)
    shown: dict[str, Mapping[str, Shown]] = {}
    for row_id, person, retires in found:
        born_on, sex = births.get(person, (None, ""))
        group = "men" if sex == "male" else retires
        if born_on is not None and group:
            when = retirement(born_on, group, rule)
            shown[row_id] = {"retirement": when.day, "retirement_span": f"{when.earliest} – {when.latest}"}
    return shown
