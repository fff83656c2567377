"""Cycles, goals, work reports, appraisals, and who reads them."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

GIVEN = {"hr": ("read", "write", "decide", "export"), "manager": ("read", "write"), "employee": ("read",)}
ONLY_GROW = ("performance_checkin", "calibration_move")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "performance_cycle",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("step_days", sa.Integer(), nullable=False),
        sa.Column("weights", Json, nullable=False),
        sa.Column("shares", Json, nullable=False),
        sa.Column("bonus", Json, nullable=False),
        sa.Column("ties", sa.String(length=4), nullable=False),
        sa.Column("excellent", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("gm_person_id", sa.String(length=32), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["gm_person_id"], ["person.id"], name=op.f("fk_performance_cycle_gm_person_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_performance_cycle_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_cycle")),
        sa.UniqueConstraint("legal_entity_id", "name", name=op.f("uq_performance_cycle_legal_entity_id_name")),
    )
    with op.batch_alter_table("performance_cycle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_performance_cycle_first_day"), ["first_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_cycle_gm_person_id"), ["gm_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_cycle_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_cycle_state"), ["state"], unique=False)

    op.create_table(
        "performance_goal",
        sa.Column("cycle_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("contribution", sa.BigInteger(), nullable=True),
        sa.Column("actual", sa.BigInteger(), nullable=True),
        sa.Column("progress", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.String(length=4), nullable=False),
        sa.Column("competency_code", sa.String(length=80), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("remark", sa.String(length=300), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["performance_cycle.id"], name=op.f("fk_performance_goal_cycle_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_performance_goal_department_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_performance_goal_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["performance_goal.id"], name=op.f("fk_performance_goal_parent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_performance_goal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_goal")),
    )
    with op.batch_alter_table("performance_goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_performance_goal_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_goal_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_goal_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_goal_state"), ["state"], unique=False)
        batch_op.create_index("ix_performance_goal_whose", ["cycle_id", "person_id"], unique=False)

    op.create_table(
        "work_report",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("read", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_work_report_department_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_work_report_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_work_report_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_report")),
        sa.UniqueConstraint("person_id", "day", name=op.f("uq_work_report_person_id_day")),
    )
    with op.batch_alter_table("work_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_report_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_report_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_report_person_id"), ["person_id"], unique=False)

    op.create_table(
        "performance_checkin",
        sa.Column("goal_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["performance_goal.id"], name=op.f("fk_performance_checkin_goal_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_performance_checkin_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_checkin")),
    )
    with op.batch_alter_table("performance_checkin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_performance_checkin_goal_id"), ["goal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_checkin_person_id"), ["person_id"], unique=False)

    op.create_table(
        "appraisal",
        sa.Column("cycle_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("manager_person_id", sa.String(length=32), nullable=True),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("reviews", Json, nullable=False),
        sa.Column("around", sa.BigInteger(), nullable=True),
        sa.Column("basis", Json, nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("band", sa.String(length=12), nullable=False),
        sa.Column("proposed", sa.String(length=2), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("top", sa.Boolean(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("reopened", sa.String(length=10), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["performance_cycle.id"], name=op.f("fk_appraisal_cycle_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_appraisal_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_appraisal_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_appraisal_legal_entity_id")),
        sa.ForeignKeyConstraint(["manager_person_id"], ["person.id"], name=op.f("fk_appraisal_manager_person_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraisal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("cycle_id", "person_id", name=op.f("uq_appraisal_cycle_id_person_id")),
    )
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appraisal_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appraisal_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appraisal_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appraisal_manager_person_id"), ["manager_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appraisal_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appraisal_step"), ["step"], unique=False)

    op.create_table(
        "calibration_move",
        sa.Column("appraisal_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=2), nullable=False),
        sa.Column("after", sa.String(length=2), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_calibration_move_appraisal_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calibration_move_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_move")),
    )
    with op.batch_alter_table("calibration_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibration_move_appraisal_id"), ["appraisal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calibration_move_person_id"), ["person_id"], unique=False)
    for table in ONLY_GROW:
        for statement in _guards(table, op.get_bind().dialect.name):
            op.execute(statement)
    _give()


def downgrade() -> None:
    """Back; goals and appraisals are lost."""
    op.execute("DELETE FROM access_grant WHERE field_class = 'performance'")
    with op.batch_alter_table("calibration_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibration_move_person_id"))
        batch_op.drop_index(batch_op.f("ix_calibration_move_appraisal_id"))

    op.drop_table("calibration_move")
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appraisal_step"))
        batch_op.drop_index(batch_op.f("ix_appraisal_person_id"))
        batch_op.drop_index(batch_op.f("ix_appraisal_manager_person_id"))
        batch_op.drop_index(batch_op.f("ix_appraisal_employment_id"))
        batch_op.drop_index(batch_op.f("ix_appraisal_department_id"))
        batch_op.drop_index(batch_op.f("ix_appraisal_cycle_id"))

    op.drop_table("appraisal")
    with op.batch_alter_table("performance_checkin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance_checkin_person_id"))
        batch_op.drop_index(batch_op.f("ix_performance_checkin_goal_id"))

    op.drop_table("performance_checkin")
    with op.batch_alter_table("work_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_report_person_id"))
        batch_op.drop_index(batch_op.f("ix_work_report_department_id"))
        batch_op.drop_index(batch_op.f("ix_work_report_day"))

    op.drop_table("work_report")
    with op.batch_alter_table("performance_goal", schema=None) as batch_op:
        batch_op.drop_index("ix_performance_goal_whose")
        batch_op.drop_index(batch_op.f("ix_performance_goal_state"))
        batch_op.drop_index(batch_op.f("ix_performance_goal_person_id"))
        batch_op.drop_index(batch_op.f("ix_performance_goal_parent_id"))
        batch_op.drop_index(batch_op.f("ix_performance_goal_department_id"))

    op.drop_table("performance_goal")
    with op.batch_alter_table("performance_cycle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance_cycle_state"))
        batch_op.drop_index(batch_op.f("ix_performance_cycle_legal_entity_id"))
        batch_op.drop_index(batch_op.f("ix_performance_cycle_gm_person_id"))
        batch_op.drop_index(batch_op.f("ix_performance_cycle_first_day"))

    op.drop_table("performance_cycle")
    if op.get_bind().dialect.name == "postgresql":
        for table in ONLY_GROW:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _give() -> None:
    """HR decides on performance, managers read and write that of their reports, everybody who works here reads their
    own; within the reach that the role has for contact data."""
    bind = op.get_bind()
    grant = sa.Table("access_grant", sa.MetaData(), autoload_with=bind)
    for role, actions in GIVEN.items():
        held = sa.select(grant).where(
            grant.c.role == role, grant.c.field_class == "contact", grant.c.action == "read", grant.c.effect == "allow"
        )
        for row in bind.execute(held).mappings().all():
            for action in actions:
                values = {**row, "id": uuid.uuid4().hex, "field_class": "performance", "action": action}
                bind.execute(grant.insert().values(**values))


def _guards(table: str, dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            "WHEN NOT EXISTS (SELECT 1 FROM erasure_passage) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_LEVEL = 'ROW' AND EXISTS (SELECT 1 FROM erasure_passage) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    )
