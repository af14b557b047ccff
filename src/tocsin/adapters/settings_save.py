"""Writes ``config.toml`` so that comments and order survive, and takes a change back. Imported when that is done first.

What is written was read back before, and held against what was meant. The file is replaced in one step, 0600. One of an
older schema is copied beside itself first. A link stays one: what it leads to is replaced, and copied beside itself.
"""

import logging
import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path

from tocsin.adapters.profile import make_private
from tocsin.adapters.settings import FILE, LIMIT, Change, Content, TomlSettings, stamp, stamp_of
from tocsin.adapters.settings_edit import edited
from tocsin.adapters.settings_schema import back_up
from tocsin.adapters.settings_values import as_read
from tocsin.domain.account import Account, Settings
from tocsin.errors import Bug, EnvironmentFault, SettingsError

MOST = 20
"""Changes that can be taken back, one after the other."""

_LOG = logging.getLogger(__name__)
_BOM = b"\xef\xbb\xbf"


def save(source: TomlSettings, settings: Settings) -> None:
    """Make the file read as these settings, by the smallest change of it.

    Raises ``SettingsError`` if the file has problems, if it says something else than when it was loaded, or if these
    are no settings that can be written; ``EnvironmentFault`` where it cannot be written.
    """
    found, before = _readable(source)
    if source.loaded is not None and source.loaded != before:
        raise SettingsError(FILE, "was changed by somebody else in the meantime; it is read again, then try once more")
    _write_settings(source, found, before, settings)


def add_account(source: TomlSettings, account: Account) -> None:
    """Add an account to the end of the file's accounts. Raises as ``save`` does, also if the id is taken."""
    found, before = _readable(source)
    if any(account.id == other.id for other in before.accounts):
        raise SettingsError(FILE, "there is an account of this id already")
    _write_settings(source, found, before, replace(before, accounts=(*before.accounts, account)))


def agree(source: TomlSettings, *, public: bool) -> None:
    """Write the answer to whether hosts beyond the accounts' own may be contacted: ``public`` in the table ``line``.

    Raises as ``save`` does.
    """
    found, before = _readable(source)
    _write_settings(source, found, before, replace(before, line=replace(before.line, public=public)))


def undo(source: TomlSettings) -> None:
    """Put the file back as it was before the last change of this run, or away if there was none.

    Raises ``SettingsError`` where there is no change, or where somebody changed the file since; ``EnvironmentFault``.
    """
    if not source.changes:
        raise SettingsError(FILE, "there is no change to take back")
    change, found = source.changes[-1], source.content()
    if found.data != change.after:
        raise SettingsError(FILE, "was changed by hand since, and what is in it now is not thrown away")
    if change.before is None:
        _remove(source.path)
        source.last = Content()
    else:
        source.last = _replace(source.path, change.before)
    source.changes.pop()
    source.loaded = source.parse(source.last.text).settings


def _readable(source: TomlSettings) -> tuple[Content, Settings]:
    """What the file holds, and what it says. Raises ``SettingsError`` where that is not all right."""
    found = source.content()
    loaded = source.parse(found.text)
    if loaded.problems:
        raise loaded.problems[0]
    return found, loaded.settings


def _write_settings(source: TomlSettings, found: Content, before: Settings, settings: Settings) -> None:
    wanted = as_read(settings)
    if wanted == before:
        return
    after = edited(found.text, before, wanted)
    _check(source, after, wanted)
    has_mark = found.data is not None and found.data.startswith(_BOM)
    data = (_BOM if has_mark else b"") + after.encode()
    if stamp(source.path) != found.stamp:
        raise SettingsError(FILE, "is being changed by somebody else at this moment; try again")
    is_ours = bool(source.changes) and source.changes[-1].after == found.data
    if found.data is not None and not is_ours:
        copy = back_up(source.path, found.data, found.text, after)
        if copy is not None:
            _LOG.info("%s is of an older schema: a copy of it is kept as %s", FILE, copy)
    source.last = _replace(source.path, data)
    source.loaded = wanted
    source.changes.append(Change(found.data, data))
    del source.changes[:-MOST]


def _check(source: TomlSettings, text: str, wanted: Settings) -> None:
    """Raises ``SettingsError`` for what no settings may be, ``Bug`` if the text would read as something else."""
    try:
        is_huge = len(text.encode()) + len(_BOM) > LIMIT
    except UnicodeEncodeError:  # half a pair of surrogates
        raise SettingsError(FILE, "would have something in it that is no text") from None
    if is_huge:
        raise SettingsError(FILE, "would be larger than 1 MiB")
    found = source.parse(text)
    for problem in found.problems:  # without its line, for nobody can look it up: nothing was written
        raise SettingsError(problem.key, problem.problem, allowed=problem.allowed)
    if found.settings != wanted:
        raise Bug("the settings to be saved would read as something else")


def _replace(path: Path, data: bytes) -> Content:
    """Put a new file in the place of the old one: either is whole at any moment, also over a power cut."""
    target = path.resolve()  # a link is kept, and what it points to is replaced
    make_private(target.parent)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                written = os.fstat(file.fileno())
            fresh.replace(target)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise EnvironmentFault(f"{path.name} cannot be written ({error.strerror})") from error
    return Content(data, stamp_of(written))


def _remove(path: Path) -> None:
    target = path.resolve()
    try:
        target.unlink()
        _sync_folder(target.parent)
    except OSError as error:
        raise EnvironmentFault(f"{path.name} cannot be removed ({error.strerror})") from error


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # a folder cannot be opened there; the file system's own journal has to do
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
