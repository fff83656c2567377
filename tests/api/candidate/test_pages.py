"""What candidates see: consent by policy, both languages, the link's troubles in plain words, afterwards (C2, L5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import console_data
import pytest
from applications import application
from console_pages import StoredCompany
from databases import copied_sqlite
from hiring_world import MovingClock, World, make_world
from serving import LiveServer, make_context
from sqlalchemy import select
from starlette.testclient import TestClient

from api.candidate import later, own_applications
from api.candidate.recorder_texts import TEXTS
from api.candidate.sessions import cookie_name
from interview_engine.assessment.policy import POLICIES
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.companies import service as companies
from interview_engine.hr.competency import service as competency
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import erasure
from interview_engine.hr.privacy.tables import Consent
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.hiring.offers import NewOffer
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.interviewing.consent_texts import VERSION, consent_text, version_of
from interview_engine.hr.recruiting.jobs import postings
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.tables import Answer, Application, Invitation, Requisition, Resume
from interview_engine.i18n import LocalizedText, catalogue, languages
from interview_engine.store.secrets import digest
from interview_engine.store.tables import WorkItem

API = Path(__file__).parents[3] / "api"
PAGES = [*sorted((API / "templates" / "candidate").glob("*.html"))] + [
    API / "templates" / "public" / f"{name}.html" for name in ("job", "applied", "applications", "offer", "survey")
]


@pytest.fixture(scope="module")
def company(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World, Requisition]:
    path = tmp_path_factory.mktemp("company") / "engine.db"
    database = copied_sqlite(_sqlite_template, path)
    world = make_world(database)
    job = LiveServer("", make_context(database, path.parent, world.clock), world).short_job()
    database.close()
    return path, world, job


@pytest.fixture
def server(company: tuple[Path, World, Requisition], tmp_path: Path) -> Iterator[LiveServer]:
    path, world, _ = company
    database = copied_sqlite(path, tmp_path / "engine.db")
    own = World(**{**_fields(world), "database": database, "clock": MovingClock(world.clock.at)})
    yield LiveServer("", make_context(database, tmp_path / "data", own.clock), own)
    database.close()


def _fields(world: World) -> dict[str, object]:
    return {name: getattr(world, name) for name in World.__dataclass_fields__}


@pytest.fixture
def job(company: tuple[Path, World, Requisition]) -> Requisition:
    return company[2]


@pytest.fixture
def client(server: LiveServer) -> Iterator[TestClient]:
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    with TestClient(application(server.context), raise_server_exceptions=False, headers=headers) as made:
        yield made


def words(html: str) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def agree(client: TestClient, home: str, **choices: str) -> None:
    given = {"route": "write", "automated": "yes", **choices}
    assert client.post(f"{home}/consent", data=given, follow_redirects=False).status_code == 303


def answer_in_writing(client: TestClient, home: str) -> None:
    for number in (1, 2):
        text = f"上周我先听顾客说完，再查订单，当天补发。第 {number} 题。"
        assert client.post(f"{home}/write/{number}", data={"text": text}).status_code == 200


# Words --------------------------------------------------------------------------------------------------------------


def test_every_word_of_candidate_pages_is_translated() -> None:
    chinese = catalogue("zh")
    used = (
        set(TEXTS.values())
        | set(own_applications.STAGES.values())
        | {own_applications.DECIDED}
        | set(later.OUTCOMES.values())
    )
    used |= {label for _, label in later.STEPS} | set(later.ERASED.values())
    for path in PAGES:
        used |= set(re.findall(r'\b_\("((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")))
        used |= set(re.findall(r"\b_\('((?:[^'\\]|\\.)*)'", path.read_text(encoding="utf-8")))
    assert sorted(text for text in used if not chinese.get(text)) == []
    for text in used:
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[text])), text


def test_the_recorder_shows_only_words_that_are_translated() -> None:
    script = "".join((API / "static" / f"{name}.js").read_text("utf-8") for name in ("recorder", "review", "devices"))
    named = set(re.findall(r'say\("(\w+)"', script)) | set(re.findall(r"texts\.(\w+)", PAGES[0].read_text("utf-8")))
    assert named <= set(TEXTS)


# Recruiting switched off ---------------------------------------------------------------------------------------------


def switch_recruiting(server: LiveServer, on: bool) -> None:
    world = server.world
    with server.context.database.transaction() as session:
        companies.switch(session, world.actor("administrator"), world.entity_id, "recruiting", on, world.clock)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "暂不在此接受应聘"),
        ("en", "is not taking applications"),
        ("ja", "応募を受け付けていません"),
        ("es", "no acepta"),
    ],
)
def test_a_job_of_a_company_that_does_not_recruit_for_now_says_so_in_the_readers_language(
    server: LiveServer, client: TestClient, job: Requisition, language: str, said: str
) -> None:
    with server.context.database.transaction() as session:
        code = server.world.post(session, session.get_one(Requisition, job.id)).code
    assert client.get(f"/p/{code}").status_code == 200
    switch_recruiting(server, on=False)
    headers = {"Accept-Language": language}
    for answer in (
        client.get(f"/p/{code}", headers=headers),
        client.post(f"/p/{code}", data={"name": "何小满", "phone": "13800006789"}, headers=headers),
    ):
        assert answer.status_code == 410
        assert said in words(answer.text)
        assert "Company settings" not in answer.text
        assert "/console" not in answer.text
    with server.context.database.reading() as session:
        assert session.scalar(select(Person.id).where(Person.name == "何小满")) is None


def test_who_was_invited_before_recruiting_was_switched_off_takes_the_interview_to_its_end(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    home = f"/i/{server.invite(job).token}"
    switch_recruiting(server, on=False)
    assert client.get(home).status_code == 200
    agree(client, home)
    answer_in_writing(client, home)
    assert client.post(f"{home}/submit").status_code == 200
    with server.context.database.reading() as session:
        assert session.scalars(select(Invitation.state)).all() == ["submitted"]
    assert client.get(f"{home}/status").status_code == 200


# Consent ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", sorted(POLICIES))
@pytest.mark.parametrize("language", languages())
def test_the_consent_says_what_the_policy_asks_for(policy: str, language: str) -> None:
    text = consent_text(policy)
    said = " ".join(point.get(language) for section in text.sections for point in section.points)
    assert str(POLICIES[policy].retention_days) in said
    assert {purpose.id for purpose in text.purposes} == (set() if policy == "eu" else {"voice", "face"})
    if policy == "eu":
        assert POLICIES["eu"].article.get(language) in said
    if POLICIES[policy].record_days:
        assert POLICIES[policy].article.get(language) in said


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("policy", "law"), [("us-il", "HB 3773"), ("us-co", "SB 26-189")])
def test_the_consent_names_the_law_that_asks_for_a_notice(policy: str, law: str, language: str) -> None:
    rights = next(section for section in consent_text(policy).sections if section.id == "rights")
    assert any(law in point.get(language) for point in rights.points)


@pytest.mark.parametrize("language", languages())
def test_the_consent_says_when_delivery_counts_and_how_much(language: str) -> None:
    said = [
        " ".join(point.get(language) for section in consent_text("cn", weight).sections for point in section.points)
        for weight in (0.0, 15.0)
    ]
    assert ["15" in text for text in said] == [False, True]


@pytest.mark.parametrize("language", languages())
def test_the_consent_says_when_a_language_model_reads_the_answers(language: str) -> None:
    said = [
        " ".join(
            point.get(language) for section in consent_text("cn", judged=judged).sections for point in section.points
        )
        for judged in (False, True)
    ]
    assert said[1].startswith(said[0][:10])
    assert len(said[1]) > len(said[0])
    assert version_of(language, judged=True) != version_of(language, judged=False)


def test_consent_is_kept_with_its_text_and_language(server: LiveServer, client: TestClient, job: Requisition) -> None:
    home = f"/i/{server.invite(job).token}"
    agree(client, home, route="record", automated="yes", voice="yes")
    with server.context.database.reading() as session:
        rows = session.scalars(select(Consent)).all()
        assert {row.purpose: row.granted for row in rows} == {
            "recording": True,
            "voice": True,
            "face": False,
            "automated_assessment": True,
            "retention": False,
        }
        assert {row.text_version for row in rows} == {f"{VERSION}/en"}


def test_both_choices_must_be_made(server: LiveServer, client: TestClient, job: Requisition) -> None:
    home = f"/i/{server.invite(job).token}"
    for given in ({}, {"route": "record"}, {"automated": "yes"}, {"route": "else", "automated": "yes"}):
        answer = client.post(f"{home}/consent", data=given)
        assert answer.status_code == 422
        assert "Choose one of the two marked options" in answer.text
    with server.context.database.reading() as session:
        assert session.scalars(select(Invitation)).one().device_hash is None


def test_who_refuses_software_gets_people_and_no_work_is_queued(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    home = f"/i/{server.invite(job).token}"
    agree(client, home, automated="no")
    answer_in_writing(client, home)
    told = client.post(f"{home}/submit")
    assert "human review only" in words(told.text)
    with server.context.database.reading() as session:
        assert session.scalars(select(WorkItem)).all() == []
        assert session.scalars(select(Application)).one().section == "needs_review"


def test_consent_asked_for_before_the_interview_began_leads_to_its_beginning(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    token = server.invite(job).token
    answer = client.get(f"/i/{token}/consent", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/i/{token}")


def test_without_consent_no_question_is_shown(server: LiveServer, client: TestClient, job: Requisition) -> None:
    home = f"/i/{server.invite(job).token}"
    for path in ("interview", "questions/1", "write/1", "review", "status"):
        assert client.get(f"{home}/{path}", follow_redirects=False).status_code == 403


# The link -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "expired", "unknown"), [("en", "expired", "complete"), ("zh", "过期", "完整")])
def test_a_link_that_does_not_work_says_why_and_what_to_do(
    server: LiveServer, client: TestClient, job: Requisition, language: str, expired: str, unknown: str
) -> None:
    home = f"/i/{server.invite(job).token}"
    client.cookies.set("language", language)
    agree(client, home)
    server.world.clock.pass_days(8)
    over = client.get(home)
    assert over.status_code == 410
    assert expired in words(over.text)
    nothing = client.get("/i/nobody-was-invited-with-this")
    assert nothing.status_code == 404
    assert unknown in words(nothing.text) or "copied" in words(nothing.text)


def test_a_revoked_link_says_so(server: LiveServer, client: TestClient, job: Requisition) -> None:
    issued = server.invite(job)
    with server.context.database.transaction() as session:
        invitations.revoke(session, server.world.actor("recruiter"), issued.invitation.id, server.world.clock)
    assert client.get(f"/i/{issued.token}").status_code == 410


def test_a_lost_phone_goes_on_with_a_new_one(server: LiveServer, client: TestClient, job: Requisition) -> None:
    issued = server.invite(job)
    home = f"/i/{issued.token}"
    agree(client, home)
    client.post(f"{home}/write/1", data={"text": "上周我先听顾客说完，再查订单，当天补发。"})
    client.cookies.clear()
    assert client.get(home).status_code == 403
    with server.context.database.transaction() as session:
        invitations.move_device(session, server.world.actor("recruiter"), issued.invitation.id, server.world.clock)
    agree(client, home)
    assert "1 of 2 questions are answered" in words(client.get(f"{home}/review").text)


def test_a_saved_answer_is_shown_and_counts_once(server: LiveServer, client: TestClient, job: Requisition) -> None:
    home = f"/i/{server.invite(job).token}"
    agree(client, home)
    for _ in range(2):
        client.post(f"{home}/write/1", data={"text": "同一段话，点了两次。"})
    assert "同一段话" in client.get(f"{home}/write/1").text
    assert client.post(f"{home}/write/1", data={"text": "  "}).status_code == 422
    assert client.get(f"{home}/write/9").status_code == 404
    with server.context.database.reading() as session:
        assert [one.attempt for one in session.scalars(select(Answer))] == [1]


def test_unanswered_questions_must_be_confirmed(server: LiveServer, client: TestClient, job: Requisition) -> None:
    home = f"/i/{server.invite(job).token}"
    agree(client, home)
    client.post(f"{home}/write/1", data={"text": "只答第一题。"})
    assert client.post(f"{home}/submit").status_code == 422
    first = client.post(f"{home}/submit", data={"missing": "yes"})
    again = client.post(f"{home}/submit", data={"missing": "yes"})
    assert "Everything has arrived" in first.text
    receipts = [re.findall(r"\b[0-9a-f]{64}\b", page.text)[0] for page in (first, again)]
    assert receipts[0] == receipts[1]
    receipt = client.get(f"{home}/receipt.txt").text
    assert receipts[0] in receipt
    assert "UTC" not in receipt
    beijing = server.world.clock.at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"Submitted: {beijing:%Y-%m-%d %H:%M}" in receipt
    assert "(Beijing time)" in receipt


def test_who_answered_in_writing_reads_their_own_words_and_no_talk_of_recordings(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    home = f"/i/{server.invite(job).token}"
    agree(client, home)
    answer_in_writing(client, home)
    client.post(f"{home}/submit")
    page = words(client.get(f"{home}/transcript").text)
    assert "You answered in writing" in page
    assert "no recorded answer" not in page
    assert "scored again" not in page
    assert "changes no score" not in page


def test_a_draft_is_said_to_be_kept_and_not_to_count(server: LiveServer, client: TestClient, job: Requisition) -> None:
    home = f"/i/{server.invite(job).token}"
    agree(client, home)
    page = client.get(f"{home}/write/1").text
    assert "saved on this device by itself" in page
    assert "Drafts on this device do not count" in words(page)


# Afterwards ---------------------------------------------------------------------------------------------------------


def test_after_handing_in_one_may_ask_for_a_person_and_withdraw(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    home = f"/i/{server.invite(job).token}"
    agree(client, home)
    answer_in_writing(client, home)
    client.post(f"{home}/submit")
    client.post(f"{home}/rerating", data={"reason": "第二题听错了"})
    assert "Requested on" in words(client.get(f"{home}/status").text)
    with server.context.database.reading() as session:
        application = session.scalars(select(Application)).one()
        asked = reviews.reviews_of(session, server.world.actor("recruiter"), application.id)
    assert [one.kind for one in asked] == ["rerating_request"]
    assert client.post(f"{home}/withdraw").status_code == 422
    gone = client.post(f"{home}/withdraw", data={"sure": "yes"})
    assert "Everything has been deleted" in gone.text
    receipt = client.get(f"{home}/deletion.json").json()
    assert receipt["sha256"] in gone.text
    client.cookies.clear()
    assert "Everything has been deleted" in client.get(home).text, "the device is forgotten; the receipt stays"
    assert client.get(f"{home}/review").status_code in (403, 410)
    with server.context.database.reading() as session:
        assert session.scalars(select(Answer)).all() == []


@pytest.mark.parametrize("stage", ["sent", "begun", "handed in"])
def test_who_was_deleted_as_a_person_finds_the_receipt_at_the_link(
    server: LiveServer, client: TestClient, job: Requisition, stage: str
) -> None:
    context, home = server.context, f"/i/{server.invite(job).token}"
    if stage != "sent":
        agree(client, home)
    if stage == "handed in":
        answer_in_writing(client, home)
        client.post(f"{home}/submit")
    with context.database.transaction() as session:
        person_id = session.scalars(select(Application.person_id)).one()
        name = session.get_one(Person, person_id).name
        request = erasure.request_erasure(session, SYSTEM, context.clock, person_id=person_id)
        receipt = erasure.erase(session, context.blobs, request.id, context.clock)
    client.cookies.clear()  # the device is forgotten, and somebody may come by another one
    shown = client.get(home)
    assert shown.status_code == 200
    assert "Everything has been deleted" in shown.text
    assert receipt["sha256"] in shown.text
    assert name not in shown.text
    assert client.get(f"{home}/deletion.json").json() == receipt
    assert "another device" not in shown.text


def test_who_is_past_the_time_of_recordings_finds_that_receipt(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    context, home = server.context, f"/i/{server.invite(job).token}"
    agree(client, home)
    answer_in_writing(client, home)
    client.post(f"{home}/submit")
    with context.database.transaction() as session:
        invitation = session.scalars(select(Invitation)).one()
        person_id = session.scalars(select(Application.person_id)).one()
        request = erasure.ask(session, SYSTEM, person_id, invitation.id, "retention", context.clock)
        receipt = erasure.erase(session, context.blobs, request.id, context.clock)
    shown = client.get(f"{home}/status")
    assert "Recordings deleted" in shown.text
    assert receipt["sha256"] in shown.text
    assert client.get(f"{home}/deletion.json").json() == receipt


def test_the_reasons_are_shown_with_ones_own_words(hiring_company: StoredCompany, tmp_path: Path) -> None:
    made = hiring_company.copy(tmp_path)
    token = made.tokens["林晓"]
    with made.context.database.transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.token_hash == digest(token))).one()
        invitation.device_hash = digest("phone")
    app = application(made.context)
    with TestClient(app, raise_server_exceptions=False, headers={"Accept": "text/html"}) as client:
        client.cookies.set(cookie_name(made.context, token), "phone")
        shown = client.get(f"/i/{token}/measured")
        assert shown.status_code == 200
        said = words(shown.text)
        assert "沟通能力" in said
        quotes = [unescape(quote) for quote in re.findall(r'<blockquote class="quote">(.*?)</blockquote>', shown.text)]
        told = "".join("".join(sentences) for sentences in console_data.TOLD["林晓"].values())
        assert quotes
        assert all(quote in told for quote in quotes)
        assert "语速" in said, "what was measured of the recording is listed"
        late = client.post(f"/i/{token}/transcript", data={"answer": "x" * 32, "text": "另一段话"})
        assert late.status_code == 404
        assert client.get(f"/i/{token}/status").status_code == 200


# Applying -----------------------------------------------------------------------------------------------------------


def posted(server: LiveServer, job: Requisition, *, automatic: bool = True) -> str:
    with server.context.database.transaction() as session:
        recruiter = server.world.actor("recruiter")
        made = postings.create_posting(
            session, recruiter, job.id, "poster", Decimal(0), server.world.clock, automatic_invitation=automatic
        )
        return f"/p/{made.code}"


def test_applying_leads_straight_into_the_interview_once(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    page = posted(server, job)
    assert "客服专员" in client.get(page).text
    form = {"name": "李雷", "email": "lilei@example.com"}
    files = {"resume": ("简历.txt", "李雷\n本科\n2019-2023 示例公司 客服".encode(), "text/plain")}
    first = client.post(page, data=form, files=files, follow_redirects=False)
    assert first.status_code == 303
    assert client.get(first.headers["location"]).status_code == 200
    again = client.post(page, data=form, follow_redirects=False)
    assert again.status_code == 200, "who only knows an address gets no link to somebody's interview"
    assert "/a/" not in again.text
    assert "/i/" not in again.text
    with server.context.database.reading() as session:
        assert len(session.scalars(select(Application)).all()) == 1
        assert session.scalars(select(Resume)).one().filename == "简历.txt"


def test_a_form_that_cannot_be_used_keeps_what_was_typed(
    server: LiveServer, client: TestClient, job: Requisition
) -> None:
    page = posted(server, job)
    for form, files in (
        ({"name": "韩梅梅"}, None),
        ({"name": "韩梅梅", "email": "not an address"}, None),
        (
            {"name": "韩梅梅", "phone": "13800000000"},
            {"resume": ("cv.pdf", b"\x7fELF" + bytes(100), "application/pdf")},
        ),
    ):
        refused = client.post(page, data=form, files=files)
        assert refused.status_code == 422
        assert "韩梅梅" in refused.text
        assert 'role="alert"' in refused.text
    with server.context.database.reading() as session:
        assert session.scalars(select(Application)).all() == []


def test_applications_are_seen_by_a_signed_link_only(server: LiveServer, client: TestClient, job: Requisition) -> None:
    page = posted(server, job, automatic=False)
    told = client.post(page, data={"name": "李雷", "phone": "13812345678"})
    address = re.findall(r'href="(/a/[^"]+)"', told.text)[0]
    assert "客服专员" in client.get(address).text
    assert client.get(address[:-4] + "AAAA").status_code == 403
    server.world.clock.at += timedelta(days=400)
    assert client.get(address).status_code == 410


# Offer and survey ---------------------------------------------------------------------------------------------------


def test_an_offer_is_accepted_once(server: LiveServer, client: TestClient, job: Requisition) -> None:
    world, clock = server.world, server.world.clock
    with server.context.database.transaction() as session:
        application = world.applicant(session, world.post(session, job, "offers"), 5)
        world.assessed(session, world.interviewed(session, application))
        reviews.decide(session, world.actor("hr"), application.id, "advance", "各项都好", clock)
        new = NewOffer("客服专员", Decimal("8500"), clock.at.date() + timedelta(days=30))
        draft = offers.draft_offer(session, world.actor("hr"), application.id, new, clock)
        sent = offers.send_offer(session, world.actor("hr"), draft.id, clock)
    page = f"/o/{sent.token}"
    assert "8,500.00" in client.get(page).text
    until = (clock.at + timedelta(days=7)).astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{until:%Y-%m-%d %H:%M} (Beijing time)" in words(client.get(page).text)
    assert "You have accepted" in client.post(page, data={"answer": "accept"}).text
    refused = client.post(page, data={"answer": "decline"})
    assert refused.status_code == 409
    assert "You have accepted" in refused.text
    assert client.get("/o/no-such-offer").status_code == 404


def test_a_survey_is_answered_once(server: LiveServer, client: TestClient) -> None:
    world, clock = server.world, server.world.clock
    questions = [
        {"id": "s1", "kind": "scale", "text": {"zh": "我能说清楚", "en": "I make myself clear"},
         "competency": "communication"},
        {"id": "t1", "kind": "top3", "text": {"zh": "最重要的三项", "en": "The three that matter most"}},
        {"id": "o1", "kind": "open", "text": {"zh": "还有什么", "en": "Anything else"}},
    ]  # fmt: skip
    with server.context.database.transaction() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        hr = world.actor("hr")
        made = competency.create_survey(session, hr, LocalizedText("问卷一", "Survey one"), questions, clock)
        page = f"/s/{competency.send_survey(session, hr, made.id, [person.id], clock)[0].token}"
    assert "I make myself clear" in client.get(page).text
    wrong = client.post(page, data={"s1": "9", "t1": ["沟通", "", ""]})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert "Your answers have arrived" in client.post(page, data={"s1": "4", "t1": ["沟通", "学习", ""]}).text
    assert client.post(page, data={"s1": "5", "t1": ["沟通"]}).status_code == 409
