"""State that the processes of an instance share: rate limits and short-lived hashes, in Redis if configured."""

from __future__ import annotations

from django.conf import settings

from watchium.process_state import per_process
from watchium.shared_state.memory import MemoryStore
from watchium.shared_state.store import Store


@per_process
def shared_store() -> Store:
    """The store that this process shares with the other processes of its instance."""
    if not settings.REDIS_URL:
        return MemoryStore()
    from watchium.shared_state.redis import RedisStore  # a tenth of a second that a single process saves

    return RedisStore(settings.REDIS_URL, settings.REDIS_PREFIX, settings.SECRET_KEY)
