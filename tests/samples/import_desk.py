"""A customer's sheets, imported into the company of the tests by the steps that pages and workers take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hiring_world import World
from sqlalchemy import select

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.migration import receiving, service
from interview_engine.hr.migration.lines import LineView, lines_of
from interview_engine.hr.migration.receiving import Mapped
from interview_engine.hr.migration.running import run_step
from interview_engine.hr.migration.source import SourceLine, SourceTable
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.store.secrets import SecretBox

HEADS = ("工号", "姓名", "部门", "岗位", "手机", "入职日期")


@dataclass
class Desk:
    """Somebody who imports: `role` is the account's."""

    world: World
    role: str = "hr"
    box: SecretBox = field(default_factory=lambda: SecretBox("for-tests-only-" + "m" * 32))

    @property
    def actor(self) -> Actor:
        with self.world.database.reading() as session:
            account = session.scalars(select(Account).where(Account.role == self.role)).first()
            assert account is not None
            return accounts.actor_of(session, account, self.world.clock)

    def receive(
        self,
        rows: Sequence[Sequence[str]],
        heads: Sequence[str] = HEADS,
        kind: str = "employees",
        name: str = "名单.xlsx",
    ) -> str:
        lines = tuple(SourceLine(number, tuple(row)) for number, row in enumerate(rows, start=2))
        table = SourceTable("Sheet1", tuple(heads), lines)
        with self.world.database.transaction() as session:
            batch = receiving.receive(
                session, self.box, self.actor, kind, name, "0" * 64, table, None, self.world.clock
            )  # fmt: skip
            return batch.id

    def mapped(self, batch_id: str, mapping: dict[str, str], given: dict[str, str] | None = None,
               orders: dict[str, str] | None = None) -> None:  # fmt: skip
        with self.world.database.transaction() as session:
            receiving.set_mapping(
                session, self.actor, batch_id, Mapped(mapping, given or {}, orders or {}), self.world.clock
            )

    def step(self, batch_id: str, step: str) -> ImportBatch:
        with self.world.database.transaction() as session:
            service.begin(session, self.actor, batch_id, step, self.world.clock)
        run_step(self.world.database, self.box, batch_id, self.world.clock)
        return self.batch(batch_id)

    def imported(self, rows: Sequence[Sequence[str]], heads: Sequence[str] = HEADS, kind: str = "employees") -> str:
        batch_id = self.receive(rows, heads, kind)
        self.step(batch_id, "checking")
        self.step(batch_id, "writing")
        return batch_id

    def batch(self, batch_id: str) -> ImportBatch:
        with self.world.database.reading() as session:
            return session.get_one(ImportBatch, batch_id)

    def lines(self, batch_id: str) -> list[LineView]:
        with self.world.database.reading() as session:
            return lines_of(session, self.box, session.get_one(ImportBatch, batch_id), limit=20_000)

    def states(self, batch_id: str) -> list[str]:
        return [line.state for line in self.lines(batch_id)]
