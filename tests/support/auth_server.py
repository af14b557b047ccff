"""An authorization server on loopback, and the API that takes its tokens: RFC 6749, 7009, 7636 and 8628, in threads.

It keeps the rules that matter to a client: a code is good once and for its own redirect and verifier, a refresh token
that was replaced is void and takes its whole family along, a client must prove itself if it has a secret. What a test
wants to go wrong is put into ``answers`` (path to bytes and status), ``holding`` (path to an event) or the
switches; ``reached`` has an event for each path, set by the first request.
"""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

CLIENT = "tocsin-at-home"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class _Events(dict[str, threading.Event]):
    """An event for every key, made when it is first looked for: the same for all, whichever thread is first."""

    def __missing__(self, key: str) -> threading.Event:
        return self.setdefault(key, threading.Event())


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass(eq=False)
class Grant:
    """One sign-in: everything that was given out for it."""

    access: set[str] = field(default_factory=set)
    refresh: str = ""
    void: set[str] = field(default_factory=set)


class AuthServer:
    """Serves while entered. ``secret`` None is a public client."""

    def __init__(self, secret: str | None = None, *, ways: tuple[str, ...] = ("basic", "post")) -> None:
        self.secret = secret
        self.ways = ways
        self.access = ""  # what every access token is, where an API of somebody else's takes them
        self.expires_in: Any = 3600
        self.rotates = True
        self.gives_refresh = True
        self.token_type: Any = "Bearer"
        self.person = "allows"
        self.pending: list[str] = []
        self.interval: Any = 5
        self.answers: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.holding: dict[str, threading.Event] = {}
        self.asked: list[Asked] = []
        self.reached = _Events()
        self.grants: list[Grant] = []
        self.given: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        outer = self

        class Handler(_Handler):
            server_of = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for event in self.holding.values():
            event.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def to(self, path: str) -> list[Asked]:
        """The requests to a path."""
        return [each for each in self.asked if each.path == path]

    def tell_addresses(self) -> None:
        """Say where it takes what, as OpenID Connect Discovery has it."""
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
        }
        self.answers["/.well-known/openid-configuration"] = _json(said)

    def revoke_all(self) -> None:
        """What a person does who takes the permission back."""
        for grant in self.grants:
            grant.void.add(grant.refresh)
            grant.refresh = ""
            grant.access.clear()

    def end_access(self) -> None:
        """Every access token stops working before its time; the sign-ins go on."""
        for grant in self.grants:
            grant.access.clear()

    # --- the endpoints ---------------------------------------------------------------------------------------------

    def answer(self, asked: Asked, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        self.asked.append(asked)
        self.reached[asked.path].set()
        if asked.path in self.holding:
            self.holding[asked.path].wait(30)
        if asked.path in self.answers:
            return self.answers[asked.path]
        with self._lock:
            match asked.path:
                case "/authorize":
                    return self._authorize(query)
                case "/device":
                    return self._device(asked)
                case "/token":
                    return self._token(asked)
                case "/revoke":
                    self.revoke_all()
                    return 200, b"", {}
                case _:
                    return self._api(asked)

    def _api(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if any(token in grant.access for grant in self.grants):
            return 200, b'{"ok": true}', {}
        return 401, b"{}", {"WWW-Authenticate": 'Bearer error="invalid_token"'}

    def _authorize(self, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        back = query["redirect_uri"]
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", CLIENT, "S256")
        if self.person == "refuses":
            return _to(back, error="access_denied", state=query["state"])
        code = secrets.token_urlsafe(24)
        self.given.append(code)
        self._codes[code] = {"redirect_uri": back, "challenge": query["code_challenge"]}
        state = query["state"] if self.person == "allows" else "not the one"
        return _to(back, code=code, state=state)

    def _device(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        if not self._is_client(asked):
            return _error("invalid_client", 401)
        code = secrets.token_urlsafe(24)
        self.given.append(code)
        self._codes[code] = {}
        address = f"{self.url}/activate"
        return _json(
            {
                "device_code": code,
                "user_code": "WDJB-MJHT",
                "verification_uri": address,
                "verification_uri_complete": f"{address}?code=WDJB-MJHT",
                "expires_in": 600,
                "interval": self.interval,
            }
        )

    def _token(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:  # noqa: PLR0911 -- one for each answer of the RFCs
        form = asked.form
        if not self._is_client(asked):
            return _error("invalid_client", 401)
        match form.get("grant_type"):
            case "client_credentials" if self.secret is not None:
                return self._give(Grant(), with_refresh=False)
            case "authorization_code":
                known = self._codes.pop(form.get("code", ""), None)
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                if known != {"redirect_uri": form.get("redirect_uri"), "challenge": challenge}:
                    return _error("invalid_grant")
                return self._give(Grant())
            case "refresh_token":
                return self._refresh(form.get("refresh_token", ""))
            case grant if grant == DEVICE_GRANT and form.get("device_code") in self._codes:
                if self.pending:
                    return _error(self.pending.pop(0))
                return self._give(Grant())
            case _:
                return _error("unsupported_grant_type")

    def _refresh(self, token: str) -> tuple[int, bytes, dict[str, str]]:
        for grant in self.grants:
            if token in grant.void:  # somebody uses it twice: the whole family goes
                grant.access.clear()
                grant.refresh = ""
            elif token and token == grant.refresh:
                return self._give(grant, renewed=True)
        return _error("invalid_grant")

    def _give(
        self, grant: Grant, *, with_refresh: bool = True, renewed: bool = False
    ) -> tuple[int, bytes, dict[str, str]]:
        if grant not in self.grants:
            self.grants.append(grant)
        access = self.access or f"access-{secrets.token_urlsafe(24)}"
        grant.access.add(access)
        self.given.append(access)
        said: dict[str, Any] = {"access_token": access, "token_type": self.token_type, "expires_in": self.expires_in}
        if with_refresh and self.gives_refresh and (self.rotates or not renewed):
            if grant.refresh:
                grant.void.add(grant.refresh)
            grant.refresh = f"refresh-{secrets.token_urlsafe(24)}"
            self.given.append(grant.refresh)
            said["refresh_token"] = grant.refresh
        return _json({name: value for name, value in said.items() if value is not None})

    def _is_client(self, asked: Asked) -> bool:
        said = asked.headers.get("authorization", "")
        if said and "basic" in self.ways and self.secret is not None:
            name, _, secret = base64.b64decode(said.removeprefix("Basic ")).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, self.secret)
        if self.secret is None:
            return asked.form.get("client_id") == CLIENT and not said
        return "post" in self.ways and (asked.form.get("client_id"), asked.form.get("client_secret")) == (
            CLIENT,
            self.secret,
        )


class _Handler(BaseHTTPRequestHandler):
    server_of: AuthServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        fields = parse_qs(body, keep_blank_values=True)
        assert all(len(values) == 1 for values in fields.values()), "a field stands twice"
        asked = Asked(self.command, parts.path, headers, {name: values[0] for name, values in fields.items()})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        status, content, more = self.server_of.answer(asked, query)
        try:
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | more).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's own name
        """Say nothing."""


def _json(value: object, status: int = 200) -> tuple[int, bytes, dict[str, str]]:
    return status, json.dumps(value).encode(), {"Cache-Control": "no-store"}


def _error(word: str, status: int = 400) -> tuple[int, bytes, dict[str, str]]:
    return _json({"error": word, "error_description": "not shown to anybody"}, status)


def _to(back: str, **fields: str) -> tuple[int, bytes, dict[str, str]]:
    return 302, b"", {"Location": f"{back}?{urlencode(fields)}"}
