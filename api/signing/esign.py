"""e签宝's open platform, version 3 of its HTTP API (open.esign.cn, 合同文件签署服务API): off unless the settings name
an application. Requests are signed as 请求签名鉴权 says: HMAC-SHA256 over method, headers and path."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from datetime import datetime
from typing import Any

import httpx

from interview_engine.clock import Clock
from interview_engine.errors import DeliveryError
from interview_engine.hr.signing.provider import Begun, Deal, ProviderState, Standing
from interview_engine.i18n import msg
from interview_engine.signing_settings import EsignSettings
from interview_engine.store.deadline import Deadline

logging.getLogger("httpx").setLevel(logging.WARNING)

NAME = "esign"
CALL_S = 20.0
MOST_JSON = 1_000_000
MOST_PDF = 50 << 20
JSON_TYPE = "application/json; charset=UTF-8"
PDF_TYPE = "application/pdf"
ACCEPT = "*/*"
STATES: dict[int, ProviderState] = {
    0: "open",
    1: "open",
    2: "signed",
    3: "withdrawn",
    4: "expired",
    5: "expired",
    7: "declined",
}
"""Their signFlowStatus: 0 草稿, 1 签署中, 2 完成, 3 撤销, 4 终止, 5 过期, 7 拒签. What is not in it stays open here."""
UPLOADED = (2, 5)
"""Their fileStatus: 2 文件上传已完成, 5 文件已转换."""
FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*"<>|?', " "))
"""Characters that no title or file name may have there."""


class Esign:
    """`SignatureProvider` of e签宝: their page identifies the person and takes the signature, both seals are theirs.

    Args:
        transport: injected in tests.
    """

    name = NAME

    def __init__(self, settings: EsignSettings, clock: Clock, *, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._clock = clock
        made = transport or httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        self._http = httpx.Client(transport=made, timeout=httpx.Timeout(CALL_S, connect=5.0), follow_redirects=False)

    def begin(self, pdf: bytes, deal: Deal, now: datetime) -> Begun:
        """See provider.SignatureProvider."""
        title = " ".join(deal.title.translate(FORBIDDEN).split())[:90]
        file_id = self._upload(pdf, f"{title}.pdf")
        made = self._call("POST", "/v3/sign-flow/create-by-file", self._flow(file_id, title, deal))
        reference = _text(made, "signFlowId")
        asked = {"needLogin": False, "urlType": 2, "operator": {"psnAccount": deal.phone}}
        link = self._call("POST", f"/v3/sign-flow/{reference}/sign-url", asked)
        return Begun(pdf, reference=reference, address=_text(link, "url"))

    def standing(self, reference: str) -> Standing:
        """See provider.SignatureProvider."""
        found = self._call("GET", f"/v3/sign-flow/{reference}/detail")
        status = found.get("signFlowStatus")
        if isinstance(status, bool) or not isinstance(status, int):
            raise _bad_reply()
        return Standing(STATES.get(status, "open"), _reason(found))

    def document(self, reference: str) -> bytes:
        """See provider.SignatureProvider."""
        found = self._call("GET", f"/v3/sign-flow/{reference}/file-download-url")
        files = found.get("files")
        if not isinstance(files, list) or len(files) != 1 or not isinstance(files[0], dict):
            raise _bad_reply()
        pdf = self._plain("GET", _text(files[0], "downloadUrl")).content
        if not pdf.startswith(b"%PDF-") or len(pdf) > MOST_PDF:
            raise _bad_reply()
        return pdf

    def withdraw(self, reference: str, reason: str) -> None:
        """See provider.SignatureProvider."""
        if self.standing(reference).state != "open":
            return
        self._call("POST", f"/v3/sign-flow/{reference}/revoke", {"revokeReason": reason[:50] or "withdrawn"})

    def _upload(self, pdf: bytes, name: str) -> str:
        md5 = _md5(pdf)
        asked = {
            "contentMd5": md5,
            "contentType": PDF_TYPE,
            "convertToPDF": False,
            "fileName": name,
            "fileSize": len(pdf),
        }
        place = self._call("POST", "/v3/files/file-upload-url", asked)
        file_id = _text(place, "fileId")
        headers = {"Content-MD5": md5, "Content-Type": PDF_TYPE}
        self._plain("PUT", _text(place, "fileUploadUrl"), content=pdf, headers=headers)
        status = self._call("GET", f"/v3/files/{file_id}").get("fileStatus")
        if status not in UPLOADED:
            raise DeliveryError(
                "esign.upload",
                msg("The provider has not taken the document (status {status}).", status=status),
                msg("Try again; if it stays so, ask the provider."),
            )
        return file_id

    def _flow(self, file_id: str, title: str, deal: Deal) -> dict[str, Any]:
        company: dict[str, Any] = {"signerType": 1}
        if self._settings.org_id:
            company["orgSignerInfo"] = {"orgId": self._settings.org_id}
        company["signFields"] = [_field(file_id, deal.page, deal.company_box, auto=True, seal=self._settings.seal_id)]
        person = {
            "signerType": 0,
            "psnSignerInfo": {"psnAccount": deal.phone, "psnInfo": {"psnName": deal.person}},
            "signFields": [_field(file_id, deal.page, deal.employee_box)],
        }
        return {
            "docs": [{"fileId": file_id, "fileName": f"{title}.pdf"}],
            "signFlowConfig": {
                "signFlowTitle": title,
                "signFlowExpireTime": int(deal.expires_at.timestamp() * 1000),
                "autoStart": True,
                "autoFinish": True,
                "noticeConfig": {"noticeTypes": "1"},
            },
            "signers": [company, person],
        }

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The `data` of one signed call.

        Raises:
            DeliveryError: `esign.unreachable`, `esign.reply`, `esign.<their code>`.
        """
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        md5, kind = ("", "") if body is None else (_md5(content), JSON_TYPE)
        headers = {
            "X-Tsign-Open-App-Id": self._settings.app_id,
            "X-Tsign-Open-Auth-Mode": "Signature",
            "X-Tsign-Open-Ca-Timestamp": str(int(self._clock.now().timestamp() * 1000)),
            "X-Tsign-Open-Ca-Signature": signature(self._settings.secret, method, md5, kind, path),
            "Accept": ACCEPT,
            **({"Content-MD5": md5, "Content-Type": kind} if content else {}),
        }
        response = self._plain(method, f"{self._settings.url}{path}", content=content, headers=headers)
        try:
            reply = response.json() if len(response.content) <= MOST_JSON else None
        except ValueError:
            reply = None
        if not isinstance(reply, dict) or "code" not in reply:
            raise _bad_reply()
        if reply["code"] != 0:
            raise DeliveryError(
                f"esign.{reply['code']}",
                msg("The provider of signatures refuses: {reason}", reason=str(reply.get("message", ""))[:200]),
                msg("Check the application's number, its rights and the person's phone (docs/e-sign.md)."),
                temporary=False,
            )
        data = reply.get("data")
        return data if isinstance(data, dict) else {}

    def _plain(
        self, method: str, url: str, *, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            with Deadline(CALL_S) as deadline:
                response = self._http.request(
                    method, url, content=content, headers=headers, extensions={"trace": deadline.trace}
                )
        except (httpx.HTTPError, httpx.InvalidURL):
            raise _unreachable() from None
        if response.status_code != 200:
            raise _unreachable()
        return response


def signature(secret: str, method: str, md5: str, kind: str, path: str) -> str:
    """Their X-Tsign-Open-Ca-Signature: base64 of HMAC-SHA256 over method, Accept, Content-MD5, Content-Type, an empty
    Date and the path, a line each; no headers of ours are among what is signed."""
    text = "\n".join((method, ACCEPT, md5, kind, "", path))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _field(
    file_id: str, page: int, box: tuple[float, float, float, float], *, auto: bool = False, seal: str = ""
) -> dict[str, Any]:
    left, low, right, high = box
    config: dict[str, Any] = {
        "signFieldStyle": 1,
        "signFieldPosition": {
            "positionPage": str(page),
            "positionX": round((left + right) / 2, 1),
            "positionY": round((low + high) / 2, 1),
        },
    }
    if auto:
        config["autoSign"] = True
    if seal:
        config["assignedSealId"] = seal
    return {"fileId": file_id, "normalSignFieldConfig": config}


def _md5(content: bytes) -> str:
    # their protocol's checksum of a transfer, no secret
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def _reason(found: dict[str, Any]) -> str:
    """What the signer wrote on declining, or who took it back."""
    for signer in found.get("signers") or []:
        if isinstance(signer, dict) and signer.get("rejectReason"):
            return str(signer["rejectReason"])[:300]
    return str(found.get("revokeReason") or "")[:300]


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise _bad_reply()
    return value


def _unreachable() -> DeliveryError:
    return DeliveryError(
        "esign.unreachable",
        msg("The provider of signatures does not answer."),
        msg("Try again in a few minutes; check the network and INTERVIEW_ENGINE_ESIGN_URL."),
    )


def _bad_reply() -> DeliveryError:
    return DeliveryError(
        "esign.reply",
        msg("The provider's reply cannot be understood."),
        msg("Try again; if it stays so, its protocol may have changed (docs/e-sign.md)."),
    )
