"""Recordings come in by the small subset of tus 1.0 that a recorder needs: creation (also without a known length),
HEAD, PATCH. Beyond tus: `finish` makes the answer of a complete upload, `discard` gives one up.

A body is taken in parts of at most `PART_BYTES`, each on the disk before the next is read. A sender that goes away in
the middle of a PATCH loses nothing that has arrived.
"""

from __future__ import annotations

from typing import Annotated

import anyio
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.candidate import received
from api.candidate.received import Practice
from api.candidate.sessions import Candidate, PageCandidate
from api.context import Context
from api.deps import Ctx
from interview_engine.errors import UnsupportedMedia
from interview_engine.hr.recruiting import reach
from interview_engine.hr.recruiting.interviewing import upload_rules as rules
from interview_engine.hr.recruiting.interviewing import uploads
from interview_engine.hr.recruiting.interviewing.upload_rules import UploadLimits
from interview_engine.hr.recruiting.tables import Answer, Upload
from interview_engine.store.blobs import Owner

router = APIRouter()

FINISHED_AT_ONCE = 2
"""Children that look at recordings at one time in one server process; the others wait their turn."""

_finishing: RunVar[anyio.CapacityLimiter] = RunVar("finishing")


def check_version(request: Request) -> None:
    """Every tus request but OPTIONS states the protocol's version; 412 names ours."""
    if request.headers.get("tus-resumable") != rules.VERSION:
        raise HTTPException(412, headers={"Tus-Version": rules.VERSION})


Tus = Annotated[None, Depends(check_version)]


@router.options("/i/{token}/uploads")
def capabilities(token: str, context: Ctx) -> Response:
    """What this server speaks, and how large a recording may be."""
    headers = {
        "Tus-Resumable": rules.VERSION,
        "Tus-Version": rules.VERSION,
        "Tus-Extension": rules.EXTENSIONS,
        "Tus-Max-Size": str(_limits(context).upload_bytes),
    }
    return Response(status_code=204, headers=headers)


@router.post("/i/{token}/uploads")
def create(request: Request, context: Ctx, _: Tus, candidate: PageCandidate) -> Response:
    """A new upload, or the one that the same key made before: its address and offset."""
    limits = _limits(context)
    new = rules.read_creation(dict(request.headers), limits)
    with context.database.transaction() as session:
        invitation = reach.invitation_of(session, candidate.actor, candidate.invitation.id)
        kit = reach.kit_of(session, invitation)
        upload = uploads.begin(session, invitation, kit, new, limits, context.clock)
    headers = {**_where(upload), "Location": f"{candidate.home}/uploads/{upload.id}"}
    return Response(status_code=201, headers=headers)


@router.head("/i/{token}/uploads/{upload_id}")
def offset(upload_id: str, context: Ctx, _: Tus, candidate: PageCandidate) -> Response:
    """The number of bytes received."""
    with context.database.reading() as session:
        upload = uploads.find_upload(session, candidate.invitation.id, upload_id)
        if upload.state != "finished":
            uploads.check_open(upload)
        return Response(status_code=200, headers=_where(upload))


@router.patch("/i/{token}/uploads/{upload_id}")
async def append(upload_id: str, request: Request, context: Ctx, _: Tus, candidate: PageCandidate) -> Response:
    """Add the body at the stated offset. 204 says that it is safe."""
    limits = _limits(context)
    patch = rules.read_patch(request.headers)
    upload, length = await run_in_threadpool(_prepare, context, candidate, upload_id, patch, limits)
    if upload is None:
        return Response(status_code=204, headers=_progress(patch.offset))
    owner = Owner(candidate.application.person_id, candidate.invitation.id)
    at, buffer = patch.offset, bytearray()
    try:
        async for piece in request.stream():
            buffer += piece
            rules.check_room(at + len(buffer), length, limits)
            while len(buffer) >= limits.part_bytes:
                part = bytes(buffer[: limits.part_bytes])
                await run_in_threadpool(_add, context, owner, upload, at, part, limits)
                at += len(part)
                del buffer[: len(part)]
    except ClientDisconnect:
        if buffer:
            await run_in_threadpool(_add, context, owner, upload, at, bytes(buffer), limits)
        raise HTTPException(400) from None
    if buffer:
        await run_in_threadpool(_add, context, owner, upload, at, bytes(buffer), limits)
    return Response(status_code=204, headers=_progress(at + len(buffer)))


@router.post("/i/{token}/uploads/{upload_id}", response_model=None)
async def instead(upload_id: str, request: Request, context: Ctx, tus: Tus, candidate: PageCandidate) -> Response:
    """PATCH or HEAD sent as POST, where a proxy lets nothing else pass: tus 1.0.0, X-HTTP-Method-Override."""
    wanted = request.headers.get("x-http-method-override", "").strip().upper()
    if wanted == "PATCH":
        return await append(upload_id, request, context, tus, candidate)
    if wanted == "HEAD":
        return await run_in_threadpool(offset, upload_id, context, tus, candidate)
    raise HTTPException(405, headers={"Allow": "HEAD, PATCH"})


@router.post("/i/{token}/uploads/{upload_id}/finish")
async def finish(upload_id: str, context: Ctx, candidate: PageCandidate) -> Response:
    """Make the answer of a complete upload; repeating it gives the same answer. Practice is inspected and removed."""
    limiter = _finishing.get(None)
    if limiter is None:
        limiter = anyio.CapacityLimiter(FINISHED_AT_ONCE)
        _finishing.set(limiter)
    result = await anyio.to_thread.run_sync(_finish, context, candidate, upload_id, limiter=limiter)
    return JSONResponse(result)


@router.post("/i/{token}/uploads/{upload_id}/discard")
def discard(upload_id: str, context: Ctx, candidate: PageCandidate) -> Response:
    """Discard an upload that is no answer yet; its bytes are removed."""
    with context.database.transaction() as session:
        upload = uploads.find_upload(session, candidate.invitation.id, upload_id)
        uploads.discard(session, upload.id, context.clock)
    received.clear(context, upload_id)
    return Response(status_code=204)


def _prepare(
    context: Context, candidate: Candidate, upload_id: str, patch: rules.Patch, limits: UploadLimits
) -> tuple[Upload | None, int | None]:
    """The upload and its length; no upload when it is complete and nothing more is sent (the last PATCH, repeated)."""
    with context.database.reading() as session:
        upload = uploads.find_upload(session, candidate.invitation.id, upload_id)
        if upload.state == "finished" and patch.offset == upload.offset and patch.body_bytes == 0:
            return None, upload.length
        uploads.check_may_record(session, candidate.invitation)
        uploads.check_open(upload)
        length = rules.check_patch(patch, upload.offset, upload.length, limits)
        uploads.check_room(session, upload, patch.body_bytes or 0, limits)
        session.expunge_all()
    if patch.length is not None and upload.length is None:
        with context.database.transaction() as session:
            uploads.set_length(session, upload.id, patch.length, context.clock)
    return upload, length


def _add(context: Context, owner: Owner, upload: Upload, at: int, data: bytes, limits: UploadLimits) -> None:
    if at == 0 and len(data) >= rules.SNIFFED_BYTES:
        try:
            rules.check_content(data[: rules.SNIFFED_BYTES])
        except UnsupportedMedia:
            received.refuse(context, upload.id)
            raise
    name = uploads.store_part(context.blobs, data, owner)
    try:
        with context.database.transaction() as session:
            uploads.check_room(session, upload, len(data), limits)
            uploads.add_part(session, upload.id, at, len(data), name, context.clock)
    except BaseException:
        context.blobs.delete(name)  # no row names it: the salt makes it this part's alone
        raise


def _finish(context: Context, candidate: Candidate, upload_id: str) -> dict[str, object]:
    made = received.finish(context, candidate.actor, candidate.invitation.id, upload_id)
    return _to_json(made) if isinstance(made, Answer) else {"practice": True, **_shown(made)}


def _shown(practice: Practice) -> dict[str, object]:
    return {"duration_s": round(practice.duration_s, 2), "video": practice.video, "audio": practice.audio}


def _to_json(answer: Answer) -> dict[str, object]:
    return {
        "answer": answer.id,
        "attempt": answer.attempt,
        "mode": answer.mode,
        "duration_s": round(answer.duration_s, 2),
        "size": answer.size,
        "sha256": answer.blob_sha256,
    }


def _limits(context: Context) -> UploadLimits:
    return UploadLimits.of_megabytes(context.service.max_upload_mb)


def _where(upload: Upload) -> dict[str, str]:
    length = {"Upload-Defer-Length": "1"} if upload.length is None else {"Upload-Length": str(upload.length)}
    return {**_progress(upload.offset), **length}


def _progress(at: int) -> dict[str, str]:
    return {"Tus-Resumable": rules.VERSION, "Upload-Offset": str(at)}
