"""Says the help of the command line, and what is wrong with one, in the user's language: when that is asked for."""

import argparse
import contextlib
import locale
import os
import re
import sys
import tomllib
from collections.abc import Iterable
from gettext import NullTranslations
from typing import Any, NoReturn

from tocsin import resources
from tocsin.adapters.profile import Profile
from tocsin.words.languages import language_of, wishes
from tocsin.words.marking import gettext

_OWN = (  # what argparse says by itself
    gettext("usage: "),
    gettext("options"),
    gettext("positional arguments"),
    gettext("show this help message and exit"),
    gettext("show program's version number and exit"),
)
_MISTAKES = (
    (r"the following arguments are required: (?P<names>.*)", gettext("{names} is missing")),
    (r"unrecognized arguments: (?P<names>.*)", gettext("{names} is not known here")),
    (r"ambiguous option: (?P<names>\S+) could match (?P<choices>.*)", gettext("{names} may mean several: {choices}")),
    (r"argument (?P<name>[^:]+): expected one argument", gettext("{name} needs a value")),
    (r"argument (?P<name>[^:]+): expected at least one argument", gettext("{name} needs a value")),
    (r"argument (?P<name>[^:]+): ignored explicit argument .*", gettext("{name} takes no value")),
    (
        r"argument (?P<name>[^:]+): invalid choice: '?(?P<text>.*?)'? \(choose from (?P<choices>.*)\)",
        gettext("{name}: {text} is not one of {choices}"),
    ),
    (r"argument (?P<name>[^:]+): '(?P<text>.*)' is not NAME=VALUE", gettext("{name}: {text} is not NAME=VALUE")),
    (
        r"argument (?P<name>[^:]+): '(?P<text>.*)' is not a number from (?P<least>\d+) to (?P<most>\d+)",
        gettext("{name}: {text} is not a number from {least} to {most}"),
    ),
    (
        r"argument (?P<name>[^:]+): '(?P<text>.*)' is not a port from 0 to 65535",
        gettext("{name}: {text} is not a port from 0 to 65535"),
    ),
    (r"check needs the URL to ask", gettext("check needs the URL to ask")),
)


class Help(argparse.HelpFormatter):
    """argparse's help, each sentence of it looked up in the catalogue."""

    _spoken: NullTranslations | None = None

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        """How to call it."""
        super().add_usage(usage, actions, groups, prefix if prefix is not None else self._say("usage: "))

    def add_text(self, text: str | None) -> None:
        """What it is for."""
        super().add_text(text and self._say(text))

    def start_section(self, heading: str | None) -> None:
        """The options, or the arguments."""
        super().start_section(heading and self._say(heading))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and self._say(action.help)

    def _say(self, sentence: str) -> str:
        if self._spoken is None:
            self._spoken = _words()
        return self._spoken.gettext(sentence)


def refuse(parser: argparse.ArgumentParser, message: str) -> NoReturn:
    """Say how it is called and what is wrong, and end with 2."""
    parser.print_usage(sys.stderr)
    parser.exit(2, f"{parser.prog}: {told(_words(), message)}\n")


def told(words: NullTranslations, message: str) -> str:
    """What argparse, or one of our types, says of a command line; in general words where that is not known."""
    for pattern, sentence in _MISTAKES:
        found = re.fullmatch(pattern, message)
        if found is not None:
            return words.gettext(sentence).format(**found.groupdict())
    return words.gettext("this command line is not understood")


def _words() -> NullTranslations:
    """The catalogue of the language that the settings name, or the system: nothing else is read for a help."""
    language = None
    with contextlib.suppress(OSError, ValueError, RecursionError):
        language = tomllib.loads(Profile.find(None, os.environ).settings.read_text("utf-8-sig")).get("language")
    named = language if isinstance(language, str) else None
    wanted = (named, *wishes(os.environ, locale.getlocale()[0]))
    return resources.translations(language_of(wanted, resources.languages()))
