"""How a command speaks with who typed it: in the language of the settings, and what went wrong in sentences of it."""

from collections.abc import Mapping
from types import MappingProxyType

from tocsin import providers
from tocsin.adapters.profile import Profile
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.message import Value
from tocsin.errors import (
    EnvironmentFault,
    ExportFailed,
    ScenarioError,
    SecretUnavailable,
    SettingsError,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreTooNew,
)
from tocsin.language import phrasebook
from tocsin.words import complaints, mistakes, obstacles, own_data, scenarios
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.values import Values


def words_of(profile: Profile, environ: Mapping[str, str]) -> Phrasebook:
    """The sentences of the language that a profile's settings name, as far as they can be read; else the system's."""
    return phrasebook(language_of(profile), environ, profile.named)


def language_of(profile: Profile) -> str | None:
    """The language that a profile's settings name; None for the system's, and where they cannot be read."""
    return TomlSettings(profile.settings, provider_keys=providers.known()).load().settings.language


def said(words: Phrasebook, fault: EnvironmentFault) -> str:
    """What went wrong, and the remedy. A fault that its raiser said in the user's language already stays as it is."""
    if fault.told is not None:
        return complaints.told(words, fault.told.key, Values(fault.told.values)) or str(fault)
    if isinstance(fault, SettingsError | ScenarioError):
        return _of_a_file(words, fault)
    if isinstance(fault, SecretUnavailable):
        return obstacles.sentence(fault.obstacle, fault.place, words.gettext, words.command)
    if isinstance(fault, ExportFailed):
        return own_data.not_exported(words, fault.file, fault.problem)
    if isinstance(fault, StoreError):
        return _of_the_record(words, fault)
    return str(fault)


def _of_a_file(words: Phrasebook, fault: SettingsError | ScenarioError) -> str:
    if isinstance(fault, ScenarioError):
        return scenarios.told(words, fault.file, fault.key, fault.problem, fault.line, fault.allowed)
    return mistakes.told(words, Values(_parts(fault)))


def _parts(fault: SettingsError) -> Mapping[str, Value]:
    return MappingProxyType(
        {
            "place": fault.key,
            "what": fault.problem,
            "line": fault.line,
            "column": fault.column,
            "allowed": fault.allowed,
            "problem": str(fault),
        }
    )


def _of_the_record(words: Phrasebook, fault: StoreError) -> str:
    keys = {StoreFull: "record_full", StoreDamaged: "record_damaged", StoreTooNew: "record_too_new"}
    key = keys.get(type(fault), "record_unusable")
    problem = "" if key in keys.values() else fault.title
    return complaints.told(words, key, Values(MappingProxyType({"problem": problem})))
