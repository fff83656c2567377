from interview_engine.clock import SystemClock
from interview_engine.store import audit
from interview_engine.store.engine import Database


def test_numbers(database: Database) -> None:
    with database.transaction() as session:
        audit.record(session, "system", "a.b", "x:1", {"f": 1.0, "g": 1e20, "z": -0.0}, SystemClock())
    with database.reading() as session:
        assert audit.verify(session) is None
        assert len(list(audit.exported(session))) == 1
