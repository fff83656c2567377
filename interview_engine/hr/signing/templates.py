"""Templates of contracts: a company's or the group's, in versions that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA, Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, check_row, owner_for, require, scoped
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import service as files
from interview_engine.hr.org.service import department_names
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.signing import texts
from interview_engine.hr.signing.tables import ContractTemplate, ContractTemplateVersion
from interview_engine.hr.signing.texts import Paper
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

LANGUAGES = ("zh", "en")
NO_END = msg("an open end", context="contract")
NO_PROBATION = msg("no probation", context="contract")
TASK_END = msg("the day on which the agreed task is done", context="contract")


@dataclass(frozen=True, slots=True)
class Template:
    """A template with its newest version."""

    row: ContractTemplate
    newest: ContractTemplateVersion


def create(
    session: Session,
    actor: Actor,
    name: str,
    language: str,
    title: str,
    body: str,
    clock: Clock,
    *,
    owner: str | None = None,
) -> Template:
    """A new template with its first version. Needs "public" manage of the company, or of the group for owner None.

    Raises:
        PermissionDenied, NotFoundError. InvalidInput: name, title, `template.language`, and see `publish`.
    """
    owned_by = owner_for(session, actor, owner)
    if language not in LANGUAGES:
        raise invalid(
            "language", "template.language", msg("There is no such value."), msg("Choose the language of the contract.")
        )
    row = ContractTemplate(
        **stamp(actor.id, clock),
        legal_entity_id=owned_by,
        name=text_within(name, "name", msg("name"), 80),
        language=language,
        version=0,
        state="active",
    )
    session.add(row)
    session.flush()
    newest = _publish(session, actor, row, title, body, "", clock)
    return Template(row, newest)


def publish(
    session: Session, actor: Actor, template_id: str, title: str, body: str, note: str, clock: Clock, *, seen: int
) -> Template:
    """The next version of a template; the same text again is the version that it already is.

    Args:
        seen: the number of the version that the editor began with.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `template.changed`, a colleague has made another version
            meanwhile; `template.retired`. InvalidInput: `template.place`, `template.brace`, title, body.
    """
    row = _managed(session, actor, template_id)
    if row.state != "active":
        raise conflict("template.retired", msg("This template is not used any more."))
    newest = version_of(session, row, row.version)
    if seen != row.version:
        raise conflict(
            "template.changed",
            msg("A colleague has changed this template meanwhile: version {number} is the newest.", number=row.version),
            msg("Open it again in another window, compare, and put your changes in there."),
        )
    if newest.title == title.strip() and newest.body == _plain(body):
        return Template(row, newest)
    return Template(row, _publish(session, actor, row, title, body, note, clock))


def retire(session: Session, actor: Actor, template_id: str, clock: Clock) -> ContractTemplate:
    """No new contract is made of it; those that were stay. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = _managed(session, actor, template_id)
    if row.state != "retired":
        row.state = "retired"
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "contract_template.retire", f"contract_template:{row.id}", {}, clock)
    return row


def list_templates(
    session: Session, actor: Actor, *, legal_entity_id: str | None = None, active: bool = False
) -> list[Template]:
    """Templates that the actor reaches, and the group's, by name.

    Args:
        legal_entity_id: only those that contracts of this company can be made of.
    """
    require(actor, "public", "read")
    reached = scoped(
        select(ContractTemplate.id), actor, "public", "read", legal_entity=ContractTemplate.legal_entity_id
    )
    statement = select(ContractTemplate).where(
        or_(ContractTemplate.legal_entity_id.is_(None), ContractTemplate.id.in_(reached))
    )
    if legal_entity_id is not None:
        statement = statement.where(
            or_(ContractTemplate.legal_entity_id.is_(None), ContractTemplate.legal_entity_id == legal_entity_id)
        )
    if active:
        statement = statement.where(ContractTemplate.state == "active")
    rows = list(session.scalars(statement.order_by(ContractTemplate.name, ContractTemplate.id)))
    return [Template(row, version_of(session, row, row.version)) for row in rows]


def get_template(session: Session, actor: Actor, template_id: str) -> Template:
    """One template.

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, "public", "read")
    row = find(session, ContractTemplate, template_id)
    if row is None:
        raise missing("contract_template", msg("template"))
    if row.legal_entity_id is not None:
        check_row(session, actor, "public", "read", legal_entity_id=row.legal_entity_id)
    return Template(row, version_of(session, row, row.version))


def versions_of(session: Session, template_id: str) -> list[ContractTemplateVersion]:
    """Every version, newest first. The caller has checked."""
    return list(
        session.scalars(
            select(ContractTemplateVersion)
            .where(ContractTemplateVersion.template_id == template_id)
            .order_by(ContractTemplateVersion.number.desc())
        )
    )


def version_of(session: Session, row: ContractTemplate, number: int) -> ContractTemplateVersion:
    """One version of a template.

    Raises:
        NotFoundError.
    """
    found = session.scalar(
        select(ContractTemplateVersion).where(
            ContractTemplateVersion.template_id == row.id, ContractTemplateVersion.number == number
        )
    )
    if found is None:
        raise missing("contract_template", msg("template"))
    return found


def fill(
    session: Session, actor: Actor, contract_id: str, template_id: str, asked: Mapping[str, str], clock: Clock
) -> tuple[Paper, ContractTemplateVersion]:
    """The contract's text made of a template's newest version. Needs "contact" write on the contract.

    Args:
        asked: by label, what was typed for the places that ask.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `template.empty`. ConflictError: `template.company`, it is
            another company's; `template.retired`.
    """
    contract = files.get_for(session, actor, contract_id, "write")
    found = get_template(session, actor, template_id)
    if found.row.legal_entity_id not in (None, contract.legal_entity_id):
        raise conflict("template.company", msg("This template belongs to another company."))
    if found.row.state != "active":
        raise conflict("template.retired", msg("This template is not used any more."))
    language = found.row.language
    values = _values(session, contract, language, clock)
    values |= {f"{texts.ASKED}{label}": value for label, value in asked.items()}
    needed = texts.places_in(f"{found.newest.title}\n{found.newest.body}")
    lacking = [name for name in needed if not values.get(name, "").strip()]
    if lacking:
        raise texts.lacking_values(lacking)
    paper = Paper(
        language,
        texts.filled(found.newest.title, values, "title"),
        texts.blocks_of(texts.filled(found.newest.body, values)),
        values["company.name"],
        values["person.name"],
    )
    return paper, found.newest


def example(title: str, body: str, language: str) -> Paper:
    """A text with every place shown by its name, for a preview.

    Raises:
        InvalidInput: `template.place`, `template.brace`.
    """
    texts.check(title, "title")
    texts.check(body)
    values = {name: f"〔{text.get(language)}〕" for name, text in texts.PLACES.items()}
    values |= {f"{texts.ASKED}{label}": f"〔{label}〕" for label in texts.asked_in(f"{title}\n{body}")}
    return Paper(
        language,
        texts.filled(title, values, "title"),
        texts.blocks_of(texts.filled(_plain(body), values)),
        values["company.name"],
        values["person.name"],
    )


def day_words(day: date, language: str) -> str:
    """A day as contracts write it."""
    text = msg("{year}-{month}-{day}", context="contract", year=day.year, month=f"{day:%m}", day=f"{day:%d}")
    return text.get(language)


def _values(session: Session, contract: files.Contract, language: str, clock: Clock) -> dict[str, str]:
    person = session.get_one(Person, contract.person_id)
    company = session.get_one(LegalEntity, contract.legal_entity_id)
    employment = employments.locked(session, contract.employment_id)
    number = session.scalar(select(employments.number_column(contract.person_id, contract.legal_entity_id)))
    today = clock.now().astimezone(CHINA).date()

    def day(value: date | None) -> str:
        return "" if value is None else day_words(value, language)

    last = day(contract.last_day)
    if not last:
        last = (TASK_END if contract.kind == "task" else NO_END).get(language)
    return {
        "company.name": company.name,
        "company.city": company.city,
        "person.name": person.name,
        "person.phone": person.phone or "",
        "person.email": person.email or "",
        "employment.number": number or "",
        "employment.department": department_names(session).get(employment.department_id, ""),
        "employment.title": employment.title,
        "employment.start_date": day(employment.start_date),
        "contract.kind": files.KIND_WORDS[contract.kind].get(language),
        "contract.number": str(contract.sign_count),
        "contract.first_day": day(contract.first_day),
        "contract.last_day": last,
        "contract.probation": day(contract.probation_last_day) or NO_PROBATION.get(language),
        "contract.note": contract.note,
        "today": day(today),
    }


def _publish(
    session: Session, actor: Actor, row: ContractTemplate, title: str, body: str, note: str, clock: Clock
) -> ContractTemplateVersion:
    clean_title = text_within(title, "title", msg("title of the contract"), 120)
    clean_body = text_within(_plain(body), "body", msg("text of the contract"), texts.MOST_BODY, least=20)
    texts.check(clean_title, "title")
    texts.check(clean_body)
    row.version += 1
    touch(row, actor.id, clock)
    made = ContractTemplateVersion(
        **stamp(actor.id, clock),
        template_id=row.id,
        number=row.version,
        title=clean_title,
        body=clean_body,
        note=text_within(note, "note", msg("note"), 200, least=0),
    )
    session.add(made)
    session.flush()
    detail = {"version": made.number}
    audit.record(session, actor.id, "contract_template.publish", f"contract_template:{row.id}", detail, clock)
    return made


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n").replace("\r", "\n").strip()


def _managed(session: Session, actor: Actor, template_id: str) -> ContractTemplate:
    row = find(session, ContractTemplate, template_id, lock=True)
    if row is None:
        raise missing("contract_template", msg("template"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    return row


def names_of(session: Session, version_ids: Sequence[str]) -> dict[str, str]:
    """By id of a version, the template's name and the version's number in words."""
    rows = session.execute(
        select(ContractTemplateVersion.id, ContractTemplate.name, ContractTemplateVersion.number)
        .join(ContractTemplate, ContractTemplate.id == ContractTemplateVersion.template_id)
        .where(ContractTemplateVersion.id.in_(version_ids))
    ).tuples()
    return {version_id: f"{name} v{number}" for version_id, name, number in rows}
