"""What is wrong in config.toml, in any language: its reader names it in English, for the log."""

import re
from collections.abc import Callable

from tocsin.words import complaints, plain, system
from tocsin.words.values import Values
from tocsin.words.voice import Voice

_FILE = "config.toml"
_REASON = re.compile(r"(?P<said>.*\S) \((?P<reason>.*)\)")
_PATTERNS = (
    re.compile(r"is longer than (?P<n>\d+) characters"),
    re.compile(r"has (?P<n>\d+) more problems"),
    re.compile(r"is not a setting of this version"),
    re.compile(r"is not a setting of this version; is (?P<near>\S+) meant\?"),
    re.compile(r"a secret does not belong in this file: .* set (?P<name>\S+)"),
    re.compile(r"is not a list of tables; begin each with (?P<head>.*)"),
)


def told(voice: Voice, values: Values) -> str:
    """What is wrong and where: a sentence without its full stop; empty where nothing is known of it."""
    what = _what(voice, values.text("what", plain.BODY))
    if not what:
        complaint = complaints.told(voice, values.text("complaint"), values)
        return (complaint or values.text("problem", plain.BODY)).rstrip(".")
    key, line, column = values.text("place"), values.count("line"), values.count("column")
    if key == _FILE and column:
        said = voice.gettext("config.toml, line {line}, character {column}: the file {what}")
    elif key == _FILE:
        said = (
            voice.gettext("config.toml, line {line}: the file {what}") if line else voice.gettext("config.toml {what}")
        )
    elif line:
        said = voice.gettext("config.toml, line {line}: {key} {what}")
    else:
        said = voice.gettext("config.toml: {key} {what}")
    mistake = said.format(line=line, column=column, key=key, what=what)
    choices = ", ".join(values.names("allowed"))
    if not choices:
        return mistake
    return voice.gettext("{mistake} (allowed: {choices})").format(mistake=mistake, choices=choices)


def _what(voice: Voice, problem: str) -> str:
    """The problem in this language; one that is not known stays in English."""
    fixed = dict(zip(_fixed(str), _fixed(voice.gettext), strict=True))
    if problem in fixed:
        return fixed[problem]
    for pattern, sentence in zip(_PATTERNS, _with_values(voice.gettext), strict=True):
        found = pattern.fullmatch(problem)
        if found is not None:
            return sentence.format(**found.groupdict())
    with_reason = _REASON.fullmatch(problem)
    if with_reason is not None and with_reason["said"] in fixed:
        return system.behind(voice, fixed[with_reason["said"]], with_reason["reason"])
    return problem


def _fixed(gettext: Callable[[str], str]) -> tuple[str, ...]:
    """What follows the name of a key, or the file's."""
    return (
        gettext("is not UTF-8 text"),
        gettext("is not a file"),
        gettext("is larger than 1 MiB"),
        gettext("is nested too deeply"),
        gettext("is not the name of a header that a key may travel in"),
        gettext("is not a whole address"),
        gettext("is the id of an account above; ids are unique"),
        gettext("is the id of a connection above; ids are unique within an account"),
        gettext("is not an id"),
        gettext("is not available in this version"),
        gettext("is not a provider of this version"),
        gettext("is not a number of seconds that may stand here"),
        gettext("is not a text"),
        gettext("is not a text, or an empty one"),
        gettext("is empty"),
        gettext("is missing"),
        gettext("is not one of the words that may stand here"),
        gettext("is neither true nor false"),
        gettext("is not a table"),
        gettext('is not a list of texts, like ["a", "b"]'),
        gettext("is not the code of a language"),
        gettext("is not the name of a host"),
        gettext("is not a telephone number"),
        gettext("is not a mail address"),
        gettext("is not two times of the day"),
        gettext("has a time that no clock shows"),
        gettext("begins and ends at the same time"),
        gettext("needs client_cert beside it"),
        gettext("is neither “system” nor “none”, nor the address of a proxy"),
        gettext("has a user name or a password in it; set proxy_user, and keep the password in the keyring"),
        gettext("is not the address of an http proxy"),
        gettext("has more than a host and a port in it"),
        gettext("has a colon or a control character in it, or is too long"),
        gettext('would share its secret with the account "proxy"; give that account another id'),
        gettext("is not the path of a file"),
        gettext("is not a whole path"),
        gettext("is not an https address"),
        gettext("is not an address"),
        gettext("is not an address: it has a space or a character that none has, or it is too long"),
        gettext("has a user name or a password in it; say who asks with auth"),
        gettext("names no valid host"),
        gettext("is not tcp://host:port or https://host/"),
        gettext("plain http is for this computer only; use https, or set allow_insecure = true"),
        gettext("was changed by somebody else in the meantime; it is read again, then try once more"),
        gettext("there is an account of this id already"),
        gettext("there is no change to take back"),
        gettext("was changed by hand since, and what is in it now is not thrown away"),
        gettext("is being changed by somebody else at this moment; try again"),
        gettext("would have something in it that is no text"),
        gettext("would be larger than 1 MiB"),
        gettext("have an id twice; ids are unique"),
        gettext("cannot be read"),
        gettext("cannot be written"),
        gettext("cannot be removed"),
        gettext("cannot be copied before it is changed"),
        gettext("has a text there without its closing quotation mark"),
        gettext("has a key there for the second time"),
        gettext("has a table there for the second time"),
        gettext("has no value there behind the sign ="),
        gettext("has something there that is no value; a text stands between quotation marks"),
        gettext("has no sign = there behind the name of a setting"),
        gettext("has the head of a table there without its closing bracket"),
        gettext("has something more there, where a new line should begin"),
        gettext("has a list there without its closing bracket"),
        gettext("has a table there without its closing brace"),
        gettext("has a character there that may not stand in it"),
        gettext("has a backslash there that begins nothing that is known; for a backslash itself write two"),
        gettext("has a date or a time there that does not exist"),
        gettext("has a number there that is too long"),
        gettext("has something there that is no name of a setting"),
        gettext("has something there that cannot be read"),
    )


def _with_values(gettext: Callable[[str], str]) -> tuple[str, ...]:
    """The same of ``_PATTERNS``."""
    return (
        gettext("is longer than {n} characters"),
        gettext("has {n} more mistakes"),
        gettext("is not a setting of this version"),
        gettext("is not a setting of this version; is {near} meant?"),
        gettext(
            "is a secret, which does not belong in this file: take it out, and give it in the settings or set {name}"
        ),
        gettext("is not a list of tables; begin each with {head}"),
    )
