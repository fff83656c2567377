"""Callback encryption and signatures, the same for Official Accounts ("安全模式") and WeCom.

AES-256-CBC with the key as its own IV start; plain = 16 random bytes + length (4 bytes, big-endian) + message +
receiver id, PKCS#7 padded to 32. Official vectors for both directions are tests.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from interview_engine.errors import PermissionDenied, UsageError
from interview_engine.i18n import msg

BLOCK = 32
RANDOM = 16
SKEW_S = 300.0
"""How far a callback's timestamp may be from our clock (our rule; WeChat states none)."""

MAX_MESSAGE = 1_000_000
"""Characters of an encrypted callback: real ones have a few thousand."""


@dataclass(frozen=True, slots=True)
class CallbackKeys:
    """What the console gives for a callback address.

    Args:
        token: signs.
        aes_key: EncodingAESKey, 43 characters.
        receiver: AppID of an Official Account, CorpID of a self-built WeCom app.

    Raises:
        UsageError: `wechat.aes_key` when the key is not one.
    """

    token: str
    aes_key: str
    receiver: str

    def __post_init__(self) -> None:
        if len(self.aes_key) != 43 or len(_decoded_key(self.aes_key)) != 32:
            raise _bad_key()

    @property
    def key(self) -> bytes:
        """The AES-256 key of 32 bytes that the platform's 43 characters stand for."""
        return _decoded_key(self.aes_key)


def signature(*parts: str) -> str:
    """Hexadecimal sha1 of the sorted parts joined: (token, timestamp, nonce[, encrypted])."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Compare in constant time.

    Raises:
        PermissionDenied: `wechat.signature`.
    """
    if not hmac.compare_digest(given.encode(), signature(*parts).encode()):
        raise PermissionDenied(
            "wechat.signature",
            msg("The callback's signature is not right."),
            msg("Check the token in the console."),
        )


def check_time(timestamp: str, now: datetime) -> None:
    """Refuse a callback that is older or newer than `SKEW_S`.

    Raises:
        PermissionDenied: `wechat.timestamp`.
    """
    ok = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12
    if not ok or abs(int(timestamp) - now.timestamp()) > SKEW_S:
        raise PermissionDenied(
            "wechat.timestamp",
            msg("The callback's time is too far from the server's."),
            msg("Set the server's clock."),
        )


def opened(keys: CallbackKeys, msg_signature: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """The message inside, after its signature and receiver were checked.

    Raises:
        PermissionDenied: `wechat.signature`, `wechat.encrypted` (does not decrypt, or is for another receiver).
    """
    if len(encrypted) > MAX_MESSAGE:
        raise _not_decrypted()
    check_signature(msg_signature, keys.token, timestamp, nonce, encrypted)
    try:
        data = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise _not_decrypted() from None
    if not data or (len(data) % BLOCK and len(data) % 16):
        raise _not_decrypted()
    decryptor = Cipher(algorithms.AES(keys.key), modes.CBC(keys.key[:16])).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or pad > len(plain) or plain[-pad:] != bytes([pad]) * pad:
        raise _not_decrypted()
    body = plain[:-pad]
    if len(body) < RANDOM + 4:
        raise _not_decrypted()
    (length,) = struct.unpack(">I", body[RANDOM : RANDOM + 4])
    message, receiver = body[RANDOM + 4 : RANDOM + 4 + length], body[RANDOM + 4 + length :]
    if len(message) != length or not hmac.compare_digest(receiver, keys.receiver.encode()):
        raise _not_decrypted()
    try:
        return message.decode()
    except UnicodeDecodeError:
        raise _not_decrypted() from None


def sealed(keys: CallbackKeys, message: str, *, random: bytes | None = None) -> str:
    """The message encrypted, base64. `random` (16 bytes) is given by tests only."""
    body = message.encode()
    plain = (os.urandom(RANDOM) if random is None else random) + struct.pack(">I", len(body)) + body
    plain += keys.receiver.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(keys.key), modes.CBC(keys.key[:16])).encryptor()
    data = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(data).decode()


def _decoded_key(aes_key: str) -> bytes:
    try:
        return base64.b64decode(aes_key + "=")
    except (binascii.Error, ValueError):
        raise _bad_key() from None


def _bad_key() -> UsageError:
    return UsageError(
        "wechat.aes_key",
        msg("The EncodingAESKey is not valid: it has 43 characters."),
        msg("Copy it again from the console."),
    )


def _not_decrypted() -> PermissionDenied:
    return PermissionDenied(
        "wechat.encrypted",
        msg("The callback cannot be decrypted."),
        msg("Check the EncodingAESKey and the AppID or CorpID."),
    )
