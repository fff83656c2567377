"""Invoices of invented companies, made on the spot: XML, OFD, PDF and a photo."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal

import typst
from id_cards import FONT
from PIL import Image, ImageDraw, ImageFont

from pipelines.reports.fonts import find_font, lettering

BUYER, BUYER_TAX = "云杉测试科技有限公司", "91110105MA00TEST0X"
SELLER, SELLER_TAX = "青禾虚构酒店管理有限公司", "91310000MA0FAKE21Y"
NUMBER = "26112000000012345678"
GIVEN: Mapping[str, str] = {
    "number": NUMBER, "day": "2026-10-21", "net": "495.05", "tax": "4.95", "total": "500.00", "words": "伍佰圆整",
    "seller": SELLER, "seller_tax": SELLER_TAX, "buyer": BUYER, "buyer_tax": BUYER_TAX,
}  # fmt: skip


def given(**changes: str) -> dict[str, str]:
    """The values of an invoice, with changes."""
    return {**GIVEN, **changes}


def xml(**changes: str) -> bytes:
    """A fully digital invoice as the tax platform's XML has its fields."""
    said = given(**changes)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<EInvoice><Header><EIid>{said["number"]}</EIid></Header><EInvoiceData>
<SellerInformation><SellerIdNum>{said["seller_tax"]}</SellerIdNum><SellerName>{said["seller"]}</SellerName></SellerInformation>
<BuyerInformation><BuyerIdNum>{said["buyer_tax"]}</BuyerIdNum><BuyerName>{said["buyer"]}</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{said["net"]}</TotalAmWithoutTax><TotalTaxAm>{said["tax"]}</TotalTaxAm>
<TotalTax-includedAmount>{said["total"]}</TotalTax-includedAmount>
<TotalTax-includedAmountInChinese>{said["words"]}</TotalTax-includedAmountInChinese>
<RequestTime>{said["day"]} 10:11:12</RequestTime></BasicInformation>
<IssuItemInformation><ItemName>*住宿服务*住宿费</ItemName><Amount>{said["net"]}</Amount></IssuItemInformation>
</EInvoiceData><TaxSupervisionInfo><InvoiceNumber>{said["number"]}</InvoiceNumber><IssueTime>{said["day"]}</IssueTime>
</TaxSupervisionInfo></EInvoice>""".encode()


OFD_TAGS = {
    "number": "InvoiceNo", "day": "IssueDate", "net": "TaxExclusiveTotalAmount", "tax": "TaxTotalAmount",
    "total": "TaxInclusiveTotalAmount", "seller": "SellerName", "seller_tax": "SellerTaxID", "buyer": "BuyerName",
    "buyer_tax": "BuyerTaxID", "code": "InvoiceCode",
}  # fmt: skip
_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd(way: str = "tags", **changes: str) -> bytes:
    """An OFD package: with an attached XML ("attached"), an index of tags ("tags"), or a page of text ("text")."""
    said = given(**changes)
    objects, tags = [], []
    rows = [f"发票号码：{said['number']}", f"开票日期：{said['day'].replace('-', '年', 1).replace('-', '月', 1)}日",
            f"名称：{said['buyer']}", f"名称：{said['seller']}", f"统一社会信用代码/纳税人识别号：{said['buyer_tax']}",
            f"统一社会信用代码/纳税人识别号：{said['seller_tax']}", f"合计 ¥{said['net']} ¥{said['tax']}",
            f"价税合计（大写）{said['words']} （小写）¥{said['total']}"]  # fmt: skip
    texts = list(said.items()) if way == "tags" else [(str(place), row) for place, row in enumerate(rows)]
    for place, (name, text) in enumerate(texts):
        objects.append(
            f'<ofd:TextObject ID="{100 + place}" Boundary="10 {10 + 8 * place} 100 5" Font="1" Size="3">'
            f'<ofd:TextCode X="0" Y="3">{text}</ofd:TextCode></ofd:TextObject>'
        )
        if way == "tags" and name in OFD_TAGS:
            tags.append(
                f'<{OFD_TAGS[name]}><ofd:ObjectRef PageRef="1">{100 + place}</ofd:ObjectRef></{OFD_TAGS[name]}>'
            )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("OFD.xml", f"<ofd:OFD {_NS}><ofd:DocBody/></ofd:OFD>")
        layer = f"<ofd:Layer>{''.join(objects)}</ofd:Layer>"
        package.writestr(
            "Doc_0/Pages/Page_0/Content.xml", f"<ofd:Page {_NS}><ofd:Content>{layer}</ofd:Content></ofd:Page>"
        )
        if way == "tags":
            package.writestr("Doc_0/Tags/CustomTag.xml", f"<eInvoice {_NS}>{''.join(tags)}</eInvoice>")
        if way == "attached":
            plain = "".join(f"<fp:{OFD_TAGS[name]}>{text}</fp:{OFD_TAGS[name]}>" for name, text in said.items()
                            if name in OFD_TAGS)  # fmt: skip
            package.writestr("Doc_0/Attachs/original_invoice.xml",
                             f'<fp:eInvoice xmlns:fp="urn:invented">{plain}</fp:eInvoice>')  # fmt: skip
    return made.getvalue()


_SHEET = """
#set page(width: 210mm, height: 140mm, margin: 8mm)
#set text(font: {fonts}, size: 9pt)
#align(center)[#text(size: 14pt)[电子发票（普通发票）]]
#align(right)[发票号码：{number} #linebreak() 开票日期：{day}]
#grid(columns: (1fr, 1fr), gutter: 4mm,
  [名称：{buyer} #linebreak() #linebreak() 统一社会信用代码/纳税人识别号：{buyer_tax}],
  [名称：{seller} #linebreak() #linebreak() 统一社会信用代码/纳税人识别号：{seller_tax}])
#grid(columns: (3fr, 1fr, 1fr), row-gutter: 4mm, [\\*住宿服务\\*住宿费], [{net}], [{tax}], [合 计], [¥{net}], [¥{tax}])
价税合计（大写） {words} #h(30mm) （小写）¥{total}
"""


def pdf(**changes: str) -> bytes:
    """A PDF with a text layer, set by the product's PDF tool in the layout of a fully digital invoice."""
    said = given(**changes)
    year, month, day = said["day"].split("-")
    letters = lettering(said, find_font())
    fonts = "(" + ", ".join(f'"{one}"' for one in letters.families) + ",)"
    source = _SHEET.format(**{**said, "day": f"{year}年{month}月{day}日"}, fonts=fonts)
    return bytes(typst.compile(source.encode(), font_paths=letters.folders, ignore_system_fonts=True))


def photo(**changes: str) -> bytes:
    """A photo of a printed invoice, as JPEG."""
    said = given(**changes)
    year, month, day = said["day"].split("-")
    page = Image.new("RGB", (1700, 1000), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONT), 30)
    placed = [
        (620, 30, "电子发票（普通发票）"), (1080, 90, f"发票号码：{said['number']}"),
        (1080, 140, f"开票日期：{year}年{month}月{day}日"), (40, 240, f"名称：{said['buyer']}"),
        (880, 240, f"名称：{said['seller']}"), (40, 310, f"纳税人识别号：{said['buyer_tax']}"),
        (880, 310, f"纳税人识别号：{said['seller_tax']}"), (40, 560, "合计"), (1000, 560, f"¥{said['net']}"),
        (1400, 560, f"¥{said['tax']}"), (40, 680, f"价税合计（大写）{said['words']}"),
        (1080, 680, f"（小写）¥{said['total']}"),
    ]  # fmt: skip
    for x, y, text in placed:
        draw.text((x, y), text, fill=(20, 20, 20), font=font)
    made = io.BytesIO()
    page.rotate(1.2, expand=True, fillcolor=(90, 80, 70)).save(made, "JPEG", quality=88)
    return made.getvalue()


TOTAL = Decimal(GIVEN["total"])
