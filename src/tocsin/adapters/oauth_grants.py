"""What is sent to an authorization server, prepared by Authlib; the one importer of it.

Authlib's own clients send by themselves, without our deadlines and limits: only what prepares a request is used. It is
imported when the first account needs it, for it takes 50 ms.
"""

from collections.abc import Mapping
from enum import Enum, auto
from urllib.parse import quote_plus

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
"""RFC 8628, 3.4."""

_FORM = "application/x-www-form-urlencoded"


class ClientLogin(Enum):
    """How the client itself proves who it is (RFC 6749, 2.3): not at all, in a header, or in the form."""

    NONE = auto()
    BASIC = auto()
    POST = auto()


def token_form(grant: str, fields: Mapping[str, str]) -> str:
    """The form of a token request; fields that are empty are left out."""
    from authlib.oauth2.rfc6749.parameters import prepare_token_request  # type: ignore[import-untyped] # noqa: PLC0415 - takes 50 ms

    return str(prepare_token_request(grant, **fields))


def plain_form(fields: Mapping[str, str]) -> str:
    """A form of these fields; those that are empty are left out."""
    from authlib.common.urls import add_params_to_qs  # type: ignore[import-untyped] # noqa: PLC0415 - takes 50 ms

    return str(add_params_to_qs("", [(name, value) for name, value in fields.items() if value]))


def with_client(way: ClientLogin, client_id: str, secret: str, url: str, form: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a form with the client's own login put in.

    In a header both parts are form-encoded first (RFC 6749, 2.3.1), which Authlib leaves to its caller.
    """
    from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped] # noqa: PLC0415 - takes 50 ms

    headers: dict[str, str] = {"accept": "application/json", "content-type": _FORM}
    match way:
        case ClientLogin.NONE:
            auth = ClientAuth(client_id, None, "none")
        case ClientLogin.BASIC:
            auth = ClientAuth(quote_plus(client_id), quote_plus(secret), "client_secret_basic")
        case ClientLogin.POST:
            auth = ClientAuth(client_id, secret, "client_secret_post")
    login: dict[str, str] = {}
    _, login, body = auth.prepare("POST", url, login, form)
    return headers | {name.lower(): value for name, value in login.items()}, body.encode("ascii")


def authorize_address(url: str, *, client_id: str, redirect_uri: str, scope: str, state: str, verifier: str) -> str:
    """The address that a person signs in at, with the challenge that belongs to the verifier (S256)."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - takes 50 ms
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped] # noqa: PLC0415 - takes 50 ms

    return str(
        prepare_grant_uri(
            url,
            client_id=client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=scope,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
    )
