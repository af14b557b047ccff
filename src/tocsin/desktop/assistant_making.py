"""From what was chosen in the assistant to settings: connections with ids and kinds, an account, the line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tocsin.domain.account import LINE_PROVIDER, Account, Connection, Help, Settings, Usage
from tocsin.domain.account_ids import suggested_id
from tocsin.domain.terms import ConnectionKind, Role

if TYPE_CHECKING:
    from tocsin.desktop.assistant_sign_in import Login

_KINDS = (
    (ConnectionKind.MAIL, r"e-?mail|mail|smtp|imap|pop3?|exchange|outlook|post"),
    (ConnectionKind.PHONE, r"voip|sip|voice|phone|telephony|telefonie|telefon|bellen|call|calls|pstn"),
    (ConnectionKind.TV, r"tv|television|televisie|iptv|fernsehen"),
    (ConnectionKind.MOBILE, r"mobile|mobiel|mobil|sim|[345]g|lte"),
    (ConnectionKind.INTERNET, r"internet|broadband|fibre|fiber|glasvezel|glasfaser|dsl|adsl|vdsl|ftth|cable|wan"),
)


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing that the user depends on. ``ids`` are the provider's own; none means all that there is."""

    ids: tuple[str, ...]
    name: str
    kind: ConnectionKind
    role: Role = Role.PRIMARY


def guessed_kind(name: str, *, is_isp: bool) -> ConnectionKind:
    """What sort of thing has this name; without a hint what such a provider mostly provides."""
    for kind, pattern in _KINDS:
        if re.search(rf"\b({pattern})\b", name, re.IGNORECASE):
            return kind
    return ConnectionKind.INTERNET if is_isp else ConnectionKind.SERVICE


def typed_ids(text: str) -> tuple[str, ...]:
    """Ids that were typed, between commas, semicolons or spaces; each once."""
    return tuple(dict.fromkeys(re.findall(r"[^\s,;]+", text)))


def unseen(settings: Settings, name: str, url: str, login: "Login") -> Account:
    """An account that nobody could ask yet: made from what was typed alone."""
    id_ = suggested_id(name, [each.id for each in settings.accounts])
    return Account(id_, login.provider, name, url, auth=login.auth, options=login.options)


def with_own_id(account: Account, settings: Settings) -> Account:
    """The account under an id that no other has: one may have come since it was tried."""
    taken = {each.id for each in settings.accounts}
    return replace(account, id=suggested_id(account.name, taken)) if account.id in taken else account


def with_account(settings: Settings, account: Account, picks: Sequence[Pick], help_: Help) -> Settings:
    """The settings with an account more. No connection gets the id of another: that would make one of the two."""
    made = replace(account, connections=_connections(picks, settings), help=help_)
    return replace(settings, accounts=(*settings.accounts, made))


def with_line(settings: Settings, name: str) -> Settings:
    """The settings with the user's own line watched, also where no provider is."""
    line = replace(settings.line, public=True, measure=True)
    if settings.accounts:
        return replace(settings, line=line)
    account = Account(LINE_PROVIDER, LINE_PROVIDER, name, "", connections=(Connection(LINE_PROVIDER, name),))
    return replace(settings, accounts=(account,), line=line)


def with_use(settings: Settings, usage: Usage, *, public: bool | None) -> Settings:
    """The settings with what the computer is used for, and the answer to whether the line may be measured."""
    answer = settings.line.public if public is None else public
    return replace(settings, usage=usage, line=replace(settings.line, public=answer))


def _connections(picks: Iterable[Pick], settings: Settings) -> tuple[Connection, ...]:
    taken = {connection.id for account in settings.accounts for connection in account.connections}
    made: list[Connection] = []
    for pick in picks:
        id_ = suggested_id(pick.name, taken)
        taken.add(id_)
        made.append(Connection(id_, pick.name, pick.kind, pick.role, pick.ids))
    return tuple(made)
