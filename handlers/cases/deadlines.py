"""Deadlines of cases when the service starts."""

import logging
from typing import Final

from conversations.cases.deadlines import with_terms
from conversations.cases.policy import Policy
from conversations.frozen import replace
from storage.interface.errors import Conflict
from storage.interface.store import Store

log = logging.getLogger(__name__)

MOST: Final = 10_000  # open cases that are examined


async def keep_terms(store: Store, policy: Policy) -> None:
    """Give cases from an older version the terms in force now, so that no later configuration moves their promises."""
    try:
        async with store.transaction() as tx:
            for case in await tx.cases.still_open(limit=MOST):
                if not case.started:
                    await tx.cases.save(replace(with_terms(case, policy), version=case.version + 1))
    except Conflict:
        log.info("another worker sees to the terms of cases")
