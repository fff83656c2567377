"""The invoice of a line, as the console and the phone answer with it."""

from __future__ import annotations

from fastapi.responses import Response

from api.context import Context
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.expense import service as expense

HOME = "/wechat/my/expenses"
"""One's own claims, on the phone."""
INLINE = ("image/jpeg", "image/png", "image/webp", "application/pdf")
"""What a browser shows; the rest is downloaded."""


def file_answer(claim_id: str, line_id: str, context: Context, actor: Actor) -> Response:
    """The bytes of a line's invoice: shown where a browser can, otherwise to be downloaded."""
    with context.database.reading() as session:
        row = expense.file_of(session, actor, claim_id, line_id, context.clock)
        sha256, kind, position = row.file_sha256 or "", row.file_type, row.position
    end = {"application/pdf": "pdf", "application/ofd": "ofd", "text/xml": "xml"}.get(kind, "jpg")
    way = "inline" if kind in INLINE else "attachment"
    media = kind if kind in INLINE else "application/octet-stream"
    head = {"Content-Disposition": f'{way}; filename="invoice-{position}.{end}"'}
    return Response(context.blobs.read(sha256), media_type=media, headers=head)
