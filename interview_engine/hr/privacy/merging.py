"""Two persons who turn out to be one: everything that names the one who goes names the other afterwards."""

from __future__ import annotations

from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.house import house
from interview_engine.hr.lists.service import CustomValue, RowTag
from interview_engine.hr.people.tables import PersonFlag
from interview_engine.hr.privacy.consents import give_to
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg
from interview_engine.store import append_only

RECORDS = frozenset({PersonFlag.__tablename__})
"""Tables that say that two persons were taken for one: they keep naming both."""


def move_everything(session: Session, person_id: str, kept_person_id: str, actor_id: str, clock: Clock) -> None:
    """Every row of every area that names a person names the one who is kept; so do their tags and custom fields.

    A tag or a field that both have stays as the kept person has it.

    Raises:
        ConflictError: `person.merge_both`, both have something of which a person has one only.
    """
    for area in house().areas:
        if area.check_merge is not None:
            area.check_merge(session, person_id, kept_person_id)
    give_to(session, person_id, kept_person_id)
    _move_row_ids(session, person_id, kept_person_id)
    with append_only.passage(session, actor_id, "two persons merged", clock):
        for area in house().areas:
            for one in area.persons:
                table = one.column.class_
                if table.__tablename__ in RECORDS:
                    continue
                named = update(table).where(one.column == person_id).values({one.column.key: kept_person_id})
                try:
                    with session.begin_nested():
                        session.execute(named)
                except IntegrityError:
                    raise both() from None
    session.expire_all()


def both() -> ConflictError:
    """What is said where both have something of which a person has one only."""
    return conflict(
        "person.merge_both",
        msg(
            "Both persons have something of which there is one only: an ID number, an account, a section of their file."
        ),
        msg("Compare the two files and remove it from one of them first. Two ID numbers are two people."),
    )


def _move_row_ids(session: Session, person_id: str, kept_person_id: str) -> None:
    """Tags and custom fields of lists whose rows are the persons themselves."""
    own = [name for name, spec in house().lists.items() if spec.place.own]
    kept_tag, kept_value = aliased(RowTag), aliased(CustomValue)
    same_tag = exists().where(
        kept_tag.row_id == kept_person_id, kept_tag.list_name == RowTag.list_name, kept_tag.tag == RowTag.tag,
        kept_tag.legal_entity_id == RowTag.legal_entity_id,
    )  # fmt: skip
    of_tags = and_(RowTag.row_id == person_id, RowTag.list_name.in_(own))
    session.execute(delete(RowTag).where(of_tags, same_tag))
    session.execute(update(RowTag).where(of_tags).values(row_id=kept_person_id))
    there = select(kept_value.field_id).where(kept_value.row_id == kept_person_id)
    of_values = CustomValue.row_id == person_id
    session.execute(delete(CustomValue).where(of_values, CustomValue.field_id.in_(there)))
    session.execute(update(CustomValue).where(of_values).values(row_id=kept_person_id))
