"""What the settings window tells and cannot find out itself; it is handed in by who puts the program together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.domain.account import Settings
from tocsin.domain.options import OptionMistake
from tocsin.domain.privacy import Privacy
from tocsin.ports import ProviderField
from tocsin.words.phrasebook import Phrasebook


@dataclass(frozen=True, slots=True)
class Backstage:
    """``settings_file`` is its path. The calls may take seconds and are made in a thread of their own.

    ``privacy`` tells what settings mean for it; ``report`` looks at everything and tells it, redacted. ``export``
    writes the user's data into a file and says what became of it. ``erase`` ends the program and then removes all that
    it keeps: it is called in the GUI thread and returns at once. ``fields`` are what a product needs to be told and
    ``product`` what it is called, by its key; ``mistakes`` are what is wrong with what it is told. All three are quick.
    None of them has to be there.
    """

    settings_file: str
    privacy: Callable[[Settings], Privacy] | None = None
    report: Callable[[Phrasebook], str] | None = None
    export: Callable[[Phrasebook, Path], str] | None = None
    erase: Callable[[Phrasebook], None] | None = None
    fields: Callable[[str], tuple[ProviderField, ...]] | None = None
    product: Callable[[str], str] | None = None
    mistakes: Callable[[str, Mapping[str, str]], tuple[OptionMistake, ...]] | None = None
