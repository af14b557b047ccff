"""The tokens of one sign-in: how long they are good for, and as the one text that the keyring keeps of them.

One text for access and refresh token together, so that a pair is replaced whole or not at all.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.domain.account import Auth
from tocsin.domain.instant import Instant
from tocsin.ports import SIGN_IN

NAME = SIGN_IN
"""The name of the ``SecretRef`` under which they are kept."""

_MARGIN = timedelta(seconds=60)
_MARGIN_SHARE = 5
"""A token is renewed a minute before its end, or after four fifths of a short life."""

_ROOM = 1200
"""Characters. Windows keeps 2560 bytes of UTF-16 under one name; the access token is what can be had again."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave out. ``lifetime`` None is a token whose end was not told.

    ``renew_at`` (aware UTC) is when to ask for another, by the wall clock, which the keyring keeps; ``renew_mono`` the
    same by the monotonic one, None in another run. A token is fresh only while both agree, for either may be set.
    """

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    renew_at: datetime | None = None
    renew_mono: float | None = None

    @classmethod
    def given(cls, access: str, refresh: str | None, lifetime: timedelta | None, now: Instant) -> "Tokens":
        """The tokens of an answer that has just come in."""
        if lifetime is None:
            return cls(access, refresh)
        good_for = lifetime - min(_MARGIN, lifetime / _MARGIN_SHARE)
        return cls(access, refresh, now.wall + good_for, now.mono + good_for.total_seconds())

    def is_fresh(self, now: Instant) -> bool:
        """True for an access token that can still be used."""
        by_wall = self.renew_at is None or now.wall < self.renew_at
        by_mono = self.renew_mono is None or now.mono < self.renew_mono
        return bool(self.access) and by_wall and by_mono


class _Kept(msgspec.Struct, omit_defaults=True):
    """The text in the keyring."""

    v: int
    client: str
    access_token: str = ""
    refresh_token: str | None = None
    renew_at: int | None = None


def to_text(tokens: Tokens, auth: Auth) -> str:
    """The text to keep. It names the client it belongs to, so that no token is ever sent to another server."""
    kept = _Kept(1, _client(auth), tokens.access, tokens.refresh)
    if tokens.renew_at is not None:
        kept.renew_at = int(tokens.renew_at.timestamp())
    text = msgspec.json.encode(kept).decode()
    if len(text) > _ROOM and kept.refresh_token is not None:
        kept.access_token, kept.renew_at = "", None
        text = msgspec.json.encode(kept).decode()
    return text


def from_text(text: str, auth: Auth) -> Tokens | None:
    """The tokens of a kept text, None for one that is damaged or belongs to another client, server or scope."""
    try:
        kept = msgspec.json.decode(text, type=_Kept)
        at = None if kept.renew_at is None else datetime.fromtimestamp(kept.renew_at, UTC)
    except (msgspec.MsgspecError, ValueError, OverflowError, OSError):
        return None
    if kept.v != 1 or kept.client != _client(auth) or not (kept.access_token or kept.refresh_token):
        return None
    return Tokens(kept.access_token, kept.refresh_token, at)


def _client(auth: Auth) -> str:
    named = f"{auth.flow.value}\n{auth.token_url}\n{auth.client_id}\n{auth.scope}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:16]
