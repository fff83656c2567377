"""The double's own copy of the callback cryptography, apart from the product's: a shared bug would be invisible.

Both are pinned to the official vectors.
"""

from __future__ import annotations

import base64
import hashlib
import os

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC


def sha1_of(*texts: str) -> str:
    """The signature of a callback: SHA-1 of the texts in order, as hex."""
    joined = "".join(sorted(texts))
    return hashlib.sha1(joined.encode("utf-8")).hexdigest()


def close(aes_key: str, receiver: str, text: str, filler: bytes | None = None) -> str:
    """Encrypt `text` for `receiver` with the 43-character key: AES-256-CBC, base64."""
    key = base64.b64decode(f"{aes_key}=")
    filler = filler or os.urandom(16)
    inner = text.encode("utf-8")
    whole = b"".join((filler, len(inner).to_bytes(4, "big"), inner, receiver.encode("ascii")))
    padder = padding.PKCS7(32 * 8).padder()
    padded = padder.update(whole) + padder.finalize()
    machine = Cipher(AES(key), CBC(key[0:16])).encryptor()
    return base64.b64encode(machine.update(padded) + machine.finalize()).decode("ascii")


def unclose(aes_key: str, receiver: str, closed: str) -> str:
    """Decrypt what `close` made; AssertionError where it is for another receiver."""
    key = base64.b64decode(f"{aes_key}=")
    machine = Cipher(AES(key), CBC(key[0:16])).decryptor()
    padded = machine.update(base64.b64decode(closed)) + machine.finalize()
    unpadder = padding.PKCS7(32 * 8).unpadder()
    whole = unpadder.update(padded) + unpadder.finalize()
    size = int.from_bytes(whole[16:20], "big")
    assert whole[20 + size :] == receiver.encode("ascii"), "another receiver"
    return whole[20 : 20 + size].decode("utf-8")
