"""What the settings say of the user's own line, and the help that is to be read while it is down.

Nothing here costs an account: what is wrong is reported, and its default stands in.
"""

import re
from collections.abc import Mapping
from typing import Any

from tocsin.adapters import settings_urls as urls
from tocsin.adapters.settings_problems import Problems
from tocsin.adapters.toml_lines import Path
from tocsin.domain.account import Help, Line

LINE_KEYS = ("targets", "names", "public", "measure", "calls", "interface")
HELP_KEYS = ("phone", "outage_line", "mail", "status_url", "hours", "customer_number", "steps")
TARGETS = ("tcp://host:port", "https://host/")
LONGEST = 2000  # characters of a text for people

_PHONE = re.compile(r"[0-9 +()-]{1,32}")
_PHONE_RULE = "at most 32 digits, spaces and + - ( )"
_MAILBOX = re.compile(r"[^\s@<>()\[\],;:\\\"?&%#/\x00-\x1f\x7f]{1,64}")
_INTERFACE = 64


def line(value: object, found: Problems) -> Line:
    """The table ``line``. A target that is wrong is left out; where none is left the default counts."""
    path: Path = ("line",)
    table = found.table(path, value) or {}
    found.unknown_keys(path, table, LINE_KEYS)
    # Who says ``measure`` at all wants it off: what is neither true nor false is taken for that.
    measure = found.answer(path, table, "measure") if "measure" in table else True
    return Line(
        targets=_targets((*path, "targets"), table, found),
        names=_names((*path, "names"), table, found),
        public=found.answer(path, table, "public"),
        measure=bool(measure),
        calls=found.answer(path, table, "calls"),
        interface=_short(path, table, "interface", found, _INTERFACE),
    )


def _targets(path: Path, table: Mapping[str, Any], found: Problems) -> tuple[str, ...]:
    if "targets" not in table:
        return ()
    given = table["targets"]  # an empty list is the default, as in the first files
    targets = found.texts(path, given, TARGETS) or ()
    wrong = {target: problem for target in targets if (problem := urls.problem_with_target(target)) is not None}
    for target, problem in wrong.items():
        found.add((*path, given.index(target)), problem, TARGETS)
    return tuple(target for target in targets if target not in wrong)


def _names(path: Path, table: Mapping[str, Any], found: Problems) -> tuple[str, ...]:
    names = found.texts(path, table.get("names", [])) or ()
    wrong = [name for name in names if not urls.is_host_name(name)]
    for name in wrong:
        found.add((*path, table["names"].index(name)), "is not the name of a host", ("example.net",))
    return tuple(name for name in names if name not in wrong)


def help_of(path: Path, value: object, found: Problems, account: str) -> Help:
    """The help of an account. What of it is wrong is left out."""
    table = found.table(path, value) or {}
    found.unknown_keys(path, table, HELP_KEYS, account)
    return Help(
        phone=_phone(path, table, "phone", found),
        outage_line=_phone(path, table, "outage_line", found),
        mail=_mail(path, table, found),
        status_url=_status_url(path, table, found),
        hours=_short(path, table, "hours", found),
        customer_number=_short(path, table, "customer_number", found),
        steps=_steps((*path, "steps"), table, found),
    )


def _short(path: Path, table: Mapping[str, Any], key: str, found: Problems, longest: int = LONGEST) -> str:
    value = found.text(path, table, key, "")
    if len(value) <= longest:
        return value
    found.add((*path, key), f"is longer than {longest} characters")
    return ""


def _phone(path: Path, table: Mapping[str, Any], key: str, found: Problems) -> str:
    value = found.text(path, table, key, "")
    if not value or (_PHONE.fullmatch(value) and any(char.isdecimal() for char in value)):
        return value
    found.add((*path, key), "is not a telephone number", (_PHONE_RULE,))
    return ""


def _mail(path: Path, table: Mapping[str, Any], found: Problems) -> str:
    value = found.text(path, table, "mail", "")
    box, _, host = value.rpartition("@")
    if not value or (_MAILBOX.fullmatch(box) and urls.is_host_name(host)):
        return value
    found.add((*path, "mail"), "is not a mail address", ("help@example.net",))
    return ""


def _status_url(path: Path, table: Mapping[str, Any], found: Problems) -> str:
    """The address of a page to open, whole: a host alone means https, as everywhere."""
    value = found.text(path, table, "status_url", "")
    if not value:
        return ""
    problem = urls.problem_with_url(value, allow_insecure=False)
    if problem is None:
        return value if "://" in value else f"https://{value}"
    found.add((*path, "status_url"), problem, ("https://...",))
    return ""


def _steps(path: Path, table: Mapping[str, Any], found: Problems) -> tuple[str, ...]:
    steps = found.texts(path, table.get("steps", [])) or ()
    for step in steps:
        if len(step) > LONGEST:
            found.add((*path, table["steps"].index(step)), f"is longer than {LONGEST} characters")
    return tuple(step for step in steps if len(step) <= LONGEST)
