"""The secrets that this run was given in its environment: taken first, before a keyring or anything else is there."""

from collections.abc import MutableMapping

PREFIX = "TOCSIN_SECRET_"


def take_secrets_from_environment(environ: MutableMapping[str, str]) -> dict[str, str]:
    """The secrets given as ``TOCSIN_SECRET_<ACCOUNT ID>``, by account id; they are removed from ``environ``.

    Called once, before anything else is started, so that no child process inherits one.
    """
    taken = {}
    for name in [name for name in environ if name.upper().startswith(PREFIX)]:
        value = environ.pop(name).strip("\r\n")
        if value:
            taken[name[len(PREFIX) :].lower().replace("_", "-")] = value
    return taken


def variable(account: str) -> str:
    """The environment variable that supplies an account's secret."""
    return PREFIX + account.upper().replace("-", "_")
