"""What the settings window tells and cannot find out itself, put together when it is opened."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tocsin import privacy
from tocsin.adapters.profile import Profile
from tocsin.desktop.settings.backstage import Backstage
from tocsin.doctor import diagnose
from tocsin.domain.account import Settings
from tocsin.domain.privacy import Privacy
from tocsin.errors import ExportFailed
from tocsin.offers import NAMES, CatalogueOffers
from tocsin.ports import Secrets
from tocsin.providers.registry import Registry
from tocsin.words import diagnosis, own_data
from tocsin.words.phrasebook import Phrasebook


def backstage(
    profile: Profile, secrets: Secrets, environ: Mapping[str, str], erase: Callable[[Phrasebook], None] | None
) -> Backstage:
    """Of this profile. What takes a while is not done before it is asked for. ``erase`` ends the program."""

    def means(settings: Settings) -> Privacy:
        return privacy.of_settings(settings, profile, Registry(environ))

    def report(words: Phrasebook) -> str:
        return "\n".join(diagnosis.lines(words, diagnose(profile, environ, known=secrets.known())))

    def export(words: Phrasebook, target: Path) -> str:
        from tocsin import export as exporting  # noqa: PLC0415 -- few ever ask for it

        try:
            problems = exporting.export(profile, target, secrets.known(), datetime.now(UTC))
        except ExportFailed as failed:
            return own_data.not_exported(words, failed.file, failed.problem)
        return own_data.exported(words, str(target), problems)

    offers = CatalogueOffers(environ)
    return Backstage(
        *(str(profile.settings), means, report, export, erase),
        fields=offers.fields,
        product=lambda key: NAMES.get(key, key),
        mistakes=offers.mistakes,
    )
