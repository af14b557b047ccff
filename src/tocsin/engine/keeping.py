"""A secret on its way to where it is kept: into memory at once, then into the keyring."""

import logging

from tocsin.domain.state import KeepSecret, Kept, SecretKept
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef, Secrets

_LOG = logging.getLogger(__name__)


async def put_away(secrets: Secrets, wished: KeepSecret) -> SecretKept:
    """Keep a secret, or forget it where it is empty, and say what became of it.

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
    return SecretKept(wished.account, where, problem, obstacle)
