"""A PDF's text is what its pages show, column by column."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.service.resume import ReadResume, read_resume


def page(tmp_path: Path, content: str) -> ReadResume:
    """A PDF of one page with this content, letters in Helvetica."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    ]
    data, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{place:010} 00000 n \n" for place in places
    )
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF"
    path = tmp_path / "resume.pdf"
    path.write_bytes(data.encode("latin-1"))
    return read_resume(path)


def at(x: float, y: float, text: str) -> str:
    return f"1 0 0 1 {x} {y} Tm ({text}) Tj\n"


SEEN = "BT /F1 12 Tf " + at(50, 800, "Grace Okafor") + at(50, 780, "Team Leader in Leeds") + "ET\n"


@pytest.mark.parametrize(
    "trick",
    [
        f"BT 1 1 1 rg /F1 12 Tf {at(50, 700, 'kubernetes')} ET",
        f"BT 1 g /F1 12 Tf {at(50, 700, 'kubernetes')} ET",
        f"BT 0 0 0 0 k /F1 12 Tf {at(50, 700, 'kubernetes')} ET",
        f"BT 3 Tr /F1 12 Tf {at(50, 700, 'kubernetes')} ET",
        f"BT /F1 1 Tf {at(50, 700, 'kubernetes')} ET",
        f"q 0.05 0 0 0.05 50 700 cm BT /F1 12 Tf {at(0, 0, 'kubernetes')} ET Q",
        f"BT /F1 12 Tf {at(50, -300, 'kubernetes')} ET",
        "BT 1 1 1 rg /F1 12 Tf 50 700 Td [(kuber) -20 (netes)] TJ ET",
    ],
)
def test_text_that_nobody_sees_is_left_out_and_told_of(trick: str, tmp_path: Path) -> None:
    found = page(tmp_path, SEEN + trick)
    assert "Grace Okafor" in found.text
    assert "kube" not in found.text
    assert found.reason is not None
    assert found.reason["code"] == "resume.hidden"


@pytest.mark.parametrize(
    "ground",
    [
        "0.1 0.2 0.4 rg 40 690 300 40 re f",
        "0.2 g 40 690 m 340 690 l 340 730 l 40 730 l f",
        "q 300 0 0 40 40 690 cm /I Do Q",
    ],
)
def test_white_letters_on_a_dark_ground_or_a_picture_are_seen(ground: str, tmp_path: Path) -> None:
    found = page(tmp_path, f"{SEEN}{ground}\nBT 1 1 1 rg /F1 12 Tf {at(50, 700, 'kubernetes')} ET")
    assert "kubernetes" in found.text
    assert found.reason is None


def test_colours_end_where_their_state_ends(tmp_path: Path) -> None:
    found = page(tmp_path, f"q 1 1 1 rg Q BT /F1 12 Tf {at(50, 700, 'Team Leader at Northgate Group')} ET")
    assert ("Northgate Group" in found.text, found.reason) == (True, None)


def columns(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Both columns line by line, as printers of PDF write them."""
    lines = "".join(
        at(50, 800 - 20 * place, one) + at(320, 800 - 20 * place, other)
        for place, (one, other) in enumerate(zip(left, right, strict=True))
    )
    return f"BT /F1 12 Tf {lines} ET"


def test_of_two_columns_the_left_one_is_read_first(tmp_path: Path) -> None:
    left = ("Grace Okafor", "Manchester city", "Coaching of teams", "Written English", "Zendesk reports")
    right = ("Team Leader", "Northgate Group", "Head of support", "Brightwater Ltd", "Answered mails")
    words = page(tmp_path, columns(left, right)).text.split()
    assert words == " ".join((*left, *right)).split()


def test_dates_beside_what_was_done_then_stay_on_its_line(tmp_path: Path) -> None:
    left = ("2011 - 2012", "2012 - 2014", "2014 - 2016", "2016 - 2019", "2019 - now")
    right = ("Northgate Group", "Brightwater Ltd", "Leeds Ltd", "York Ltd", "Hull Ltd")
    lines = [" ".join(line.split()) for line in page(tmp_path, columns(left, right)).text.splitlines()]
    assert lines == [f"{one} {other}" for one, other in zip(left, right, strict=True)]
