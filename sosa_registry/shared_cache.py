"""The cache that several machines share, in Redis: a help that may be missing, never a condition.

When Redis does not answer, nothing is found in it and nothing is kept: the registry answers from
its database, as it would without a cache, and says so in the log.
"""

import logging

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger("django.cache")


class ForgivingRedisCache(RedisCache):
    """Django's cache in Redis, for which an absent server is an empty cache."""

    def get(self, key, default=None, version=None):
        """What is kept; the default when there is nothing, or nobody to ask."""
        try:
            return super().get(key, default, version)
        except RedisError as error:
            log.warning("The shared cache does not answer: %s", error)
            return default

    def set(self, *args, **kwargs):
        """Keep it, where that can be done."""
        try:
            super().set(*args, **kwargs)
        except RedisError as error:
            log.warning("The shared cache does not answer: %s", error)

    def add(self, *args, **kwargs):
        """Keep it unless it is there; as if it had been kept when there is nobody to ask."""
        try:
            return super().add(*args, **kwargs)
        except RedisError as error:
            log.warning("The shared cache does not answer: %s", error)
            return True

    def incr(self, *args, **kwargs):
        """Count; as if it were the first time when there is nobody to ask."""
        try:
            return super().incr(*args, **kwargs)
        except RedisError as error:
            log.warning("The shared cache does not answer: %s", error)
            return 1
