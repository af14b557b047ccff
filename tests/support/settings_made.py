"""Any settings, and any way to write them down that TOML allows, with comments whose place is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from tocsin.adapters import settings_values as said
from tocsin.adapters import toml_values
from tocsin.domain.account import (
    Account,
    Appearance,
    Auth,
    AuthKind,
    Connection,
    Help,
    Line,
    Network,
    Notifications,
    OAuthFlow,
    Settings,
    Usage,
)
from tocsin.domain.terms import ConnectionKind, Role

KEYS = ("statuspage", "tmf656", "line")

ids = st.sampled_from(["home", "office", "a", "b-2", "0"])
odd = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(str.strip)
words = st.sampled_from(["Fibre", 'O\'Neil "x" \\', "# no comment", "[[accounts]]", "a, b = {c}", "é\U0001f514"]) | odd
some = st.just("") | words
urls = st.sampled_from(["https://status.example.net", "http://localhost:8080/x", "status.example.org"])
whole = st.sampled_from(["https://id.example.net/a", "https://id.example.net/b", "http://localhost:9/t"])

connections = st.builds(
    Connection,
    ids,
    words,
    st.sampled_from(ConnectionKind),
    st.sampled_from(Role),
    st.lists(words, max_size=3).map(tuple),
)
oauth = st.builds(
    Auth,
    kind=st.just(AuthKind.OAUTH2),
    client_id=words,
    scope=some,
    flow=st.sampled_from(OAuthFlow),
    token_url=whole,
    authorize_url=whole,
    device_url=whole,
)
logins = st.one_of(
    st.just(Auth()),
    st.just(Auth(AuthKind.BEARER)),
    st.builds(Auth, st.just(AuthKind.API_KEY), header=st.sampled_from(["X-Api-Key", "X-Own"])),
    st.builds(Auth, st.sampled_from([AuthKind.BASIC, AuthKind.LOGIN]), user=words),
    oauth,
)
helps = st.just(Help()) | st.builds(
    Help,
    phone=st.sampled_from(["", "+31 20", "112"]),
    mail=st.sampled_from(["", "help@example.net"]),
    status_url=st.sampled_from(["", "a.example", "https://a.example/x"]),
    hours=some,
    customer_number=some,
    steps=st.lists(words | st.just("x" * 120), max_size=3).map(tuple),
)
options = st.dictionaries(st.sampled_from(["version", "a.b", "c d", "é", "list"]), some, max_size=2)
accounts = st.builds(
    Account,
    id=ids,
    provider=st.sampled_from(["statuspage", "tmf656"]),
    name=words,
    url=urls,
    interval=st.sampled_from([timedelta(seconds=each) for each in (60, 90, 30.5)]),
    auth=logins,
    connections=st.lists(connections, max_size=3, unique_by=lambda each: each.id).map(tuple),
    allow_insecure=st.booleans(),
    options=options.map(MappingProxyType),
    help=helps,
    paused=st.booleans(),
) | st.builds(Account, id=ids, provider=st.just("line"), name=words, url=st.just(""), paused=st.booleans())
answers = st.sampled_from([None, True, False])
lines = st.builds(
    Line,
    st.lists(st.sampled_from(["tcp://192.0.2.10:443", "https://192.0.2.11/"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["example.net", "a.b"]), max_size=2).map(tuple),
    answers,
    st.booleans(),
    answers,
    st.sampled_from(["", "eth0"]),
)
hours = st.sampled_from([(None, None), (time(22), time(7)), (time(0, 5), time(23, 59))])
networks = st.just(Network()) | st.builds(
    Network,
    st.sampled_from(["system", "none", "http://proxy.example.net:3128", "proxy:8080"]),
    some.filter(lambda text: text.isprintable() and ":" not in text),
    ca_file=st.sampled_from(["", "~/ca.pem"]),
    client_cert=st.just("/etc/me.pem"),
    client_key=st.sampled_from(["", "/etc/me.key"]),
)
every_settings = st.builds(
    Settings,
    accounts=st.lists(accounts, max_size=3, unique_by=lambda each: each.id).map(tuple),
    line=st.just(Line()) | lines,
    language=st.sampled_from([None, "nl", "de"]),
    usage=st.sampled_from(Usage),
    notifications=st.builds(lambda two, told: Notifications(*two, told), hours, st.booleans()),
    appearance=st.builds(Appearance, st.booleans()),
    network=networks,
).map(said.as_read)


def plain(settings: Settings) -> dict[str, Any]:
    """The settings as a parsed file."""
    document: dict[str, Any] = said.written(said.top(settings), {})
    for key, values in said.TABLES.items():
        inside = said.written(values(settings), {})
        document |= {key: inside} if inside else {}
    if settings.accounts:
        document["accounts"] = [said.new_account(account) for account in settings.accounts]
    return document


@dataclass
class Layout:
    """Writes a document in a way that ``data`` chooses. ``comments`` says whose each is: a table's, or an account's."""

    data: Any
    comments: dict[str, str] = field(default_factory=dict)
    owner: str = ""

    def text(self, document: Mapping[str, Any]) -> str:
        own = {key: value for key, value in document.items() if not isinstance(value, dict | list)}
        lines = self._pairs((), own)
        streams = []
        for key, value in document.items():
            self.owner = key
            if isinstance(value, list):
                first, blocks = self._array((key,), value)
            elif isinstance(value, dict):
                first, blocks = self._table((key,), value)
            else:
                continue
            lines += first
            streams.append(blocks)
        while any(streams):  # tables may stand among the tables of others
            lines += self._one([stream for stream in streams if stream]).pop(0)
        end = self._one(["\n", "\r\n"])
        text = "\n".join(lines) + self._one(["", "\n", "\n\n"])
        return self._one(["", "\ufeff"]) + text.replace("\n", end)

    def _one(self, choices: list) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def _table(self, path: tuple[str, ...], table: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
        """Its lines within the table above, and its blocks."""
        way = self._one(["header", "dotted", "inline"])
        if way == "inline":
            return [*self._above(), f"{self._key(path[-1])} = {self._inline(table)}{self._beside()}"], []
        if way == "dotted":
            return self._pairs((path[-1],), table), []
        return [], [[*self._above(), self._header("[", path, "]"), *self._pairs((), table)]]

    def _array(self, path: tuple[str, ...], items: list[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
        if self._one([True, False, False]):
            gap = self._one(["", " ", "\n", "\n  "])
            after = self._one(["", ","])
            lines = [f"{self._key(path[-1])} = ["]
            for index, item in enumerate(items):
                self.owner = item["id"] if len(path) == 1 else self.owner
                comment = f" {self._comment()}\n" if "\n" in gap and self._one([True, False]) else ""
                comma = after if index == len(items) - 1 else ","
                lines[0] += f"{gap}{self._inline(item)}{comma}{comment}"
            lines[0] += gap.rstrip(" ") + "]"
            return lines[0].split("\n"), []
        blocks: list[list[str]] = []
        for item in items:
            self.owner = item["id"] if len(path) == 1 else self.owner
            own = {key: value for key, value in item.items() if not isinstance(value, dict) and not _tables(value)}
            block = [*self._above(), self._header("[[", path, "]]"), *self._pairs((), own)]
            below: list[list[str]] = []
            for key, value in item.items():
                if isinstance(value, dict) or _tables(value):
                    make = self._table if isinstance(value, dict) else self._array
                    first, more = make((*path, key), value)
                    block += first
                    below += more
            blocks += [block, *below]
        return [], blocks

    def _pairs(self, prefix: tuple[str, ...], table: Mapping[str, Any]) -> list[str]:
        lines = []
        for key, value in table.items():
            dotted = self._one([".", " . "]).join(map(self._key, (*prefix, key)))
            lines += [*self._above(), f"{self._one(['', '  '])}{dotted}{self._one([' = ', '='])}{self._inline(value)}"]
            lines[-1] += self._beside()
        return lines

    def _inline(self, value: Any) -> str:
        if isinstance(value, dict):
            pairs = ", ".join(f"{self._key(key)} = {self._inline(one)}" for key, one in value.items())
            return f"{{{pairs}}}"
        if isinstance(value, list):
            return f"[{', '.join(map(self._inline, value))}{self._one(['', ', ']) if value else ''}]"
        if isinstance(value, str) and self._one([False, False, True]):
            return f'"""\n{toml_values.inline(value)[1:-1]}"""'
        return toml_values.inline(value)

    def _key(self, name: str) -> str:
        return self._one([toml_values.key(name), toml_values.inline(name)])

    def _header(self, left: str, path: tuple[str, ...], right: str) -> str:
        return f"{self._one(['', '  '])}{left}{'.'.join(map(self._key, path))}{right}{self._beside()}"

    def _above(self) -> list[str]:
        return self._one([[], [], [""], [self._comment()], ["", self._comment(), self._comment()]])

    def _beside(self) -> str:
        return self._one(["", "", f"  {self._comment()}"])

    def _comment(self) -> str:
        text = f'# ={len(self.comments)}= ["it\'s" = {{'
        self.comments[text] = self.owner
        return text


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
