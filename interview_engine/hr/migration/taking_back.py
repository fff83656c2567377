"""What an import has written is taken back: rows that it made go, values that it changed are as before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.query import OWN
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.lists.custom import set_values
from interview_engine.hr.lists.sheet_values import forget_rows, form_of, load, parts_of, sheet_fields
from interview_engine.hr.migration.tables import ImportRow
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg
from interview_engine.store.secrets import SecretBox


def removed(
    session: Session, actor: Actor, spec: ListSpec, ids: Sequence[str], since: datetime, clock: Clock
) -> Mapping[str, InterviewEngineError]:
    """Remove rows that an import has made, with what it has written beside them; by id, why one stays."""
    take_back = form_of(spec).take_back
    if take_back is None:
        reason = conflict("import.no_way_back", msg("Rows of this list are not removed by an import."))
        return dict.fromkeys(ids, reason)

    def remove(these: Sequence[str]) -> Mapping[str, InterviewEngineError]:
        for part in parts_of(actor, spec):
            part.remove(session, actor, these, since, clock)
        forget_rows(session, spec, these)  # they name the row's person, who could not go with them there
        return take_back(session, actor, these, since, clock)

    # a row that stays keeps what stands beside it: tried first, then done for those that go
    trial = session.begin_nested()
    refused = remove(ids)
    if not refused:
        trial.commit()
    else:
        trial.rollback()
        session.expire_all()
        again = remove([row_id for row_id in ids if row_id not in refused])
        if again:
            raise next(iter(again.values()))
    return refused


def restored(
    session: Session, box: SecretBox, actor: Actor, spec: ListSpec, rows: Sequence[ImportRow], clock: Clock
) -> dict[int, InterviewEngineError]:
    """Give rows the values that they had before; by line, why one could not be given them all."""
    form = form_of(spec)
    fields = {one.name: one for one in sheet_fields(session, actor, spec)}
    stays: dict[int, InterviewEngineError] = {}
    assert form.update is not None
    for row in rows:
        row_id = row.row_id or ""
        before = {name: was for name, was, _ in json.loads(box.decrypt(row.changes))}
        try:
            with session.begin_nested():
                held = load(session, actor, spec, [row_id]).get(row_id, {})
                values: dict[str, Value] = {
                    name: read_value(replace(fields[name], required=False), before[name]) if name in before else value
                    for name, value in held.items()
                }
                names = {one.name for one in form.fields}
                if names & before.keys():
                    form.update(session, actor, row_id, {name: values.get(name) for name in names}, clock)
                for part in parts_of(actor, spec):
                    if before.keys() & (own := {one.name for one in part.fields}):
                        part.restore(session, actor, row_id, {name: values.get(name) for name in own}, clock)
                if custom := {name: values[name] for name in before if name.startswith(OWN) and name in values}:
                    set_values(session, actor, spec, row_id, custom, clock)
                after = load(session, actor, spec, [row_id]).get(row_id, {})
                left = [fields[name].label for name, value in values.items() if after.get(name) != value]
                if left:
                    raise conflict(
                        "import.not_restored",
                        msg("The former value of {field} cannot be given back.", field=left[0]),
                        msg("Look at it and change it by hand, if need be."),
                    )
        except InterviewEngineError as error:
            stays[row.number] = error
    return stays
