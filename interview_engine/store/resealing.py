"""Change of the secret: every encrypted value is re-encrypted, so that the old secret can be dropped."""

from __future__ import annotations

from sqlalchemy import MetaData, Table, select, update
from sqlalchemy.orm import Session

from interview_engine.store.secrets import SecretBox

SUFFIX = "_encrypted"
"""By it a column is known to hold what a SecretBox made."""


def reseal(session: Session, box: SecretBox, metadata: MetaData) -> int:
    """Re-encrypt every value still encrypted with an old secret of the box. Returns how many; 0 when repeated.

    Raises:
        UsageError: `secret.cannot_decrypt`, there is a value that none of the box's secrets opens; nothing is changed.
    """
    return sum(
        _reseal_column(session, box, table, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(SUFFIX)
    )


def _reseal_column(session: Session, box: SecretBox, table: Table, name: str) -> int:
    keys = list(table.primary_key.columns)
    rows = session.execute(select(*keys, table.c[name]).where(table.c[name] != "").with_for_update()).all()
    renewed = 0
    for *identity, sealed in rows:
        text = box.decrypt(sealed)
        if box.is_current(sealed):
            continue
        here = [key == value for key, value in zip(keys, identity, strict=True)]
        session.execute(update(table).where(*here).values({name: box.encrypt(text)}))
        renewed += 1
    return renewed
