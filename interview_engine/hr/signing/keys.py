"""Keys and certificates as they are made and read: pure functions over bytes, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from interview_engine.clock import CHINA
from interview_engine.errors import UsageError
from interview_engine.i18n import Text, msg

YEARS = 3
KEY_BITS = 3072
"""RSA, which every PDF reader checks."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate with its key and the certificates above it, in PEM.

    Args:
        chain: PEM certificates, the own first.
        key: PEM of the private key, not encrypted; never printed or logged.
    """

    chain: str
    key: str

    def certificates(self) -> list[x509.Certificate]:
        """The chain, the own first."""
        return x509.load_pem_x509_certificates(self.chain.encode())

    @property
    def certificate(self) -> x509.Certificate:
        """The own certificate."""
        return self.certificates()[0]

    @property
    def fingerprint(self) -> str:
        """sha256 of the own certificate in hexadecimal, as PDF readers show it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def subject(self) -> str:
        """Whose it is, as one line."""
        return self.certificate.subject.rfc4514_string()

    def chain_der(self) -> list[bytes]:
        """The chain as a PDF holds it."""
        return [one.public_bytes(serialization.Encoding.DER) for one in self.certificates()]

    def key_der(self) -> bytes:
        """The key in PKCS #8."""
        key = serialization.load_pem_private_key(self.key.encode(), None)
        return key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def __repr__(self) -> str:
        return f"KeyPair({self.fingerprint[:12]}…)"


def make(name: str, now: datetime) -> KeyPair:
    """A new key with a certificate that it signed itself.

    Args:
        name: the common name: what PDF readers show as the signer.
        now: from when it is valid, for `YEARS` years.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return KeyPair(made.public_bytes(serialization.Encoding.PEM).decode(), _pem(key))


def read(certificate: bytes, key: bytes, password: str | None, now: datetime) -> KeyPair:
    """A pair from files that somebody brings: PEM of the certificate (with those above it) and of its key.

    Raises:
        UsageError: `certificate.unreadable`, `certificate.key` (it is not the certificate's), `certificate.expired`,
            `certificate.kind` (neither RSA nor an elliptic curve of NIST).
    """
    try:
        chain = x509.load_pem_x509_certificates(certificate)
        private = serialization.load_pem_private_key(key, None if not password else password.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _refused(
            "certificate.unreadable",
            msg("The certificate or its key cannot be read."),
            msg("Give both as PEM; for a key with a password give the password too."),
        ) from None
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise _refused(
            "certificate.kind",
            msg("Keys of this kind do not sign here."),
            msg("Use RSA or an elliptic curve of NIST; SM2 needs a provider (docs/e-sign.md)."),
        )
    own = chain[0]
    if own.public_key() != private.public_key():
        raise _refused(
            "certificate.key",
            msg("The key does not belong to the first certificate of the file."),
            msg("Put the own certificate first, those above it after it."),
        )
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        raise _refused(
            "certificate.expired",
            msg("The certificate is not valid today."),
            msg("Bring one that is; its days are {first} to {last}.",
                first=f"{own.not_valid_before_utc.astimezone(CHINA):%Y-%m-%d}",
                last=f"{own.not_valid_after_utc.astimezone(CHINA):%Y-%m-%d}"),
        )  # fmt: skip
    return KeyPair(_chain(chain), _pem(private))


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Whether it vouches for itself only."""
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _chain(certificates: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)


def _refused(code: str, message: Text, next_step: Text) -> UsageError:
    return UsageError(code, message, next_step)
