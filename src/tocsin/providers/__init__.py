"""The status APIs, one file each. A provider is imported when an account first needs it, never before."""

from importlib import import_module

from tocsin.ports import Provider

# key -> module and class; the order is the one in which they are listed.
_BUILT_IN: dict[str, tuple[str, str]] = {
    "statuspage": ("tocsin.providers.statuspage", "Statuspage"),
    "tmf656": ("tocsin.providers.tmf656", "Tmf656"),
}


def known() -> tuple[str, ...]:
    """The keys of all providers that can be configured."""
    return tuple(_BUILT_IN)


def load(key: str) -> type[Provider]:
    """The provider class of a key, imported now. Raises ``KeyError`` for a key that is not known."""
    module, name = _BUILT_IN[key]
    provider: type[Provider] = getattr(import_module(module), name)
    return provider
