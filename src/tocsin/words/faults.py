"""What keeps Tocsin from its work, in one or two sentences: what is wrong, and the remedy."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.message import Message
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.words import mistakes, obstacles, plain, starting, system, times
from tocsin.words.reach import cannot_ask, technical
from tocsin.words.values import Values
from tocsin.words.voice import Voice


def render(voice: Voice, message: Message, now: datetime) -> str:
    """The fault as plain text. A key that this version does not know is said in general words."""
    say = SENTENCES.get(message.key, _unknown)
    return voice.begun(say(voice, Values(message.values), now))


def _provider(voice: Voice, values: Values) -> str:
    return values.text("provider", plain.NAME) or voice.gettext("the provider")


def _connection(voice: Voice, values: Values) -> str:
    return values.text("connection", plain.NAME) or voice.gettext("your connection")


def _with_problem(voice: Voice, text: str, values: Values) -> str:
    """The sentence with the reason behind it, in brackets, where there are words for that."""
    return system.behind(voice, text, values.text("problem", plain.BODY))


def _match_missing(voice: Voice, values: Values, _now: datetime) -> str:
    provider, name = _provider(voice, values), _connection(voice, values)
    ids = voice.names(values.names("ids"))
    if values.is_set("empty"):
        sentence = voice.gettext(
            "{provider} lists no components, so {name} cannot be told apart. Empty “{field}” of this connection in the "
            "settings under “{page}” to watch the whole page (in config.toml: leave “match” out)."
        )
    elif not ids:
        sentence = voice.gettext(
            "What {name} is matched by is not in the list of {provider}. Correct “{field}” of this connection in the "
            "settings under “{page}” (in config.toml: “match”)."
        )
    else:
        sentence = voice.ngettext(
            "{ids}, for {name}, is not in the list of {provider}. Correct “{field}” of this connection in the settings "
            "under “{page}” (in config.toml: “match”).",
            "{ids}, for {name}, are not in the list of {provider}. Correct “{field}” of this connection in the "
            "settings under “{page}” (in config.toml: “match”).",
            len(set(values.names("ids"))),
        )
    field, page = voice.gettext("The provider's ids for it"), voice.gettext("Accounts and connections")
    return sentence.format(ids=ids, name=name, provider=provider, field=field, page=page)


def _match_unverified(voice: Voice, values: Values, _now: datetime) -> str:
    name, ids = _connection(voice, values), voice.names(values.names("ids"))
    if not ids:
        return unverified(voice, name)
    sentence = voice.ngettext(
        "Whether {ids} is right for {name} cannot be verified, as there is no list of services: "
        "compare it with your contract.",
        "Whether {ids} are right for {name} cannot be verified, as there is no list of services: "
        "compare them with your contract.",
        len(set(values.names("ids"))),
    )
    return sentence.format(ids=ids, name=name)


def unverified(voice: Voice, name: str) -> str:
    """There is no list that could tell whether a connection is matched by the right id."""
    sentence = voice.gettext("Whether {name} is matched correctly cannot be verified: compare it with your contract.")
    return sentence.format(name=name)


def _clock_skew(voice: Voice, values: Values, _now: datetime) -> str:
    seconds, length = values.count("seconds"), times.duration(voice, abs(values.length("seconds")))
    if seconds >= 0:
        sentence = voice.gettext(
            "This computer's clock is {duration} behind that of {provider}. Check the date and the time; "
            "until then durations go by the provider's clock."
        )
    else:
        sentence = voice.gettext(
            "This computer's clock is {duration} ahead of that of {provider}. Check the date and the time; "
            "until then durations go by the provider's clock."
        )
    return sentence.format(duration=length, provider=_provider(voice, values))


def _settings(voice: Voice, values: Values, _now: datetime) -> str:
    mistake = mistakes.told(voice, values)
    if not mistake:
        return voice.gettext("config.toml has a mistake. Correct it, then choose “Reload settings”.")
    if not mistake.startswith("config.toml"):
        has_line = mistake.startswith("line ")
        mistake = f"config.toml, {mistake}" if has_line else voice.captioned("config.toml", mistake)
    return voice.gettext("{mistake}. Correct it, then choose “Reload settings”.").format(mistake=mistake)


def _store(voice: Voice, values: Values, _now: datetime) -> str:
    sentence = voice.gettext(
        "The history cannot be written; alarms work without it. "
        "Check the disk's free space and the folder's permissions."
    )
    return _with_problem(voice, sentence, values)


def _store_too_new(voice: Voice, values: Values, _now: datetime) -> str:
    sentence = voice.gettext(
        "The history {record} was written by a newer Tocsin, and is left as it is. Alarms work; what happens now is "
        "not written down. Install that version again, or move the file elsewhere to begin a new history."
    )
    return sentence.format(record=values.text("record", plain.BODY))


def _store_damaged(voice: Voice, values: Values, _now: datetime) -> str:
    backup = values.text("backup", plain.BODY)
    if not backup:
        return voice.gettext("The history was damaged and was begun anew.")
    sentence = voice.gettext("The history was damaged and was begun anew. The old file is kept as {backup}.")
    return sentence.format(backup=backup)


def _secret(voice: Voice, values: Values, _now: datetime) -> str:
    sentence = voice.gettext(
        "The login for {provider} cannot be had. Unlock the keyring, or give the secret in the environment."
    ).format(provider=_provider(voice, values))
    return _with_problem(voice, sentence, values)


def _channel(voice: Voice, values: Values, _now: datetime) -> str:
    sentence = voice.gettext(
        "Notifications by way of “{channel}” do not arrive; they show in the window. "
        "Check the desktop's notification settings."
    ).format(channel=values.text("channel", plain.NAME) or "?")
    return _with_problem(voice, sentence, values)


def _bug(voice: Voice, values: Values, _now: datetime) -> str:
    sentence = voice.gettext("Tocsin made a mistake. Please report it with the log; a restart may help.")
    name = values.text("problem").rpartition(" ")[2]  # where it was is in the log
    return f"{sentence} ({name})" if name.isidentifier() else sentence


def _provider_unknown(voice: Voice, values: Values, _now: datetime) -> str:
    provider = values.text("provider", plain.NAME)
    if not provider:
        sentence = voice.gettext("An account has a kind of provider that is not known. Correct it in config.toml.")
    else:
        sentence = voice.gettext(
            "“{provider}” is not a kind of provider that is known. Correct it in config.toml; "
            "“tocsin providers” lists them."
        ).format(provider=provider)
    return _with_problem(voice, sentence, values)


def _unreachable(voice: Voice, values: Values, now: datetime) -> str:
    what = cannot_ask(voice, values.names("provider"), values.time("since"), now)
    known = next((each for each in Obstacle if each.value == values.text("obstacle")), None)
    if known is not None:
        told = obstacles.sentence(known, values.text("place", plain.BODY), voice.gettext, voice.command)
        detail = ""  # it names the place and the remedy; the technical reason would only say it again
    else:
        told = reason(voice, values.text("kind"))
        detail = technical(values.text("kind"), values.text("text", plain.BODY))
    return f"{what}. {told} ({detail})" if detail else f"{what}. {told}"


def reason(voice: Voice, kind: str) -> str:
    """Why a poll gave nothing, by its ``FailureKind`` word, and what to do about it."""
    known = {
        FailureKind.DNS: voice.gettext(
            "The name of its server was not found. Check your network, then the address in the settings."
        ),
        FailureKind.CONNECT: voice.gettext("Its server does not answer. Check your network; we go on trying."),
        FailureKind.TLS: voice.gettext(
            "No secure connection could be made. Check this computer's date and, in a company, its certificates."
        ),
        FailureKind.TIMEOUT: voice.gettext("Its server takes too long to answer. We go on trying."),
        FailureKind.TOO_LARGE: voice.gettext("Its answer is larger than we take. Check the address in the settings."),
        FailureKind.HTTP_STATUS: voice.gettext(
            "Its server answers with an error. We go on trying; if it stays so, check the address in the settings."
        ),
        FailureKind.UNAUTHORIZED: voice.gettext(
            "It refuses the login. Check the token or the password of this account."
        ),
        FailureKind.RATE_LIMITED: voice.gettext(
            "It wants to be asked less often, and is. A longer interval in the settings helps."
        ),
        FailureKind.REDIRECT: voice.gettext("Its address points elsewhere. Check the address in the settings."),
        FailureKind.NOT_STATUS_API: voice.gettext(
            "Its address gives no status that Tocsin can read. On a public Wi-Fi sign in there first; "
            "otherwise check the address in the settings."
        ),
        FailureKind.MALFORMED: voice.gettext("Its answer makes no sense to us. We go on trying."),
        FailureKind.UNSUPPORTED: voice.gettext(
            "Its address or its kind of login is not supported. Check the account in the settings."
        ),
    }
    return next((text for word, text in known.items() if word.value == kind), voice.gettext("We go on trying."))


def _unknown(voice: Voice, _values: Values, _now: datetime) -> str:
    return voice.gettext("Something keeps Tocsin from its work. The log says more.")


def _product_changed(voice: Voice, values: Values, _now: datetime) -> str:
    now = values.text("now", plain.NAME)
    sentence = voice.gettext(
        "The status page of {provider} is made by another product now and is read as such. In the settings under "
        '“{page}” add it once more and remove this account, or write provider = "{now}" in config.toml; then see '
        "whether “{field}” still fits."
    )
    field, page = voice.gettext("The provider's ids for it"), voice.gettext("Accounts and connections")
    return sentence.format(provider=_provider(voice, values), now=now or "?", field=field, page=page)


def _autostart(voice: Voice, values: Values, _now: datetime) -> str:
    obstacle, place, problem = (values.text(each, plain.BODY) for each in ("obstacle", "place", "problem"))
    return starting.not_switched(voice, obstacle, place, problem)


def _secret_not_kept(voice: Voice, values: Values, _now: datetime) -> str:
    sentence = voice.gettext(
        "The keyring has not taken the secret for {provider}: it is known until Tocsin ends. Unlock or start the "
        "keyring and type the secret in again in the settings; if it need not be kept, with {choice}."
    )
    choice = voice.quoted(voice.gettext("For this session only"))
    return sentence.format(provider=_provider(voice, values), choice=choice)


def _sign_in_not_kept(voice: Voice, values: Values, _now: datetime) -> str:
    sentence = voice.gettext(
        "The keyring has not taken your sign-in to {provider}: it lasts until Tocsin ends. To stay signed in for "
        "longer unlock or start the keyring, and sign in again in the settings."
    )
    return sentence.format(provider=_provider(voice, values))


def _line_no_targets(voice: Voice, _values: Values, _now: datetime) -> str:
    return voice.gettext(
        "Your line cannot be measured: there is no host that may be contacted for it. "
        "In the settings under “Your line” agree to the public ones, or name hosts of your own "
        "(in config.toml: “targets” under [line])."
    )


def _line_blocked(voice: Voice, _values: Values, _now: datetime) -> str:
    return voice.gettext(
        "Your line cannot be measured: none of the hosts that are tried answers, though the internet works. A firewall "
        "or a proxy may be in the way: name hosts that can be reached in the settings under “Your line” "
        "(in config.toml: “targets” under [line])."
    )


def _line_wrong_target(voice: Voice, values: Values, _now: datetime) -> str:
    target = values.text("target", plain.NAME)
    if not target:
        sentence = voice.gettext("One of “targets” under [line] cannot be measured. Correct it in config.toml.")
    else:
        sentence = voice.gettext("“{target}” under [line] cannot be measured. Correct it in config.toml.")
    return _with_problem(voice, sentence.format(target=target), values)


SENTENCES: Mapping[str, Callable[[Voice, Values, datetime], str]] = MappingProxyType(
    {
        "match_missing": _match_missing,
        "match_unverified": _match_unverified,
        "clock_skew": _clock_skew,
        "settings": _settings,
        "store": _store,
        "store_too_new": _store_too_new,
        "store_damaged": _store_damaged,
        "secret": _secret,
        "channel": _channel,
        "bug": _bug,
        "provider_unknown": _provider_unknown,
        "product_changed": _product_changed,
        "unreachable": _unreachable,
        "autostart": _autostart,
        "secret_not_kept": _secret_not_kept,
        "sign_in_not_kept": _sign_in_not_kept,
        "line_no_targets": _line_no_targets,
        "line_blocked": _line_blocked,
        "line_wrong_target": _line_wrong_target,
    }
)
