"""What is stored where and who is contacted, from the configuration that runs: what ``tocsin privacy`` tells."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from tocsin.adapters.profile import Profile
from tocsin.adapters.proxies_used import proxies_used
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import LINE_PROVIDER, Account, Settings
from tocsin.domain.privacy import Asked, Places, Privacy, privacy
from tocsin.engine.watched import is_loopback
from tocsin.providers.registry import Registry


def of_profile(profile: Profile, environ: Mapping[str, str], shown: Callable[[str], str] = str) -> Privacy:
    """The page for the settings as they stand in the file. ``shown`` is how a path is written."""
    registry = Registry(environ)
    settings = TomlSettings(profile.settings, provider_keys=registry.keys()).load().settings
    return of_settings(settings, profile, registry, shown)


def of_settings(
    settings: Settings,
    profile: Profile,
    registry: Registry,
    shown: Callable[[str], str] = str,
    system_proxies: Mapping[str, str] | None = None,
) -> Privacy:
    """The page for some settings. ``system_proxies`` None asks the system which are in force."""
    asked = {account.id: _asked(account, registry) for account in settings.accounts}
    addresses = [
        address
        for account in settings.accounts
        for address in (*asked[account.id].addresses, account.auth.token_url, account.auth.device_url)
        if address
    ]
    return privacy(
        settings,
        Places(*(shown(str(place)) for place in (profile.settings, profile.data, profile.log, profile.run))),
        asked,
        proxies_used(addresses, settings.network, system_proxies),
    )


def _asked(account: Account, registry: Registry) -> Asked:
    """What watching an account asks, and how often: never more often than the product bears."""
    if account.provider == LINE_PROVIDER:
        return Asked((), account.interval)
    least = timedelta() if is_loopback(account.url) else registry.make(account.provider).minimum_interval
    return Asked(registry.contacts(account), max(account.interval, least))
