"""An account whose person signs in, by the browser or with a code."""

from support.auth_server import CLIENT
from support.http_client import account
from tocsin.domain.account import Auth, AuthKind


def home_at(url, flow, **more):
    auth = Auth(
        AuthKind.OAUTH2,
        token_url=f"{url}/token",
        authorize_url=f"{url}/authorize?access_type=offline",
        device_url=f"{url}/device",
        client_id=CLIENT,
        scope="status:read offline",
        flow=flow,
    )
    return account(url, auth, **more)
