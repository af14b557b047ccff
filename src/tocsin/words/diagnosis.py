"""What ``tocsin doctor`` found, in words: a label and a sentence for each finding."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from tocsin.domain.diagnosis import Diagnosis, Finding, Mark, Topic
from tocsin.domain.terms import Level
from tocsin.words import plain, starting, times, vocabulary
from tocsin.words.values import Values
from tocsin.words.voice import Voice

_WHERE = 400  # characters of a place: a path is not to be cut
_MANY = 40  # names of one list
_KILO = 1024

MARKS: Mapping[Mark, str] = MappingProxyType({Mark.FINE: "ok", Mark.ATTENTION: "!", Mark.ASIDE: "-"})
"""The sign before each line, the same in every language."""


def lines(voice: Voice, found: Diagnosis) -> tuple[str, ...]:
    """Everything that was found, a line each, under one another: mark, label and sentence."""
    labels = [label(voice, each) for each in found.findings]
    width = max(map(len, labels), default=0)
    return tuple(
        f"{MARKS[each.mark]:<2}  {name.ljust(width)}  {sentence(voice, each, found.at)}"
        for each, name in zip(found.findings, labels, strict=True)
    )


def label(voice: Voice, finding: Finding) -> str:
    """What a finding is about, in a word or two; an account by its id."""
    if finding.topic is Topic.ACCOUNT:
        return plain.clean(finding.subject, plain.NAME)
    return {
        Topic.PROGRAM: "Tocsin",
        Topic.PYTHON: "Python",
        Topic.QT: "Qt",
        Topic.SYSTEM: voice.pgettext("doctor", "System"),
        Topic.INSTANCE: voice.pgettext("doctor", "Running"),
        Topic.TRAY: voice.pgettext("doctor", "Tray"),
        Topic.NOTIFICATIONS: voice.pgettext("doctor", "Notifications"),
        Topic.KEYRING: voice.pgettext("doctor", "Keyring"),
        Topic.NETWORK: voice.pgettext("doctor", "Network"),
        Topic.NAMES: voice.pgettext("doctor", "Names"),
        Topic.PROXY: voice.pgettext("doctor", "Proxy"),
        Topic.TRUST: voice.pgettext("doctor", "Certificates"),
        Topic.SETTINGS: voice.pgettext("doctor", "Settings"),
        Topic.RECORD: voice.pgettext("doctor", "Record"),
        Topic.LOG: voice.pgettext("doctor", "Log"),
        Topic.AUTOSTART: voice.pgettext("doctor", "Autostart"),
    }[finding.topic]


def sentence(voice: Voice, finding: Finding, now: datetime) -> str:
    """What was found, and the remedy where there is one; a line of a list, so without a full stop.

    A key that this version does not know is shown as it is.
    """
    values = Values(finding.message.values)
    say = _SENTENCES.get(finding.message.key)
    return finding.message.key if say is None else say(voice, values, now).removesuffix(".")


def size(voice: Voice, count: int) -> str:
    """A number of bytes, in the unit that suits it."""
    if count < _KILO * _KILO:
        return voice.pgettext("size", "{n} kB").format(n=-(-count // _KILO))
    whole, tenth = divmod(round(10 * count / _KILO / _KILO), 10)
    number = voice.pgettext("number", "{whole}.{tenth}").format(whole=whole, tenth=tenth)
    return voice.pgettext("size", "{n} MB").format(n=number)


def _where(values: Values) -> str:
    return values.text("where", _WHERE)


def _version(_voice: Voice, values: Values, _now: datetime) -> str:
    return values.text("version")


def _system(_voice: Voice, values: Values, _now: datetime) -> str:
    return ", ".join(filter(None, (values.text(each) for each in ("name", "kernel", "desktop"))))


def _qt_unusable(voice: Voice, values: Values, _now: datetime) -> str:
    problem = values.text("problem", plain.BODY)
    return voice.gettext("Qt cannot be loaded, so there is no bell: {problem}").format(problem=problem)


def _fixed(choose: Callable[[Voice], str]) -> Callable[[Voice, Values, datetime], str]:
    return lambda voice, _values, _now: choose(voice)


def _notifications(voice: Voice, values: Values, _now: datetime) -> str:
    name = " ".join(filter(None, (values.text("name"), values.text("version"))))
    can = ", ".join(sorted(values.names("capabilities")))
    return voice.gettext("{name}; it can do: {capabilities}").format(name=name, capabilities=can or "-")


def _named(template: Callable[[Voice], str]) -> Callable[[Voice, Values, datetime], str]:
    """A sentence with a name, a problem, a host or a place in it."""

    def say(voice: Voice, values: Values, _now: datetime) -> str:
        return template(voice).format(
            name=values.text("name") or voice.gettext("the keyring"),
            problem=values.text("problem", plain.BODY),
            where=_where(values),
            proxy=values.text("proxy"),
            hosts=voice.names(values.names("hosts"), _MANY),
            ways=voice.names(values.names("ways"), _MANY),
        )

    return say


def _settings(voice: Voice, values: Values, _now: datetime) -> str:
    n = values.count("count")
    return voice.ngettext("{n} account, {where}", "{n} accounts, {where}", n).format(n=n, where=_where(values))


def _settings_problems(voice: Voice, values: Values, _now: datetime) -> str:
    n = values.count("count")
    said = voice.ngettext("{n} mistake in {where}: {problems}", "{n} mistakes in {where}: {problems}", n)
    return said.format(n=n, where=_where(values), problems="; ".join(values.names("problems")))


def _record(voice: Voice, values: Values, now: datetime) -> str:
    written = values.time("written")
    return voice.gettext("{where}, {size}, version “{schema}”, last written {time}").format(
        where=_where(values),
        size=size(voice, values.count("size")),
        schema=values.text("schema"),
        time="-" if written is None else times.clock(voice, written, now),
    )


def _record_older(voice: Voice, values: Values, now: datetime) -> str:
    return voice.gettext("{record}; the next start brings it up to date").format(record=_record(voice, values, now))


def _record_damaged(voice: Voice, values: Values, now: datetime) -> str:
    said = voice.gettext("{record}; it is damaged ({problem}): the next start sets it aside and begins a new one")
    return said.format(record=_record(voice, values, now), problem=values.text("problem", plain.BODY))


def _log(voice: Voice, values: Values, _now: datetime) -> str:
    n = values.count("count")
    said = voice.ngettext("{where}, {n} file, {size}", "{where}, {n} files, {size}", n)
    return said.format(where=_where(values), n=n, size=size(voice, values.count("size")))


def _name(voice: Voice, values: Values, _now: datetime) -> str:
    n = values.count("count")
    said = voice.ngettext("{name} has {n} address", "{name} has {n} addresses", n)
    return said.format(name=values.text("name"), n=n)


def _asked(voice: Voice, values: Values, now: datetime) -> str:
    """What an account is, and when it was last asked with success."""
    what = " ".join(filter(None, (values.text("provider"), values.text("host"))))
    last = values.time("last")
    if last is None:
        return voice.gettext("{what}, not asked successfully yet").format(what=what)
    return voice.gettext("{what}, last asked successfully {time}").format(what=what, time=times.clock(voice, last, now))


def _account_failing(voice: Voice, values: Values, now: datetime) -> str:
    said = voice.gettext("{account}; it fails now ({kind})")
    return said.format(account=_asked(voice, values, now), kind=values.text("kind"))


def _account_paused(voice: Voice, values: Values, _now: datetime) -> str:
    return voice.gettext("{host}, paused").format(host=values.text("host") or values.text("provider"))


def _account_not_run(voice: Voice, values: Values, _now: datetime) -> str:
    said = voice.gettext("{host}: the running Tocsin does not watch it; reload the settings")
    return said.format(host=values.text("host") or values.text("provider"))


def _account_skew(voice: Voice, values: Values, _now: datetime) -> str:
    seconds = values.count("seconds")
    length = times.duration(voice, timedelta(seconds=abs(seconds)))
    if seconds > 0:
        said = voice.gettext("this computer's clock is {length} behind {host}; set it")
    else:
        said = voice.gettext("this computer's clock is {length} ahead of {host}; set it")
    return said.format(length=length, host=values.text("host") or values.text("provider"))


def _instance(voice: Voice, values: Values, _now: datetime) -> str:
    level = next((each for each in Level if each.word == values.text("level")), Level.UNKNOWN)
    said = voice.gettext("Tocsin runs on this profile; its bell says “{level}”")
    return said.format(level=vocabulary.level(voice, level))


def _autostart_broken(voice: Voice, values: Values, _now: datetime) -> str:
    obstacle, problem = values.text("obstacle"), values.text("problem", plain.BODY)
    said = starting.in_the_way(voice, obstacle, _where(values), problem)
    return said or voice.gettext("it is not known whether Tocsin starts with the computer")


def _silent(voice: Voice, values: Values, _now: datetime) -> str:
    what = values.text("what")
    if what:
        return voice.gettext("{what}: no answer within two seconds").format(what=what)
    return voice.gettext("no answer within two seconds")


def _failed(voice: Voice, values: Values, _now: datetime) -> str:
    problem = " ".join(filter(None, (values.text("what"), values.text("problem", plain.BODY))))
    return voice.gettext("this could not be found out ({problem})").format(problem=problem)


_SENTENCES: Mapping[str, Callable[[Voice, Values, datetime], str]] = MappingProxyType(
    {
        "silent": _silent,
        "failed": _failed,
        "version": _version,
        "system": _system,
        "qt_unusable": _qt_unusable,
        "no_session": _fixed(lambda voice: voice.gettext("there is no desktop session here")),
        "tray_sni": _fixed(lambda voice: voice.gettext("a panel shows icons (StatusNotifierItem)")),
        "tray_xembed": _fixed(lambda voice: voice.gettext("a panel shows icons (XEmbed)")),
        "tray_none": _fixed(
            lambda voice: voice.gettext(
                "no panel shows icons: the window stands in for the bell; on GNOME, add the extension AppIndicator"
            )
        ),
        "notifications": _notifications,
        "notifications_start": _fixed(lambda voice: voice.gettext("a server starts with the first notification")),
        "notifications_none": _fixed(
            lambda voice: voice.gettext("no notification server: only bell and window will tell you")
        ),
        "keyring_open": _named(lambda voice: voice.gettext("{name}, open")),
        "keyring_locked": _named(lambda voice: voice.gettext("{name} is locked: unlock it")),
        "keyring_absent": _fixed(
            lambda voice: voice.gettext("there is none: passwords and keys are kept for one run only")
        ),
        "keyring_broken": _named(lambda voice: voice.gettext("{name} cannot be used ({problem})")),
        "network": _named(lambda voice: voice.gettext("default route over {ways}")),
        "network_none": _fixed(lambda voice: voice.gettext("there is no default route: this computer has no network")),
        "name": _name,
        "name_failed": _named(lambda voice: voice.gettext("{name} is not found ({problem})")),
        "proxy_none": _fixed(lambda voice: voice.gettext("none is set in the system")),
        "proxy_off": _fixed(lambda voice: voice.gettext("switched off in the settings")),
        "proxy_unused": _fixed(lambda voice: voice.gettext("one is set, and nothing is asked through it")),
        "proxy_wrong": _fixed(
            lambda voice: voice.gettext(
                "what the settings say cannot be used, and nothing is asked past a proxy: correct it"
            )
        ),
        "proxy_shut_out": _named(
            lambda voice: voice.gettext(
                "the system's is neither http nor https, so {hosts} cannot be asked: choose another in the settings"
            )
        ),
        "proxy_system": _named(lambda voice: voice.gettext("{proxy}, as the system says, for {hosts}")),
        "proxy_set": _named(lambda voice: voice.gettext("{proxy}, as the settings say, for {hosts}")),
        "trust": _named(lambda voice: voice.gettext("the system's own, in {where}")),
        "trust_none": _fixed(
            lambda voice: voice.gettext("the system has no certificate authorities: install ca-certificates")
        ),
        "file": _named(lambda voice: voice.gettext("{where} is there")),
        "file_missing": _named(lambda voice: voice.gettext("{where} is missing: correct it in the settings")),
        "settings": _settings,
        "settings_none": _named(lambda voice: voice.gettext("there is no {where} yet")),
        "settings_problems": _settings_problems,
        "record": _record,
        "record_none": _named(lambda voice: voice.gettext("there is no {where} yet")),
        "record_older": _record_older,
        "record_damaged": _record_damaged,
        "log": _log,
        "log_none": _named(lambda voice: voice.gettext("there is no {where} yet")),
        "autostart_on": _fixed(lambda voice: voice.gettext("Tocsin starts with the computer")),
        "autostart_off": _fixed(lambda voice: voice.gettext("Tocsin does not start with the computer")),
        "autostart_unknown": _fixed(lambda voice: voice.gettext("only your desktop knows whether Tocsin starts")),
        "autostart_broken": _autostart_broken,
        "instance": _instance,
        "instance_none": _fixed(
            lambda voice: voice.gettext("Tocsin does not run on this profile; what follows is from the record")
        ),
        "account": _asked,
        "account_never": _asked,
        "account_failing": _account_failing,
        "account_paused": _account_paused,
        "account_not_run": _account_not_run,
        "account_skew": _account_skew,
    }
)
KEYS = frozenset(_SENTENCES)
"""Every finding that can be said."""
