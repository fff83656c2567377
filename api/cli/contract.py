"""`interview-engine contract …`: check a signed PDF offline; the certificate that the installation seals with."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from api.cli.loading import loading
from api.cli.side_by_side import both
from interview_engine.clock import CHINA, SystemClock
from interview_engine.errors import UsageError
from interview_engine.i18n import Text, msg

WHOLE, CHANGED = 0, 3
MOST_BYTES = 200 << 20


def verify(options: argparse.Namespace) -> int:
    """Say of a PDF whether it is whole, where it was changed, and by which certificates it is signed; 3 when it is not
    whole."""
    from pipelines.papers.checking import check

    pdf = _bytes(options.file)
    known = [_fingerprint(_bytes(path)) for path in options.certificate or ()]
    found = check(pdf, known)
    strangers = [one for one in found.signatures if one.trusted is False]
    if options.json:
        print(json.dumps({"verdict": found.verdict, "changed_in": found.changed_in, **asdict(found)},
                         ensure_ascii=False, default=str))  # fmt: skip
    else:
        for line in _lines(found):
            print(both(line, "\n"))
    return WHOLE if found.verdict == "whole" and not strangers else CHANGED


def certificate(options: argparse.Namespace) -> int:
    """Show the certificate, renew it, or take another in its place."""
    with loading():
        from api.serving import open_context
        from api.signing.flow import certificate_name
        from interview_engine.hr.signing import certificates, keys
    from interview_engine.service_settings import read_service_settings
    from interview_engine.settings import read_settings

    clock = SystemClock()
    context = open_context(read_service_settings(os.environ), read_settings(os.environ), clock)
    try:
        with context.database.transaction() as session:
            name = certificate_name(context)
            if options.action == "renew":
                pair = certificates.renew(session, context.box, name, clock, actor_id="command")
            elif options.action == "import":
                brought = keys.read(
                    _bytes(options.certificate), _bytes(options.key), os.environ.get(options.password_from or "", ""),
                    clock.now(),
                )  # fmt: skip
                pair = certificates.take(session, context.box, brought, clock, actor_id="command")
            else:
                pair = certificates.current(session, context.box, name, clock)
    finally:
        context.database.close()
    if options.action == "show" and options.pem:
        print(pair.chain, end="")
        return WHOLE
    own = pair.certificate
    print(both(msg("Certificate: {subject}", subject=pair.subject), "\n"))
    print(f"sha256 {pair.fingerprint}")
    print(both(msg("Valid {first} to {last}", first=f"{own.not_valid_before_utc.astimezone(CHINA):%Y-%m-%d}",
                   last=f"{own.not_valid_after_utc.astimezone(CHINA):%Y-%m-%d}"), "\n"))  # fmt: skip
    if keys.is_self_signed(own):
        print(both(msg("It vouches for itself only: give this sha256 to who checks documents."), "\n"))
    return WHOLE


def _lines(found: Any) -> list[Text]:
    lines: list[Text] = []
    if found.verdict == "whole":
        lines.append(msg("Whole: nothing was changed after it was signed."))
    elif found.verdict == "unsigned":
        lines.append(msg("There is no signature in this file."))
    else:
        lines.append(msg("Changed: the change lies in version {number} of the file.", number=found.changed_in))
    for one in found.signatures:
        at = "–" if one.at is None else f"{one.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        state = msg("changed") if not one.intact else msg("changed afterwards") if one.later else msg("holds")
        lines.append(
            msg("Version {number}: {name}, {time} (Beijing time): {state}", number=one.revision, name=one.name, time=at,
                state=state)
        )  # fmt: skip
        lines.append(msg("  by {subject}, sha256 {digits}", subject=one.subject, digits=one.fingerprint))
        if one.trusted is not None:
            lines.append(
                msg("  one of the given certificates") if one.trusted else msg("  none of the given certificates")
            )
    lines.append(msg("sha256 of the file: {digits}", digits=found.sha256))
    return lines


def _bytes(path: Any) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError("file.too_large", msg("{path} is too large.", path=path), msg("Choose the right file."))
        return bytes(path.read_bytes())
    except OSError as error:
        raise UsageError(
            "file.unreadable",
            msg("{path} cannot be read ({reason}).", path=path, reason=error.strerror or type(error).__name__),
            msg("Check the name and the rights of the file."),
        ) from None


def _fingerprint(content: bytes) -> str:
    try:
        return x509.load_pem_x509_certificate(content).fingerprint(hashes.SHA256()).hex()
    except ValueError:
        raise UsageError(
            "certificate.unreadable",
            msg("The certificate or its key cannot be read."),
            msg("Give it as PEM, as `contract certificate show --pem` prints it."),
        ) from None
