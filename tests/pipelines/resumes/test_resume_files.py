"""What candidates send as a résumé is read as its reader sees it, or says why not; never a share of nothing."""

from __future__ import annotations

import base64
import quopri
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from interview_engine.hr.recruiting.jobs.job_description import JobRequirement, prefilter
from pipelines.resumes import markup, plain
from pipelines.service.resume import DOCX, OLD_WORD, TEXT, ReadResume, read_resume

NAME, PHONE, MAIL = "李晓燕", "13812345678", "xiaoyan.li@example.com"
LINES = (f"姓名：{NAME}", f"手机：{PHONE}", f"邮箱：{MAIL}", "教育背景", "2014.09-2018.06 江南大学 市场营销 本科")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'


def read(tmp_path: Path, data: bytes | str, name: str = "resume.docx") -> ReadResume:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_resume(path)


def package(tmp_path: Path, body: str, *, main: str = "word/document.xml", space: str = W, **parts: str) -> ReadResume:
    """A DOCX with this body and these further parts."""
    path = tmp_path / "made.docx"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", f'<R xmlns="r"><Relationship Id="1" Type="{relation}" Target="/{main}"/></R>')
        archive.writestr(main, f"<w:document {space}><w:body>{body}</w:body></w:document>")
        for name, text in parts.items():
            archive.writestr(f"word/{name}.xml", text)
    return read_resume(path)


def run(text: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraphs(*texts: str) -> str:
    return "".join(f"<w:p>{run(text)}</w:p>" for text in texts)


def value(found: ReadResume, field: str) -> list[str]:
    return [entry["value"] for entry in found.fields.get(field, [])]


def is_whole(found: ReadResume) -> bool:
    return (value(found, "name"), value(found, "phone"), value(found, "email")) == ([NAME], [PHONE], [MAIL])


BODIES = {
    "a text box": f"<w:p><w:r><w:pict><v xmlns='v'><w:txbxContent>{paragraphs(*LINES)}"
    "</w:txbxContent></v></w:pict></w:r></w:p>",
    "a box in two forms": "<w:p><w:r><m:AlternateContent xmlns:m='m'><m:Choice><w:txbxContent>"
    + paragraphs(*LINES)
    + "</w:txbxContent></m:Choice><m:Fallback><w:txbxContent>"
    + paragraphs(*LINES)
    + "</w:txbxContent></m:Fallback></m:AlternateContent></w:r></w:p>",
    "content controls": "".join(
        f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraphs(line)}</w:sdtContent></w:sdt>" for line in LINES
    ),
    "insertions, smart tags and links": f"<w:p>{run('姓名：')}<w:ins>{run(NAME)}</w:ins></w:p>"
    f"<w:p>{run('手机：')}<w:smartTag>{run(PHONE)}</w:smartTag><w:del><w:r><w:delText>13900000000</w:delText></w:r></w:del>"
    f"</w:p><w:p>{run('邮箱：')}<w:hyperlink>{run(MAIL)}</w:hyperlink></w:p>",
    "a number in several runs": f"{paragraphs(LINES[0])}<w:p>{run('手机：138')}{run('1234')}{run('5678')}</w:p>"
    + paragraphs(LINES[2]),
    "a table of labels": "<w:tbl>"
    + "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraphs(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in (("姓名", NAME, "性别", "女"), ("手机", PHONE, "邮箱", MAIL))
    )
    + "</w:tbl>",
    "a table in a table": f"<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>{paragraphs(*LINES[:1])}</w:tc></w:tr></w:tbl>"
    f"</w:tc></w:tr><w:tr><w:tc>{paragraphs(LINES[1])}</w:tc><w:tc>{paragraphs(LINES[2])}</w:tc></w:tr></w:tbl>",
}


@pytest.mark.parametrize("kind", BODIES)
def test_word_s_text_is_found_where_word_shows_it(kind: str, tmp_path: Path) -> None:
    found = package(tmp_path, BODIES[kind])
    assert (found.media_type, found.reason) == (DOCX, None)
    assert is_whole(found), found.text
    assert found.text.count(PHONE) == 1


@pytest.mark.parametrize("main", ["word/document.xml", "word/document2.xml", "WORD/Document.xml"])
@pytest.mark.parametrize("space", [W, STRICT])
def test_packages_that_word_opens_are_read_whatever_their_parts_are_called(
    main: str, space: str, tmp_path: Path
) -> None:
    assert is_whole(package(tmp_path, paragraphs(*LINES), main=main, space=space, header1="<broken"))


def test_the_head_of_a_page_counts(tmp_path: Path) -> None:
    head = f"<w:hdr {W}>{paragraphs(*LINES[:3])}</w:hdr>"
    assert is_whole(package(tmp_path, paragraphs(*LINES[3:]), header1=head))


@pytest.mark.parametrize("look", ["<w:vanish/>", '<w:color w:val="FFFFFF"/>'])
def test_text_that_word_does_not_show_is_left_out_and_told_of(look: str, tmp_path: Path) -> None:
    found = package(tmp_path, paragraphs(*LINES) + f"<w:p>{run('精通一切', look)}</w:p>")
    assert is_whole(found)
    assert "精通一切" not in found.text
    assert found.reason is not None
    assert found.reason["code"] == "resume.hidden"


def test_white_letters_on_a_coloured_ground_are_seen(tmp_path: Path) -> None:
    white = run(NAME, '<w:color w:val="FFFFFF"/>')
    body = f'<w:p><w:pPr><w:shd w:fill="1F3864"/></w:pPr>{run("姓名：", "")}{white}</w:p>{paragraphs(*LINES[1:])}'
    found = package(tmp_path, body)
    assert (found.reason, is_whole(found)) == (None, True)


PAGE = (
    "<html><head><meta http-equiv=Content-Type content='text/html; charset={charset}'><style>td{{color:red}}</style>"
    "<script>var a='13900000000'</script></head><body><table><tr><td>姓名：</td><td><b>{name}</b></td></tr>"
    "<tr><td>手机：</td><td>138<span></span>12345678</td></tr><tr><td>邮箱：</td><td>xiaoyan.li&#64;example.com</td></tr>"
    "</table><div style='display: none'>精通一切</div><p>江南大学&nbsp;本科</p></body></html>"
)


@pytest.mark.parametrize(("charset", "encoding"), [("gb2312", "gb18030"), ("utf-8", "utf-8"), ("none-such", "utf-8")])
def test_a_web_page_under_a_word_name_is_read_as_a_page(charset: str, encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path, PAGE.format(charset=charset, name=NAME).encode(encoding), "resume.doc")
    assert (found.media_type, found.reason, is_whole(found)) == (TEXT, None, True)
    assert "精通一切" not in found.text
    assert "<" not in found.text


def test_a_page_saved_with_its_pictures_is_read(tmp_path: Path) -> None:
    page = base64.encodebytes(PAGE.format(charset="utf-8", name=NAME).encode()).decode()
    mail = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
        'Content-Type: text/html; charset="utf-8"\n'
        f"Content-Transfer-Encoding: base64\n\n{page}\n--b--\n"
    )
    assert is_whole(read(tmp_path, mail, "resume.doc"))


BARE = "".join(f"<p>{line}</p>" for line in LINES)
PAGES = {
    "paragraphs": BARE,
    "a list": "<ul>" + "".join(f"<li>{line}</li>" for line in LINES) + "</ul>",
    "spans and breaks": "<span>" + "<br/>".join(LINES) + "</span>",
    "a style in front": f"<style>p{{color:red}}</style>{BARE}",
    "XHTML": f"<?xml version='1.0' encoding='gb2312'?><!DOCTYPE html><html><head/><body>{BARE}</body></html>",
    "Word's own": "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><!--[if gte mso 9]><xml>13900000000"
    f"</xml><![endif]--></head><body>{BARE}</body></html>",
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_page_or_a_piece_of_one_is_read_in_any_encoding(kind: str, encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path, PAGES[kind].encode(encoding), "resume.doc")
    assert (found.reason, is_whole(found)) == (None, True), found.text


HEAD = (
    'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="b"\r\n\r\nof parts\r\n'
    '--b\r\nContent-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
)
MAILS = {
    "plain": HEAD,
    "with other lines first": f"X-Mailer: x\r\nFrom: <Saved by a browser>\r\nSubject: =?utf-8?B?5p2O?=\r\n{HEAD}",
    "with a mark": f"\ufeff{HEAD}",
    "of one part": "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    "Content-Type: text/html; charset=gbk\r\n\r\n",
}


@pytest.mark.parametrize("kind", MAILS)
def test_a_saved_page_is_read_whatever_stands_in_its_head(kind: str, tmp_path: Path) -> None:
    page = quopri.encodestring(f"<html><body>{BARE}</body></html>".encode("gb18030")).decode()
    end = "\r\n--b--\r\n" if kind != "of one part" else ""
    found = read(tmp_path, f"{MAILS[kind]}{page}{end}", "resume.doc")
    assert (found.reason, is_whole(found)) == (None, True), found.text


XML_FILES = {
    "of 2003": "<w:wordDocument xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'><w:body>{}</w:body>"
    "</w:wordDocument>",
    "a package in one": "<pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'><pkg:part>"
    f"<pkg:xmlData><w:document {W}><w:body>{{}}</w:body></w:document></pkg:xmlData></pkg:part></pkg:package>",
}


@pytest.mark.parametrize("kind", XML_FILES)
def test_word_s_files_of_one_xml_are_read(kind: str, tmp_path: Path) -> None:
    body = paragraphs(*LINES) + f"<w:p>{run('精通一切', '<w:vanish/>')}</w:p>"
    found = read(tmp_path, "<?xml version='1.0' encoding='UTF-8'?>" + XML_FILES[kind].format(body), "resume.doc")
    assert is_whole(found)
    assert "精通一切" not in found.text
    assert found.reason is not None
    assert found.reason["code"] == "resume.hidden"


def rtf(line: str) -> str:
    return "".join(c if ord(c) < 128 else f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?" for c in line)


@pytest.mark.parametrize("how", ["units", "bytes"])
def test_rtf_is_read_by_units_and_by_bytes(how: str, tmp_path: Path) -> None:
    def coded(line: str) -> str:
        if how == "units":
            return rtf(line)
        return "".join(f"\\'{byte:02x}" if byte > 127 else chr(byte) for byte in line.encode("gbk"))

    body = "\\par\n".join(map(coded, LINES))
    text = "{\\rtf1\\ansi\\ansicpg936\\uc1{\\fonttbl{\\f0 SimSun;}}{\\*\\generator x;}{\\info{\\author 13900000000}}\n"
    found = read(tmp_path, f"{text}{body}\\par}}", "resume.doc")
    assert (found.reason, is_whole(found)) == (None, True)
    assert "SimSun" not in found.text


def in_gbk(line: str) -> str:
    return "".join(f"\\'{byte:02x}" if byte > 127 else chr(byte) for byte in line.encode("gbk"))


FONTS = "{\\fonttbl{\\f0\\froman\\fcharset0{\\*\\panose 0202}Times;}{\\f1\\fnil\\fcharset134 SimSun;}}"
RTF = {
    "a Chinese font under the Western code page": f"{{\\rtf1\\ansi\\ansicpg1252{FONTS}\\f1 "
    + "\\par ".join(map(in_gbk, LINES))
    + "}",
    "a Chinese font and no code page": f"{{\\rtf1\\ansi{FONTS}"
    + "".join(f"{{\\f1 {in_gbk(line)}}}{{\\f0 \\par}}" for line in LINES)
    + "}",
    "line ends of macOS": "{\\rtf1\\ansi\\ansicpg936\\cocoartf2639\n" + "\\\n".join(map(in_gbk, LINES)) + "}",
    "two bytes in place of a letter": "{\\rtf1\\ansi\\ansicpg936\\uc2 "
    + "\\par ".join("".join(c if ord(c) < 128 else f"\\u{ord(c)}{in_gbk(c)}" for c in line) for line in LINES)
    + "}",
    "a table": "{\\rtf1\\ansi\\ansicpg936\\trowd "
    + "".join(
        f"{in_gbk(label)}\\cell {in_gbk(text)}\\cell\\row " for label, text in (one.split("：") for one in LINES[:3])
    )
    + "}",
}


@pytest.mark.parametrize("kind", RTF)
def test_rtf_of_other_programs_is_read(kind: str, tmp_path: Path) -> None:
    found = read(tmp_path, RTF[kind], "resume.doc")
    assert (found.reason, is_whole(found)) == (None, True), found.text


def test_hidden_text_of_rtf_is_left_out_and_told_of(tmp_path: Path) -> None:
    text, hidden = markup.rtf_text(b"{\\rtf1 seen {\\v not seen}\\v0  again}")
    assert (text.split(), hidden) == (["seen", "again"], True)


@pytest.mark.parametrize(
    ("line", "phones"),
    [
        ("电话：13812345678 / 13912345678", ["13812345678", "13912345678"]),
        ("编号 138 0000 12345，合同 0000-1234", []),
        ("QQ：12345678 身份证 110101199003071234", []),
    ],
)
def test_of_two_numbers_both_are_found_and_no_number_of_another_kind(
    line: str, phones: list[str], tmp_path: Path
) -> None:
    assert value(read(tmp_path, f"姓名：{NAME}\n{line}\n", "r.txt"), "phone") == phones


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "gb18030"])
def test_text_is_read_in_every_encoding_that_windows_saves(encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path, "\r\n".join(LINES).encode(encoding), "resume.txt")
    assert (found.reason, is_whole(found)) == (None, True)


@pytest.mark.parametrize(
    ("line", "phone"),
    [
        ("电话：１３８－１２３４－５６７８", "138-1234-5678"),
        ("电话：8613812345678", "8613812345678"),
        ("电话：(86)13812345678", "(86)13812345678"),
        ("电话 138.1234.5678", "138.1234.5678"),
        ("⼿机：13812345678", "13812345678"),
        ("电话：0086-138 1234 5678", "0086-138 1234 5678"),
        ("电话：＋８６（０）１３８１２３４５６７８", "+86（0）13812345678"),
        ("电话：+86 (0)138 1234 5678。", "+86 (0)138 1234 5678"),
        ("电话：138\u20111234\u20115678", "138\u20111234\u20115678"),
        ("电话：138·1234·5678（微信同号）", "138·1234·5678"),
        ("电话：138 1234 5678 转 2", "138 1234 5678"),
        ("电话：+86（138）1234-5678", "+86（138）1234-5678"),
        ("电话：010-6888 8888", "010-6888 8888"),
        ("Phone: +44 (0)7700 900123.", "+44 (0)7700 900123"),
    ],
)
def test_numbers_are_found_in_the_forms_that_people_write(line: str, phone: str, tmp_path: Path) -> None:
    assert value(read(tmp_path, f"姓名：{NAME}\n{line}\n工号 12345\n", "r.txt"), "phone") == [phone]


def test_radicals_full_width_letters_and_letters_set_one_by_one_are_the_letters_that_were_meant() -> None:
    assert plain.tidied("⽂⼀⽅ ⻓安⻔ ⻋间") == "文一方 长安门 车间"
    assert plain.tidied("ＡＢ１２＠ｅ．ｃｎ　，。") == "AB12@e.cn ，。"
    assert plain.tidied("2 0 1 9 . 0 7  江 南 大 学  本 科") == "2019.07 江南大学 本科"
    assert plain.tidied("a b testing of 3 things in 2 weeks") == "a b testing of 3 things in 2 weeks"


PROSE = "负责华东区渠道客户的开发与维护，年度回款一千二百万元，带领六人团队连续两年完成目标。"
NO_PROSE = {
    "base64": base64.encodebytes(PROSE.encode() * 20).decode(),
    "one line of base64": base64.b64encode(PROSE.encode() * 20).decode(),
    "XML": "<?xml version='1.0'?>\n" + "<a b='1'><c d='2'/></a>\n" * 30,
    "JSON": '{"a":{"b":[{"c":"d"},{"e":"f"}]},"g":{"h":"i"}}\n' * 20,
    "UTF-8 taken for GBK": PROSE.encode().decode("gbk", "ignore") * 3,
    "GBK taken for Latin 1": PROSE.encode("gbk").decode("latin-1") * 3,
    "UTF-8 taken for Windows": PROSE.encode().decode("cp1252", "ignore") * 3,
    "lost letters": "锟斤拷" * 30 + "\ufffd" * 5,
}


@pytest.mark.parametrize("kind", NO_PROSE)
def test_what_is_no_prose_is_no_resume_and_has_no_share_of_requirements(kind: str, tmp_path: Path) -> None:
    found = read(tmp_path, NO_PROSE[kind], "resume.txt")
    assert found.reason is not None
    assert (found.reason["code"], found.text, found.fields) == ("resume.not_prose", "", {})
    share, _ = prefilter((JobRequirement("渠道客户", "skill", 1.0),), found.text)
    assert share is None


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "負責華東區通路客戶的開發與維護，帶領六人團隊連續兩年達成目標，熟悉訂單與客訴處理流程。",
        "東京の営業部で六人のチームを率い、二年連続で目標を達成しました。顧客対応と受注処理が得意です。",
        "Responsable de atención al cliente: gestioné reclamaciones y formé a seis compañeros en Málaga y León.",
        "Geschäftsführung, Qualitätsprüfung, Kundengespräche in Köln und Düsseldorf; Schlüsselübergabe geübt.",
        "C++ / C# <T> templates, R&D; a->b, `x = {1, 2}`; see https://example.com/aVeryLongPathOfOneProject",
        "李晓燕",
        "",
    ],
)
def test_prose_in_any_language_is_prose(text: str) -> None:
    assert plain.is_readable(text)


def test_old_word_files_are_kept_with_a_reason_and_locked_ones_with_theirs(tmp_path: Path) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    for data, code in (
        (old, "resume.old_word"),
        (old + "EncryptedPackage".encode("utf-16-le"), "resume.locked"),
    ):
        found = read(tmp_path, data, "resume.doc")
        assert found.reason is not None
        assert (found.media_type, found.reason["code"]) == (OLD_WORD, code)


def test_no_reason_calls_a_file_damaged(tmp_path: Path) -> None:
    found = package(tmp_path, "<w:p><")
    assert found.reason is not None
    assert found.reason["code"] == "resume.unreadable"
    assert "损坏" not in found.reason["zh"]
    assert "damaged" not in found.reason["en"]


def test_a_pdf_whose_words_are_a_picture_says_that_it_was_not_read(tmp_path: Path) -> None:
    page = Image.new("RGB", (800, 400), "white")
    ImageDraw.Draw(page).text((40, 40), f"RESUME  {PHONE}  {MAIL}", fill="black")
    page.save(tmp_path / "scan.pdf")
    found = read_resume(tmp_path / "scan.pdf")
    assert (found.text, found.fields) == ("", {})
    assert found.reason is not None
    assert found.reason["code"] == "resume.no_text"
