"""Shields units of work from cancellation: each is committed or rolled back, never left open."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_the_end(
    work: Coroutine[Any, Any, T], unwanted: Callable[[T], Coroutine[Any, Any, None]] | None = None
) -> T:
    """Run `work` to its end even when the caller is cancelled meanwhile; the cancellation is raised afterwards.

    `unwanted` then disposes of the result that the caller will never get.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if not task.cancelled():
                cancelled = error
        except Exception:
            break  # the task's own, raised below
    if cancelled is not None:
        failed = task.cancelled() or task.exception() is not None
        if unwanted is not None and not failed:
            await to_the_end(unwanted(task.result()))
        raise cancelled
    return task.result()
