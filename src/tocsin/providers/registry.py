"""All providers that there are: those that Tocsin brings, and those that other packages add.

A package adds one through the entry-point group ``tocsin.providers``: its name is the key, its object the class. One
that cannot be loaded is a broken row, never a crash; ``TOCSIN_NO_PLUGINS=1`` leaves them all out.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, overload

from tocsin import providers
from tocsin.domain.account import Account
from tocsin.domain.snapshot import Traits
from tocsin.domain.terms import FailureKind
from tocsin.errors import EnvironmentFault, PollFailed
from tocsin.ports import Capability, HttpRequest, Poll, PollContext, Provider, ProviderField

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "tocsin.providers"
SWITCH = "TOCSIN_NO_PLUGINS"
_KEY = re.compile(r"[a-z0-9-]{1,32}")
_LOG = logging.getLogger(__name__)


class PluginBroken(EnvironmentFault):
    """A provider that another package adds and that cannot be used."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of providers. ``broken`` says why it cannot be used, and ``kind`` is None then."""

    key: str
    kind: type[Provider] | None
    broken: str = ""


class Registry:
    """Looks for plugins when first asked for more than what is built in; loads a provider when it is needed."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._wanted = environ.get(SWITCH, "") in ("", "0")
        self._found: Mapping[str, EntryPoint] | None = None

    def known(self) -> tuple[str, ...]:
        """Every key that an account may name, also of what turns out to be broken."""
        return (*providers.known(), *self._plugins())

    def keys(self) -> Sequence[str]:
        """The same, for who asks whether there is a key: that of a built-in one is known without looking further."""
        return _Keys(self)

    def load(self, key: str) -> type[Provider]:
        """The class of a key. Raises ``KeyError`` for an unknown one, ``PluginBroken``."""
        if key in providers.known():
            return providers.load(key)
        entry = self._plugins()[key]
        try:
            kind = entry.load()
        except Exception as error:
            _LOG.exception("the provider %s cannot be loaded", key)
            raise PluginBroken(f"the provider {key} cannot be loaded ({type(error).__name__}: {error})") from error
        problem = _unfit(key, kind)
        if problem:
            raise PluginBroken(f"the provider {key} cannot be used: {problem}", f"update or remove {_package(entry)}")
        checked: type[Provider] = kind
        return checked

    def make(self, key: str) -> Provider:
        """A provider for one account; one that only says what is wrong where the real one cannot be had."""
        try:
            return self.load(key)()
        except KeyError:
            return _Unusable(f"there is no provider {key!r}")
        except PluginBroken as broken:
            return _Unusable(str(broken))

    def login_origins(self, key: str) -> frozenset[str]:
        """Where else than to the account's own origin a provider's login goes. None for one that cannot be loaded."""
        try:
            return providers.login_origins(self.load(key))
        except (KeyError, PluginBroken):
            return frozenset()

    def contacts(self, account: Account) -> tuple[str, ...]:
        """The addresses that watching an account asks; none where it cannot be asked at all.

        Where an address names another product, its own are among them: Tocsin looks for what answers there once the
        one that was set no longer does.
        """
        from tocsin.providers.detect import named  # noqa: PLC0415 - for who looks at what is contacted, not for a poll

        keys = (account.provider, *named(account.url, providers.known()))
        return tuple(dict.fromkeys(address for key in keys for address in self._contacts(key, account)))

    def _contacts(self, key: str, account: Account) -> tuple[str, ...]:
        try:
            return providers.contacts(self.load(key), account)
        except (KeyError, PluginBroken, PollFailed):
            return ()

    def rows(self) -> tuple[Row, ...]:
        """All of them, for a list."""
        return tuple(self._row(key) for key in self.known())

    def _row(self, key: str) -> Row:
        try:
            return Row(key, self.load(key))
        except PluginBroken as broken:
            return Row(key, None, str(broken))

    def _plugins(self) -> "Mapping[str, EntryPoint]":
        if self._found is None:
            from importlib.metadata import entry_points  # noqa: PLC0415 - reads every package's metadata; see ``keys``

            found = entry_points(group=GROUP) if self._wanted else ()
            built_in = providers.known()
            self._found = {entry.name: entry for entry in found if entry.name not in built_in}
        return self._found


class _Keys(Sequence[str]):
    """What ``Registry.known`` says, when it is needed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __contains__(self, key: object) -> bool:
        return key in providers.known() or key in self._registry.known()

    def __len__(self) -> int:
        return len(self._registry.known())

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._registry.known()[index]


def _package(entry: "EntryPoint") -> str:
    return entry.dist.name if entry.dist is not None else "the package that brings it"


def _unfit(key: str, kind: object) -> str:
    """What a class lacks of a provider; empty when it is one."""
    if not _KEY.fullmatch(key):
        return "its key has other characters than a-z, 0-9 and -"
    expected: tuple[tuple[str, type | tuple[type, ...]], ...] = (
        ("key", str),
        ("name", str),
        ("capabilities", frozenset),
        ("fields", tuple),
        ("traits", Traits),
        ("minimum_interval", timedelta),
    )
    for name, wanted in expected:
        if not isinstance(getattr(kind, name, None), wanted):
            return f"{name} is missing or of the wrong type"
    if not isinstance(getattr(kind, "login_origins", frozenset()), frozenset):
        return "login_origins is of the wrong type"
    if not isinstance(kind, type) or not callable(getattr(kind, "poll", None)):
        return "it is no class with a poll method"
    return "" if getattr(kind, "key", None) == key else "its key is not the name of its entry point"


class _Unusable:
    """Stands in for a provider that cannot be had: every poll says why, and nothing else fails."""

    key: ClassVar[str] = "unusable"
    name: ClassVar[str] = "Not available"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    fields: ClassVar[tuple[ProviderField, ...]] = ()
    traits: ClassVar[Traits] = Traits()
    minimum_interval: ClassVar[timedelta] = timedelta(minutes=5)

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def poll(self, context: PollContext) -> Poll:
        """Say why. Raises ``PollFailed`` (unsupported)."""
        del context
        raise PollFailed(FailureKind.UNSUPPORTED, self._problem)
        yield HttpRequest("")
