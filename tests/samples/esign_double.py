"""A double of e签宝's open platform: checks each request's signature as its documents say, and keeps what was asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import httpx

APP_ID, SECRET = "7438000000", "for-tests-only-esign"


@dataclass
class EsignDouble:
    """The platform with one application.

    Args:
        status: signFlowStatus of every flow. files: by id, what was uploaded. asked: (method, path, body).
    """

    status: int = 1
    reason: str = ""
    answer: bytes = b""
    down: bool = False
    refuse: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    announced: dict[str, dict[str, Any]] = field(default_factory=dict)
    flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)

    def transport(self) -> httpx.MockTransport:
        """What the client speaks to."""
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down", request=request)
        path = request.url.raw_path.decode()
        if request.url.host == "files.example":
            return self._storage(request, path)
        problem = self._refused(request, path)
        if problem:
            return httpx.Response(200, json={"code": 401, "message": problem, "data": None})
        if self.refuse:
            return httpx.Response(200, json={"code": self.refuse, "message": "账户中签署份数不足", "data": None})
        body = json.loads(request.content) if request.content else {}
        return httpx.Response(200, json={"code": 0, "message": "成功", "data": self._data(request.method, path, body)})

    def _refused(self, request: httpx.Request, path: str) -> str:
        given = request.headers
        if given.get("X-Tsign-Open-App-Id") != APP_ID or given.get("X-Tsign-Open-Auth-Mode") != "Signature":
            return "INVALID_APP_ID"
        if not given.get("X-Tsign-Open-Ca-Timestamp", "").isdigit():
            return "INVALID_TIMESTAMP"
        md5 = base64.b64encode(hashlib.md5(request.content, usedforsecurity=False).digest()).decode()
        md5 = md5 if request.content else ""
        if given.get("Content-MD5", "") != md5:
            return "INVALID_CONTENT_MD5"
        kind = given.get("Content-Type", "")
        text = f"{request.method}\n{given['Accept']}\n{md5}\n{kind}\n\n{path}"
        expected = base64.b64encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()).decode()
        return "" if hmac.compare_digest(expected, given.get("X-Tsign-Open-Ca-Signature", "")) else "INVALID_SIGNATURE"

    def _data(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if (method, path) == ("POST", "/v3/files/file-upload-url"):
            file_id = f"file{len(self.announced)}"
            self.announced[file_id] = body
            return {"fileId": file_id, "fileUploadUrl": f"https://files.example/{file_id}?k=1"}
        if method == "GET" and path.startswith("/v3/files/"):
            return {"fileStatus": 2 if path.rpartition("/")[2] in self.files else 1}
        if (method, path) == ("POST", "/v3/sign-flow/create-by-file"):
            flow_id = f"flow{len(self.flows)}"
            self.flows[flow_id] = body
            return {"signFlowId": flow_id}
        flow_id, _, what = path.removeprefix("/v3/sign-flow/").partition("/")
        if (method, what) == ("POST", "sign-url"):
            return {"shortUrl": "https://t.example/s", "url": f"https://sign.example/{flow_id}"}
        if (method, what) == ("GET", "detail"):
            signers = [{"signerType": 0, "rejectReason": self.reason}] if self.reason else []
            return {"signFlowStatus": self.status, "signers": signers}
        if (method, what) == ("GET", "file-download-url"):
            return {"files": [{"fileId": "file0", "downloadUrl": "https://files.example/signed"}]}
        if (method, what) == ("POST", "revoke"):
            self.revoked.append(flow_id)
            return {}
        raise AssertionError(f"{method} {path}")

    def _storage(self, request: httpx.Request, path: str) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=self.answer)
        file_id = path.removeprefix("/").partition("?")[0]
        told = self.announced[file_id]
        md5 = base64.b64encode(hashlib.md5(request.content, usedforsecurity=False).digest()).decode()
        same = (request.headers["Content-MD5"], request.headers["Content-Type"]) == (md5, told["contentType"])
        if not same or told["contentMd5"] != md5 or told["fileSize"] != len(request.content):
            return httpx.Response(403)
        self.files[file_id] = request.content
        return httpx.Response(200, json={"errCode": 0, "msg": "成功"})
