"""Secrets: encryption of single values, random tokens, signatures that expire. All keys come from the one secret in
the settings, each purpose with its own derived key (HKDF, RFC 5869)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets as random
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from interview_engine.errors import GoneError, PermissionDenied, UsageError
from interview_engine.i18n import msg

NONCE_BYTES = 12
VERSION = "v1"


def token() -> str:
    """A secret for a link, a cookie or a device: 32 random bytes, URL-safe, 43 characters."""
    return random.token_urlsafe(32)


def digest(secret: str) -> str:
    """sha256 of a token in hexadecimal: what the database keeps. (A token is random, so it needs no salt.)"""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def derived_key(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose from the settings' secret."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"interview-engine {purpose}".encode()).derive(
        secret.encode()
    )


class SecretBox:
    """Encrypts single values with AES-256-GCM.

    Args:
        secret: the settings' secret.
        old_secrets: earlier ones that can still open, so that the secret can be changed.
    """

    def __init__(self, secret: str, old_secrets: Sequence[str] = ()) -> None:
        self._keys = [AESGCM(derived_key(key, "encryption")) for key in (secret, *old_secrets)]

    def encrypt(self, text: str) -> str:
        """ "v1:" and base64 of nonce and ciphertext; different each time."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._keys[0].encrypt(nonce, text.encode(), VERSION.encode())
        return f"{VERSION}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, sealed: str) -> str:
        """Decrypt and return the text.

        Raises:
            UsageError: `secret.cannot_decrypt`, the settings' secret is another one, or the value was changed.
        """
        version, _, encoded = sealed.partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise _cannot_decrypt() from None
        canonical = base64.b64encode(raw).decode() == encoded  # spare bits of the last character count too
        if version != VERSION or not canonical or len(raw) <= NONCE_BYTES:
            raise _cannot_decrypt()
        for key in self._keys:
            text = _opened(key, raw)
            if text is not None:
                return text
        raise _cannot_decrypt()

    def is_current(self, sealed: str) -> bool:
        """Whether the secret of today opens it, without any of the old ones."""
        return _opened(self._keys[0], base64.b64decode(sealed.partition(":")[2])) is not None


class Signer:
    """Signs short values that go through other people's hands: media links, cookies, form tokens.

    Args:
        secret: the settings' secret.
    """

    def __init__(self, secret: str) -> None:
        self._key = derived_key(secret, "signatures")

    def sign(self, purpose: str, value: str, expires: datetime) -> str:
        """`value` with its end of validity and an HMAC-SHA256, URL-safe. The value can be read by anybody.

        Args:
            purpose: what it is for ("media", "csrf"); a signature for one purpose is worth nothing for another.
        """
        body = f"{_encode(value.encode())}.{int(expires.timestamp())}"
        return f"{body}.{_encode(self._mac(purpose, body))}"

    def verify(self, purpose: str, signed: str, now: datetime) -> str:
        """Check a signature and return its value.

        Raises:
            PermissionDenied: `signature.invalid`, it was not signed here for this purpose.
            GoneError: `signature.expired`.
        """
        body, _, mac = signed.rpartition(".")
        if not hmac.compare_digest(mac.encode(), _encode(self._mac(purpose, body)).encode()):
            raise PermissionDenied(
                "signature.invalid",
                msg("The link is not valid."),
                msg("Open it again from the page it came from."),
            )
        value, _, expires = body.rpartition(".")
        if now >= datetime.fromtimestamp(int(expires), UTC):
            raise GoneError(
                "signature.expired",
                msg("The link has expired."),
                msg("Reload the page and try again."),
            )
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()

    def _mac(self, purpose: str, body: str) -> bytes:
        return hmac.new(self._key, f"{purpose}\n{body}".encode(), hashlib.sha256).digest()


def _opened(key: AESGCM, raw: bytes) -> str | None:
    try:
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], VERSION.encode()).decode()
    except InvalidTag:
        return None


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _cannot_decrypt() -> UsageError:
    return UsageError(
        "secret.cannot_decrypt",
        msg("A stored value cannot be decrypted."),
        msg("Check whether the secret in the settings was changed; keep the old one beside the new one when it is."),
    )
