"""Receipts of deletions and of interviews handed in: whether one is genuine."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.access import Call, needs
from api.receipts import MAX_RECEIPT, checked
from api.routes.frame import In, Out, new_router

router = new_router("receipts")


class Receipt(In):
    """A receipt as its holder has it."""

    receipt: dict[str, Any] | Annotated[str, Field(max_length=MAX_RECEIPT)] = Field(
        description="The receipt's JSON, or its SHA-256 alone.", examples=["0" * 64]
    )


class ReceiptChecked(Out):
    """What became of a check; nothing about whom the receipt is of."""

    state: Literal["valid", "changed", "unknown"]
    kind: Literal["deletion", "interview"] | None = Field(description="What a valid one is of.")


@router.post("/receipts/check")
def check_receipt(body: Receipt, call: Annotated[Call, needs("public", "read")]) -> ReceiptChecked:
    """Whether a receipt is one of ours and unchanged."""
    with call.reading() as session:
        return ReceiptChecked.model_validate(checked(session, body.receipt))
