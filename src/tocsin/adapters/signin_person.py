"""A person signs in to an account of a Tocsin that runs: ``ports.SignsIn`` on the flows of OAuth2."""

from collections.abc import Callable

from tocsin.adapters.oauth import OAuth
from tocsin.adapters.oauth_tokens import NAME
from tocsin.adapters.signin import BROWSER_DEADLINE, sign_in_by_browser, sign_in_by_code
from tocsin.domain.account import Account, AuthKind, OAuthFlow
from tocsin.domain.signing_in import SignInFault
from tocsin.domain.terms import FailureKind
from tocsin.errors import SignInFailed
from tocsin.ports import Browser, Clock, Prompted, SecretRef, Secrets
from tocsin.words.signing_in import Pages


class PersonSignsIn:
    """Implements ``ports.SignsIn``. ``shown`` makes what the browser ends on, by language.

    ``deadline``, in seconds, is how long a person has in the browser.
    """

    def __init__(
        self,
        oauth: OAuth,
        secrets: Secrets,
        clock: Clock,
        browser: Browser,
        shown: Callable[[str | None], Pages],
        *,
        deadline: float = BROWSER_DEADLINE,
    ) -> None:
        self._oauth = oauth
        self._secrets = secrets
        self._clock = clock
        self._browser = browser
        self._shown = shown
        self._deadline = deadline

    async def sign_in(self, account: Account, tell: Prompted, language: str | None) -> bool:
        """Wait until the person has signed in. True where that lasts, false where it will end by itself.

        Raises ``PollFailed``, a ``SignInFailed`` where it is known what to do.
        """
        flow = account.auth.flow
        if account.auth.kind is not AuthKind.OAUTH2 or flow is OAuthFlow.CLIENT_CREDENTIALS:
            text = "nobody has to sign in to this account"
            raise SignInFailed(FailureKind.UNSUPPORTED, SignInFault.NOT_BY_PERSON, text)
        if flow is OAuthFlow.CODE:
            shown, deadline = self._shown(language), self._deadline
            tokens = await sign_in_by_browser(self._oauth, account, self._browser, tell, deadline=deadline, shown=shown)
        else:
            tokens = await sign_in_by_code(self._oauth, account, self._clock, tell)
        await self._oauth.lend(account, tokens)
        return tokens.refresh is not None

    async def move(self, source: str, target: str) -> None:
        """Hold what is held under one account's id under another's. Raises ``SecretUnavailable`` where nothing is."""
        self._secrets.lend(SecretRef(target, NAME), await self._secrets.get(SecretRef(source, NAME)))
        self.forget(source)

    async def keep(self, account_id: str) -> None:
        """Put it into the keyring. Raises ``SecretUnavailable``: it stays in memory then."""
        ref = SecretRef(account_id, NAME)
        await self._secrets.keep(ref, await self._secrets.get(ref))

    def forget(self, account_id: str) -> None:
        """Drop what is held in memory under an account's id."""
        self._oauth.forget(account_id)
        self._secrets.lend(SecretRef(account_id, NAME), "")
