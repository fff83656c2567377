"""Who knows somebody's address or number stays a stranger: no public form leads in, names or completes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from applications import application
from databases import copied_sqlite
from hiring_world import World, make_world
from serving import LiveServer, make_context
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.visitor import PURPOSE
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person, PersonFlag, WechatIdentity
from interview_engine.hr.recruiting.applying.applications import NewPerson, apply
from interview_engine.hr.recruiting.jobs import postings
from interview_engine.hr.recruiting.tables import Application, Invitation, Resume
from interview_engine.store.secrets import digest
from interview_engine.store.tables import OutboxMessage

VICTIM = NewPerson("受害者", "victim@example.com", "", "zh")
NUMBER = "13700000001"


class Site:
    """The service with a known candidate and a second job that invites by itself."""

    def __init__(self, server: LiveServer, client: TestClient) -> None:
        self.server, self.client, self.world = server, client, server.world
        self.first, self.second = self.job(automatic=False), self.job(automatic=True)
        self.manual = self.job(automatic=False)

    def job(self, *, automatic: bool) -> str:
        job = self.server.short_job()
        with self.server.context.database.transaction() as session:
            recruiter = self.world.actor("recruiter")
            made = postings.create_posting(
                session, recruiter, job.id, "poster", Decimal(0), self.world.clock, automatic_invitation=automatic
            )
            return made.code

    def known(self, person: NewPerson) -> str:
        with self.server.context.database.transaction() as session:
            return apply(session, self.world.actor("recruiter"), self.first, person, self.world.clock).person_id

    def send(self, code: str, **form: str) -> Any:
        return self.client.post(f"/p/{code}", data=form, follow_redirects=False)

    def as_visitor(self, openid: str) -> None:
        value = "\n".join(("official", "wx", openid, ""))
        later = self.world.clock.now().replace(year=self.world.clock.now().year + 1)
        self.client.cookies.set("wechat-visitor", self.server.context.signer.sign(PURPOSE, value, later))

    def reading(self) -> Any:
        return self.server.context.database.reading()


@contextmanager
def opened(template: Path, folder: Path) -> Iterator[Site]:
    database = copied_sqlite(template, folder / "engine.db")
    world: World = make_world(database)
    server = LiveServer("", make_context(database, folder / "data", world.clock), world)
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    with TestClient(application(server.context), raise_server_exceptions=False, headers=headers) as client:
        yield Site(server, client)
    database.close()


@pytest.fixture
def site(_sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    with opened(_sqlite_template, tmp_path) as made:
        yield made


def contact(session: Session, person_id: str) -> tuple[str, str, str, str | None, str | None]:
    person = session.get_one(Person, person_id)
    return person.name, person.email, person.phone, person.email_key, person.phone_key


def flags(session: Session, person_id: str) -> set[str]:
    return set(session.scalars(select(PersonFlag.kind).where(PersonFlag.person_id == person_id)))


CASES = {
    "mail": (VICTIM, {"email": "victim@example.com"}, {"name_differs"}),
    "mail and a number of their own": (
        VICTIM,
        {"email": "victim@example.com", "phone": NUMBER},
        {"name_differs", "contact_differs"},
    ),
    "number": (replace(VICTIM, email="", phone=NUMBER), {"phone": NUMBER}, {"name_differs"}),
    "number and a mail of their own": (
        replace(VICTIM, email="", phone=NUMBER),
        {"phone": NUMBER, "email": "attacker@example.com"},
        {"name_differs", "contact_differs"},
    ),
    "both": (replace(VICTIM, phone=NUMBER), {"email": "victim@example.com", "phone": NUMBER}, {"name_differs"}),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody sent a form with a known person's contact."""

    site: Site
    victim: NewPerson
    person_id: str
    before: tuple[str, str, str, str | None, str | None]
    doubts: set[str]
    answer: Any


@pytest.fixture(
    scope="module",
    params=[(case, automatic) for case in CASES for automatic in (True, False)],
    ids=lambda param: f"{param[0]}, {'invites' if param[1] else 'does not invite'}",
)
def sent(
    request: pytest.FixtureRequest, _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sent]:
    """Each form once, to a job that invites by itself and to one that does not; only looked at afterwards."""
    case, automatic = request.param
    victim, form, doubts = CASES[case]
    with opened(_sqlite_template, tmp_path_factory.mktemp("sent")) as site:
        person_id = site.known(victim)
        with site.reading() as session:
            before = contact(session, person_id)
        answer = site.send(site.second if automatic else site.manual, name="Attacker", **form)
        yield Sent(site, victim, person_id, before, doubts, answer)


def test_who_knows_a_contact_is_not_let_in_or_told_a_name(sent: Sent) -> None:
    assert sent.answer.status_code == 200
    assert "location" not in sent.answer.headers
    assert sent.victim.name not in sent.answer.text
    assert "/i/" not in sent.answer.text
    assert "/a/" not in sent.answer.text


def test_who_knows_a_contact_changes_nothing_but_leaves_a_doubt(sent: Sent) -> None:
    with sent.site.reading() as session:
        assert contact(session, sent.person_id) == sent.before
        assert flags(session, sent.person_id) == sent.doubts


def test_what_a_form_with_a_known_contact_sends_goes_to_the_stored_contact_alone(sent: Sent) -> None:
    with sent.site.reading() as session:
        told = session.scalars(
            select(OutboxMessage).where(OutboxMessage.template.in_(("invitation.sent", "application.received")))
        ).all()
        assert [one.recipient for one in told] == [f"person:{sent.person_id}"]
        assert "attacker" not in str([one.payload for one in told]).lower()


def test_two_persons_contacts_in_one_form_lead_to_neither(site: Site) -> None:
    by_mail = site.known(VICTIM)
    by_phone = site.known(NewPerson("另一位", "", NUMBER))
    answer = site.send(site.second, name="Attacker", email=VICTIM.email, phone=NUMBER)
    assert answer.status_code == 200
    assert "/i/" not in answer.text
    with site.reading() as session:
        assert contact(session, by_mail)[2:] == ("", "victim@example.com", None)
        assert "two_persons" in flags(session, by_mail)
        assert contact(session, by_phone)[1] == ""


@pytest.mark.parametrize("bound", ["nobody", "the attacker"])
def test_a_visitor_in_wechat_is_bound_to_no_known_person(site: Site, bound: str) -> None:
    person_id = site.known(VICTIM)
    attacker = site.known(NewPerson("攻击者", "attacker@example.com"))
    if bound == "the attacker":
        with site.server.context.database.transaction() as session:
            identities.bind(session, attacker, "official", "wx", "o-1", site.world.clock, actor_id="system")
    site.as_visitor("o-1")
    answer = site.send(site.second, name=VICTIM.name, email=VICTIM.email)
    assert answer.status_code == 200
    with site.reading() as session:
        assert session.scalar(select(func.count()).where(WechatIdentity.person_id == person_id)) == 0
        known = identities.person_of(session, "official", "wx", "o-1")
        assert (None if known is None else known.id) == (attacker if bound == "the attacker" else None)


def test_a_known_person_gets_the_same_page_whatever_there_is_of_them(site: Site) -> None:
    site.known(VICTIM)
    codes = (site.second, site.second, site.manual)
    first = site.send(site.second, name=VICTIM.name, email=VICTIM.email)
    again = site.send(site.second, name=VICTIM.name, email=VICTIM.email)
    elsewhere = site.send(site.manual, name=VICTIM.name, email=VICTIM.email)
    texts = {answer.text.replace(code, "") for answer, code in zip((first, again, elsewhere), codes, strict=True)}
    assert len(texts) == 1
    with site.reading() as session:
        sent = session.scalars(select(OutboxMessage.template).order_by(OutboxMessage.id)).all()
        assert sent.count("invitation.sent") == 1
        assert sent.count("application.received") == 2, "once a day for each application, however often it is sent"
    site.send(site.manual, name=VICTIM.name, email=VICTIM.email)
    with site.reading() as session:
        assert session.scalars(select(OutboxMessage.template)).all().count("application.received") == 2


@pytest.mark.parametrize("automatic", [True, False], ids=["invites", "does not invite"])
def test_where_mail_goes_out_a_new_address_is_answered_like_a_known_one(site: Site, automatic: bool) -> None:
    """Who sends addresses to find out which are known learns nothing; each gets their link by mail."""
    context = site.server.context
    service = replace(context.service, smtp_url="smtp://127.0.0.1:1")
    site.known(VICTIM)
    code = site.second if automatic else site.manual
    with TestClient(
        application(replace(context, service=service)), headers={"Accept": "text/html", "Accept-Language": "en"}
    ) as client:
        form = {"name": "Somebody", "email": VICTIM.email}
        known = client.post(f"/p/{code}", data=form, follow_redirects=False)
        new = client.post(f"/p/{code}", data=form | {"email": "new@example.com"}, follow_redirects=False)
        by_phone = client.post(f"/p/{code}", data={"name": "No mail", "phone": NUMBER}, follow_redirects=False)
    assert (known.status_code, known.text) == (new.status_code, new.text)
    assert "by mail" in new.text
    assert by_phone.status_code == (303 if automatic else 200), "who has no mail address goes straight on"
    with site.reading() as session:
        person = session.scalars(select(Person.id).where(Person.email == "new@example.com")).one()
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == f"person:{person}")).all()
    assert [one.template for one in sent] == ["invitation.sent" if automatic else "application.received"]
    assert sent[0].payload["token"]


def test_a_link_of_a_known_person_opens_what_is_theirs(site: Site) -> None:
    site.known(VICTIM)
    site.send(site.manual, name=VICTIM.name, email=VICTIM.email)
    with site.reading() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "application.received")).one()
    assert site.client.get(f"/a/{message.payload['token']}").status_code == 200


def test_anybodys_resume_replaces_none_of_a_known_person(site: Site) -> None:
    person_id = site.known(VICTIM)
    files = {"resume": ("theirs.txt", "攻击者\n2019-2023 示例公司 客服".encode(), "text/plain")}
    form = {"name": VICTIM.name, "email": VICTIM.email}
    assert site.client.post(f"/p/{site.first}", data=form, files=files).status_code == 200
    with site.reading() as session:
        assert session.scalars(select(Application.resume_id).where(Application.person_id == person_id)).one() is None
        kept = session.scalars(select(Resume)).one()
        flag = session.scalars(select(PersonFlag)).one()
        assert (flag.kind, flag.given) == ("resume_given", {"filename": "theirs.txt", "resume": kept.id})


def test_a_new_person_goes_straight_on(site: Site) -> None:
    answer = site.send(site.second, name="新人", email="new@example.com")
    assert answer.status_code == 303
    token = answer.headers["location"].removeprefix("/i/")
    with site.reading() as session:
        assert session.scalars(select(Invitation.token_hash)).one() == digest(token)


def test_a_known_person_may_not_be_led_on_by_a_form_that_was_sent_at_the_same_moment(site: Site) -> None:
    first = site.send(site.second, name="新人", email="new@example.com")
    second = site.send(site.second, name="Attacker", email="new@example.com")  # the clock has not moved
    assert (first.status_code, second.status_code) == (303, 200)
    assert "/a/" not in second.text
