"""What the settings window tells and cannot find out itself, put together when it is opened."""

from collections.abc import Mapping

from tocsin import privacy
from tocsin.adapters.profile import Profile
from tocsin.desktop.settings.backstage import Backstage
from tocsin.doctor import diagnose
from tocsin.domain.account import Settings
from tocsin.domain.privacy import Privacy
from tocsin.ports import Secrets
from tocsin.providers.registry import Registry
from tocsin.words import diagnosis
from tocsin.words.phrasebook import Phrasebook


def backstage(profile: Profile, secrets: Secrets, environ: Mapping[str, str]) -> Backstage:
    """Of this profile. What takes a while is not done before it is asked for."""

    def means(settings: Settings) -> Privacy:
        return privacy.of_settings(settings, profile, Registry(environ))

    def report(words: Phrasebook) -> str:
        return "\n".join(diagnosis.lines(words, diagnose(profile, environ, known=secrets.known())))

    return Backstage(str(profile.settings), means, report)
