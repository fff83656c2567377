"""What an upload may say of itself, and what a file really is (A1, A20)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput, TooLarge, UnsupportedMedia
from interview_engine.hr.recruiting.interviewing.upload_rules import (
    SNIFFED_BYTES,
    Patch,
    UploadLimits,
    check_content,
    check_patch,
    check_total,
    read_creation,
    read_metadata,
    read_patch,
    sniff,
    tag_length,
)

LIMITS = UploadLimits(upload_bytes=1000, invitation_bytes=4000, part_bytes=100)


def metadata(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def creation(**headers: str) -> dict[str, str]:
    told = metadata(key="k" * 16, question="q1", type="video/webm;codecs=vp8")
    return {"upload-metadata": told, **{name.replace("_", "-"): value for name, value in headers.items()}}


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x1aE\xdf\xa3\x9fB\x86\x81", "WebM"),
        (b"\x00\x00\x00\x20ftypisom", "MP4"),
        (b"\x00\x00\x00\x08wide\x00\x00", "MP4"),
        (b"OggS\x00\x02", "Ogg"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "WAV"),
        (b"RIFF\x24\x00\x00\x00AVI LIST", "AVI"),
        (b"fLaC\x00", "FLAC"),
        (b"ID3\x04\x00", "MP3"),
        (b"\xff\xfb\x90\x64", "MP3"),
        (b"\xff\xf1\x50\x80", "AAC"),
        (b"#!AMR\n", "AMR"),
        (b"\x00\x00\x00\x1cftypM4A ", "MP4"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "WMA"),
        (b"FORM\x00\x00\x10\x00AIFFCOMM", "AIFF"),
        (b"caff\x00\x01\x00\x00desc", "CAF"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "WAV"),
        (b"\x00\x00\x00\x18stypmsdh", "MP4"),
        (b"FLV\x01\x05\x00\x00\x00\x09", "FLV"),
        (b"\x00\x00\x01\xba\x44\x00", "MPEG"),
        (b"G@\x00\x10\x00\x00\xb0\x0d", "MPEG-TS"),
        (b"G@\x11\x10\x00\x42\xf0", "MPEG-TS"),
    ],
)
def test_a_recording_is_known_by_its_first_bytes(head: bytes, name: str) -> None:
    found = sniff(head)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("head", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\x7fELF", b"<!doctype html>", b"MZ\x90\x00"])
def test_what_is_no_recording_is_refused_with_a_reason(head: bytes) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        check_content(head)
    assert refused.value.code == "upload.not_media"


TAG = b"ID3\x04\x00\x00\x00\x00\x00\x40" + bytes(64)
"""A tag of 64 bytes behind its header."""


@pytest.mark.parametrize(
    ("behind", "name"),
    [
        (b"\xff\xf1\x50\x80", "AAC"),
        (b"\xff\xfb\x90\x64", "MP3"),
        (b"fLaC\x00", "FLAC"),
        (b"\x00\x00\x00", "MP3"),
    ],
)
def test_what_follows_a_tag_says_what_the_file_is(behind: bytes, name: str) -> None:
    assert tag_length(TAG) == 74
    assert check_content(TAG[:SNIFFED_BYTES], behind).name == name


@pytest.mark.parametrize("head", [b"", b"ID3\x04", b"ID3\x04\x00\x00\x80\x00\x00\x00", b"fLaC" + bytes(12)])
def test_what_is_no_tag_has_no_length(head: bytes) -> None:
    assert tag_length(head) == 0


def test_a_creation_says_its_length_or_that_it_is_not_known_yet() -> None:
    assert read_creation(creation(upload_length="12"), LIMITS).length == 12
    assert read_creation(creation(upload_defer_length="1"), LIMITS).length is None
    for headers in ({}, {"upload_length": "12", "upload_defer_length": "1"}, {"upload_defer_length": "2"}):
        with pytest.raises(InvalidInput):
            read_creation(creation(**headers), LIMITS)


def test_an_over_long_upload_is_refused_before_a_byte_is_sent() -> None:
    with pytest.raises(TooLarge):
        read_creation(creation(upload_length="1001"), LIMITS)


@pytest.mark.parametrize(
    ("patch", "length"),
    [
        (Patch(offset=900, body_bytes=101, length=None), None),
        (Patch(offset=0, body_bytes=None, length=1001), None),
        (Patch(offset=10, body_bytes=11, length=None), 20),
    ],
    ids=["more than an upload may have", "says too great a length", "more than it said"],
)
def test_an_over_long_part_is_refused(patch: Patch, length: int | None) -> None:
    with pytest.raises(TooLarge):
        check_patch(patch, patch.offset, length, LIMITS)


def test_recordings_that_are_too_much_together_are_refused() -> None:
    with pytest.raises(TooLarge):
        check_total(3900, 101, LIMITS)


def test_a_patch_elsewhere_or_with_another_length_is_a_conflict() -> None:
    for patch, offset, length in (
        (Patch(5, 1, None), 6, None),
        (Patch(6, 0, 30), 6, 20),
        (Patch(6, 0, 5), 6, None),
    ):
        with pytest.raises(ConflictError):
            check_patch(patch, offset, length, LIMITS)


header = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "upload-length": header | st.integers(-5, 2**70).map(str),
            "upload-defer-length": header | st.just("1"),
            "upload-metadata": header
            | st.dictionaries(st.sampled_from(["key", "question", "type"]), header).map(
                lambda values: metadata(**values)
            ),
            "upload-offset": header | st.integers(-5, 2**70).map(str),
            "content-length": header | st.integers(-5, 2**70).map(str),
            "content-type": header | st.just("application/offset+octet-stream"),
        },
    )
)
def test_no_header_breaks_the_reading_of_headers(headers: dict[str, str]) -> None:
    refusals: list[InterviewEngineError] = []
    for read in (lambda: read_creation(headers, LIMITS), lambda: read_patch(headers)):
        try:
            read()
        except InterviewEngineError as refused:
            refusals.append(refused)
    assert all(refused.message.zh and refused.message.en and refused.next_step.zh for refused in refusals)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=30), max_size=5))
def test_metadata_is_read_as_it_was_written(values: dict[str, str]) -> None:
    assert read_metadata(metadata(**values)) == (values or {"": ""})


@given(st.binary(max_size=SNIFFED_BYTES))
def test_no_bytes_break_the_sniffing(head: bytes) -> None:
    found = sniff(head)
    assert found is None or found.media_type.partition("/")[0] in ("audio", "video")
