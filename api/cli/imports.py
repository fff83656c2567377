"""`interview-engine import FILE` and `import-rollback BATCH`: the steps of the pages, in the database of a service."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.context import Context
from interview_engine.clock import SystemClock
from interview_engine.errors import UsageError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.migration.lines import LineView, lines_of
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.i18n import Text, msg
from interview_engine.service_settings import read_service_settings
from interview_engine.settings import read_settings

SOME_REFUSED = 3


def run_import(options: argparse.Namespace) -> int:
    """Receive, map, check, and with --write write; 0, or 3 where lines are refused."""
    from api.imports import receive_file
    from interview_engine.hr.migration.receiving import Mapped, set_mapping

    context = _context(options)
    try:
        with context.database.transaction() as session:
            actor = _actor(session, context, options.account)
            company = _company(session, options.company)
            data = _bytes(options)
            batch = receive_file(context, session, actor, options.list, options.file.name, data, company)
            mapping = {**batch.mapping, **_pairs(options.map)}
            mapping = {head: field for head, field in mapping.items() if field}
            read = Mapped(mapping, {**batch.given, **_pairs(options.given)}, {**batch.orders, **_pairs(options.dates)})
            set_mapping(session, actor, batch.id, read, context.clock)
        made = _step(context, actor, batch.id, "checking")
        if options.write and made.state == "checked":
            made = _step(context, actor, batch.id, "writing")
        return _print(context, made)
    finally:
        context.database.close()


def run_rollback(options: argparse.Namespace) -> int:
    """Roll a batch back; 0, or 3 where rows stay because somebody has changed them since."""
    context = _context(options)
    try:
        with context.database.reading() as session:
            actor = _actor(session, context, options.account)
        return _print(context, _step(context, actor, options.batch, "undoing"))
    finally:
        context.database.close()


def _step(context: Context, actor: Actor, batch_id: str, step: str) -> ImportBatch:
    from api.imports import begin_step
    from interview_engine.hr.migration.running import run_step

    with context.database.transaction() as session:
        begin_step(context, session, actor, batch_id, step)
    run_step(context.database, context.box, batch_id, context.clock)
    with context.database.reading() as session:
        return session.get_one(ImportBatch, batch_id)


def _print(context: Context, batch: ImportBatch) -> int:
    from interview_engine.hr.migration.kept import words
    from interview_engine.hr.migration.receiving import MOST_LINES

    print(f"{batch.id} {batch.state} " + " ".join(f"{name}={number}" for name, number in sorted(batch.counts.items())))
    if batch.problem is not None:
        for language in ("zh", "en"):
            print(" ".join(words(dict(batch.problem), language)))
        return SOME_REFUSED
    states = ("kept",) if batch.state == "undone" else ("refused",)
    with context.database.reading() as session:
        lines: Sequence[LineView] = lines_of(session, context.box, batch, states=states, limit=MOST_LINES)
    for line in lines:
        for one in line.notes:
            if one["kind"] in states:
                what, after = words(dict(one), "zh")
                print(f"{line.number}\t{one['column'] or '-'}\t{what} {after}")
    return SOME_REFUSED if lines else 0


def _context(options: argparse.Namespace) -> Context:
    from api.serving import open_context

    environment = dict(os.environ)
    service = read_service_settings(environment, demo=options.demo)
    return open_context(service, read_settings(environment), SystemClock())


def _actor(session: Session, context: Context, login: str) -> Actor:
    from interview_engine.hr.accounts import service as accounts

    account = accounts.by_login(session, login)
    if account is None or not account.active:
        raise _wrong(msg("There is no active account “{name}”.", name=login))
    return accounts.actor_of(session, account, context.clock)


def _company(session: Session, name: str | None) -> str | None:
    from interview_engine.hr.org import service as org

    if name is None:
        return None
    found = next((one.id for one in org.legal_entities(session) if one.name == name), None)
    if found is None:
        raise _wrong(msg("There is no company “{name}”.", name=name))
    return found


def _bytes(options: argparse.Namespace) -> bytes:
    try:
        data: bytes = options.file.read_bytes()
    except OSError as error:
        raise _wrong(msg("{name} cannot be read: {why}.", name=str(options.file), why=error.strerror or "")) from error
    return data


def _pairs(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise _wrong(msg("“{given}” is no pair.", given=one))
        found[name] = value
    return found


def _wrong(text: Text) -> UsageError:
    return UsageError("import.usage", text, msg("See interview-engine import --help."))
