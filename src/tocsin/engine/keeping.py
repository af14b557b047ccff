"""A secret on its way into memory and the keyring; and what the keyring did not take, to be told later."""

import logging
from collections.abc import Callable, Iterable
from types import MappingProxyType

from tocsin.domain.account import Account, AuthKind
from tocsin.domain.message import Fault, Message
from tocsin.domain.signing_in import SigningIn
from tocsin.domain.state import KeepSecret, Kept, SecretKept
from tocsin.domain.terms import Obstacle
from tocsin.errors import SecretUnavailable
from tocsin.ports import SIGN_IN, SecretRef, Secrets

_LOG = logging.getLogger(__name__)


async def put_away(secrets: Secrets, wished: KeepSecret, unkept: "Unkept") -> SecretKept:
    """Keep a secret, or forget it where it is empty, and say what became of it, here and to ``unkept``.

    It can be used before this first waits for anything.
    """
    ref = SecretRef(wished.account)
    where, problem, obstacle = Kept.RUN_ONLY if wished.value else Kept.NOWHERE, "", None
    try:
        if not wished.value:
            secrets.lend(ref, "")
            await secrets.drop(ref)
        else:
            secrets.lend(ref, wished.value)
            if not wished.run_only:
                await secrets.keep(ref, wished.value)
                where = Kept.KEYRING
    except SecretUnavailable as error:
        problem, obstacle = str(error), error.obstacle
        _LOG.info("what the keyring did with the secret of %s: %s", wished.account, error)
    kept = SecretKept(wished.account, where, problem, obstacle)
    unkept.note_secret(kept)
    return kept


class Unkept:
    """The accounts whose secret or sign-in lasts until the program ends, though nobody wished that.

    Who wished it kept may have gone before the keyring answered, or not have read what came of it: a fault says so
    until it is kept, or there is none to keep. ``is_kept`` knows of a keyring that answered later than anybody waited.
    """

    def __init__(self, is_kept: Callable[[SecretRef], bool] = lambda _: False) -> None:
        self._is_kept = is_kept
        self._secrets: set[str] = set()
        self._sign_ins: set[str] = set()

    def note_secret(self, kept: SecretKept) -> None:
        """What became of a secret; with one that is forgotten goes the sign-in."""
        _put(self._secrets, kept.account, is_in=kept.where is Kept.RUN_ONLY and bool(kept.problem))
        if kept.where is Kept.NOWHERE:
            self._sign_ins.discard(kept.account)

    def note_sign_in(self, done: SigningIn) -> None:
        """What became of a sign-in that was to be kept."""
        _put(self._sign_ins, done.account, is_in=done.obstacle is not None)

    def forget(self) -> None:
        """Another process has put something into the keyring: what it did not take before may be in it now."""
        self._secrets.clear()
        self._sign_ins.clear()

    def follow(self, accounts: Iterable[Account]) -> None:
        """Forget whose account is gone, or asks with nothing of the kind any more: another may come to have its id."""
        there = tuple(accounts)
        self._secrets &= {each.id for each in there if each.auth.kind is not AuthKind.NONE}
        self._sign_ins &= {each.id for each in there if each.auth.is_by_person}

    def settle(self) -> bool:
        """Forget what the keyring has taken meanwhile; false if there is no such thing."""
        secrets = {each for each in self._secrets if self._is_kept(SecretRef(each))}
        sign_ins = {each for each in self._sign_ins if self._is_kept(SecretRef(each, SIGN_IN))}
        self._secrets -= secrets
        self._sign_ins -= sign_ins
        return bool(secrets or sign_ins)

    def faults(self, accounts: Iterable[Account]) -> tuple[Fault, ...]:
        """What there is to be said of these accounts."""
        there = tuple(accounts)
        secrets = (_fault("secret_not_kept", each) for each in there if each.id in self._secrets)
        remedy = Obstacle.SIGN_IN.value  # once more, which the window offers beside it
        sign_ins = (_fault("sign_in_not_kept", each, obstacle=remedy) for each in there if each.id in self._sign_ins)
        return (*secrets, *sign_ins)


def _put(names: set[str], name: str, *, is_in: bool) -> None:
    (names.add if is_in else names.discard)(name)


def _fault(key: str, account: Account, /, **values: str) -> Fault:
    return Fault(Message(key, MappingProxyType({"provider": account.name, **values})), account.id)
