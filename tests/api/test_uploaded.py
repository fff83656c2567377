"""A file of a form: what is missing or too large is refused at its field, in one way."""

from __future__ import annotations

import io

import pytest
from starlette.datastructures import UploadFile

from api.uploaded import Uploaded, read_upload
from interview_engine.errors import InvalidInput


def upload(data: bytes, name: str = "a.csv") -> UploadFile:
    return UploadFile(io.BytesIO(data), filename=name)


def test_a_file_of_the_largest_size_is_read() -> None:
    assert read_upload("table", upload(b"1234"), 4) == Uploaded("a.csv", b"1234")


@pytest.mark.parametrize("chosen", [None, upload(b"", name="")])
def test_who_has_chosen_no_file_is_told_so_at_the_field(chosen: UploadFile | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_upload("table", chosen, 4)
    assert (refused.value.code, refused.value.field) == ("file.missing", "table")


def test_a_larger_file_is_refused_with_the_limit_and_not_read_to_its_end() -> None:
    file = upload(bytes(5_000_000))
    with pytest.raises(InvalidInput) as refused:
        read_upload("table", file, 3_000_000)
    assert (refused.value.code, refused.value.field) == ("file.too_large", "table")
    assert "3 MB" in refused.value.message.en
    assert file.file.tell() == 3_000_001
