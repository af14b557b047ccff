"""The part of speaking that every sentence shares: a catalogue, a time zone, lists of names and quotations."""

import gettext
import re
from collections.abc import Sequence
from datetime import tzinfo

from tocsin.words import plain

_NAMED = 3
_STAND_INS = ("the provider", "your connection", "your line", "this address", "the keyring")  # each said elsewhere


class Voice:
    """One language and one time zone. Immutable after it is made, so that several threads may use it.

    The method names are gettext's own: the extractor knows them. ``profile`` is the folder that commands have to name,
    empty where they need not.
    """

    __slots__ = ("_translations", "language", "profile", "zone")

    def __init__(self, language: str, translations: gettext.NullTranslations, zone: tzinfo, profile: str = "") -> None:
        self.language = language
        self.profile = profile
        self.zone = zone
        self._translations = translations

    def gettext(self, msgid: str) -> str:
        """The sentence in this language."""
        return self._translations.gettext(msgid)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The sentence in this language, in the form that goes with ``n``."""
        return self._translations.ngettext(one, many, n)

    def pgettext(self, context: str, msgid: str) -> str:
        """A word that needs a context to be translated."""
        return self._translations.pgettext(context, msgid)

    def npgettext(self, context: str, one: str, many: str, n: int) -> str:
        """A word that needs a context, in the form that goes with ``n``."""
        return self._translations.npgettext(context, one, many, n)

    def command(self, words: str, profile: str | None = None) -> str:
        """A command as it has to be typed: "tocsin login home", with the profile where that is another one.

        ``profile`` is a folder to name in place of the voice's own; empty for the usual one.
        """
        folder = self.profile if profile is None else profile
        if not folder:
            return f"tocsin {words}"
        quote = "" if re.fullmatch(r"[\w./\\:-]+", folder) else '"'
        return f"tocsin {words} --profile {quote}{folder}{quote}"

    def begun(self, sentence: str) -> str:
        """A sentence with a capital where a word of ours stands in for a name; a name stays as its owner writes it."""
        ours = [self.gettext(each) for each in _STAND_INS if sentence.startswith(self.gettext(each))]
        if any(not sentence[len(each) : len(each) + 1].isalnum() for each in ours):
            return sentence[:1].upper() + sentence[1:]
        return sentence

    def captioned(self, caption: str, text: str) -> str:
        """A caption and what stands behind it: "Home: Fibre and Mail"."""
        # Translators: the mark between a caption and what stands behind it, as your language sets it.
        return self.gettext("{caption}: {text}").format(caption=caption, text=text)

    def names(self, names: Sequence[str], most: int = _NAMED) -> str:
        """Several names as one: "Home fibre and Office mail"; beyond ``most`` the rest are counted."""
        known = [each for each in (plain.clean(name, plain.NAME) for name in dict.fromkeys(names)) if each]
        if not known:
            return ""
        if len(known) == 1:
            return known[0]
        if len(known) > most:
            rest = len(known) - (most - 1)
            last = self.ngettext("{n} more", "{n} more", rest).format(n=rest)
            known = [*known[: most - 1], last]
        return self.gettext("{names} and {last}").format(names=", ".join(known[:-1]), last=known[-1])

    def quoted(self, text: str, limit: int = plain.TITLE) -> str:
        """Someone else's words in quotation marks; empty for no words."""
        cleaned = plain.clean(text, limit)
        # Translators: the quotation marks of your language.
        return self.pgettext("quotation", "“{text}”").format(text=cleaned) if cleaned else ""

    def said_by(self, text: str, provider: str, limit: int = plain.TITLE) -> str:
        """Someone else's words and whose they are; either may be empty."""
        quote, source = self.quoted(text, limit), plain.clean(provider, plain.NAME)
        if quote and source:
            return self.pgettext("quotation", "{quote} - {provider}").format(quote=quote, provider=source)
        return quote or source
