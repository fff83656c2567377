"""How an encrypted blob lies in the store: a header, then chunks that are opened one by one, so that a byte range of a
recording is read without the rest.

Object: MAGIC (16 bytes), the key's id (16), a salt (16), then for every 256 KiB of content its AES-256-GCM ciphertext
and tag (16). The object's own key is HKDF-SHA256(key, salt, "interview-engine blob <sha256>"): none share one.
Nonces count the chunks and mark the last (Hoang et al. 2015, the STREAM construction): what is cut, moved, exchanged or
changed is not opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"\x8dinterview-blob1"
KEY_BYTES = 32
CHUNK = 1 << 18
TAG = 16
SEALED_CHUNK = CHUNK + TAG
HEADER_BYTES = 48


@dataclass(frozen=True, slots=True)
class DataKey:
    """What blobs are encrypted with. `id` is 32 hexadecimal digits, `secret` 32 bytes."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class DraftKey:
    """A key for somebody who has no row yet: it is kept in the transaction that makes them (`blob_keys.keep_draft`)."""

    key: DataKey
    encrypted: str


@dataclass(frozen=True, slots=True)
class Header:
    """The first bytes of an encrypted object."""

    key_id: str
    salt: bytes

    def encoded(self) -> bytes:
        """As it lies in the store: `HEADER_BYTES`."""
        return MAGIC + bytes.fromhex(self.key_id) + self.salt


def new_header(key: DataKey) -> Header:
    """Of an object that is about to be written; its salt is random."""
    return Header(key.id, os.urandom(16))


def read_header(head: bytes) -> Header | None:
    """From the first bytes of an object; None when it is not encrypted."""
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
        return None
    return Header(head[16:32].hex(), head[32:48])


def content_size(stored: int) -> int:
    """Bytes of content in an object of so many bytes."""
    body = stored - HEADER_BYTES
    return body - TAG * -(-body // SEALED_CHUNK)


def object_cipher(secret: bytes, salt: bytes, sha256: str) -> AESGCM:
    """The cipher of one object."""
    info = f"interview-engine blob {sha256}".encode()
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret))


def sealed(pieces: Iterable[bytes], size: int, key: DataKey, sha256: str) -> Iterator[bytes]:
    """The whole object, in pieces.

    Args:
        pieces: the content. size: its length. sha256: of the content; the object's name.
    """
    header = new_header(key)
    cipher = object_cipher(key.secret, header.salt, sha256)
    yield header.encoded()
    last, index, rest = _chunks(size) - 1, 0, b""
    for piece in pieces:
        whole = rest + piece if rest else piece
        view, at = memoryview(whole), 0
        while len(whole) - at >= CHUNK and index < last:
            yield cipher.encrypt(_nonce(index, last), view[at : at + CHUNK], None)
            at += CHUNK
            index += 1
        rest = bytes(view[at:])
    yield cipher.encrypt(_nonce(index, last), rest, None)


def opened(cipher: AESGCM, sealed_chunks: bytes | memoryview, first: int, last: int) -> bytes | None:
    """Content of consecutive chunks; None when they are not what was written.

    Args:
        first: index of the first of them. last: index of the object's last chunk.
    """
    view = memoryview(sealed_chunks)
    try:
        plain = [
            cipher.decrypt(_nonce(first + number, last), view[at : at + SEALED_CHUNK], None)
            for number, at in enumerate(range(0, len(view), SEALED_CHUNK))
        ]
    except (InvalidTag, ValueError):
        return None
    return plain[0] if len(plain) == 1 else b"".join(plain)


def _chunks(size: int) -> int:
    return max(1, -(-size // CHUNK))


def _nonce(index: int, last: int) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if index == last else b"\x00")
