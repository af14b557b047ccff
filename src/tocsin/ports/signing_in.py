"""How a person signs in to an account, as the engine sees it."""

from collections.abc import Callable
from typing import Protocol

from tocsin.domain.account import Account
from tocsin.domain.signing_in import SignInPrompt

Browser = Callable[[str], bool]
"""Opens an address for a person; false where it could not. May block, and is called in a thread of its own."""

Prompted = Callable[[SignInPrompt], None]
"""Is told what the person has to do, and again when more is known of it."""


class SignsIn(Protocol):
    """The way to tokens that takes a person. What was signed in to is used at once, and kept when told to."""

    async def sign_in(self, account: Account, tell: Prompted, language: str | None) -> bool:
        """Wait until the person has signed in. True where that lasts, false where it will end by itself.

        ``language`` is that of the page which the browser ends on, None the system's. What comes of it is held in
        memory under the account's id. Raises ``PollFailed``, a ``SignInFailed`` where it is known what to do.
        """
        ...

    async def move(self, source: str, target: str) -> None:
        """Hold what is held under one account's id under another's. Raises ``SecretUnavailable`` where nothing is."""
        ...

    async def keep(self, account_id: str) -> None:
        """Put it into the keyring. Raises ``SecretUnavailable``: it stays in memory then."""
        ...

    def forget(self, account_id: str) -> None:
        """Drop what is held in memory under an account's id."""
        ...
