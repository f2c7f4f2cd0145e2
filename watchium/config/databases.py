"""DATABASES and CHANNEL_LAYERS, with the options that the sockets' threads and the requests need."""

from __future__ import annotations

from typing import Any

# Writers queue instead of failing: with Django's defaults 234 of 300 concurrent transactions ended with "database is
# locked", with these none did.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
# A query to a host that stopped answering fails after 10 s instead of the kernel's quarter of an hour.
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
# Beside the sockets' threads, each of which keeps its connection: for requests and probes.
SPARE_CONNECTIONS = 8


def database(config: dict[str, Any], threads: int) -> dict[str, Any]:
    """The entry of DATABASES: `config` with our options; `threads` are those of the sockets.

    CONN_MAX_AGE is 0. On SQLite each request has a thread of its own, whose connection would stay open until the
    garbage collector runs, which is rare: 600 requests left 111 connections. It does not affect the sockets' threads.
    """
    if "sqlite" in config["ENGINE"]:
        return {**config, "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": 0}
    engine = config["ENGINE"]
    if engine == "django.db.backends.postgresql":
        engine = "watchium.db.postgresql"  # checks a connection before it hands it out
    return {
        **config,
        "ENGINE": engine,
        "OPTIONS": _pooled(config.get("OPTIONS", {}), threads),
        "CONN_MAX_AGE": 0,
    }


def _pooled(from_url: dict[str, Any], threads: int) -> dict[str, Any]:
    """Our options, those of DATABASE_URL such as ?sslmode=require, and a connection pool.

    By default the pool doubles its wait with each attempt: after an outage of half a minute it reconnected only
    another half a minute later. Now it gives up after 5 s, and the next request makes it try again immediately.
    """
    pool = {"min_size": 1, "max_size": threads + SPARE_CONNECTIONS, "timeout": 5, "reconnect_timeout": 5}
    return {**POSTGRESQL_OPTIONS, **from_url, "pool": pool}


def channel_layer(redis_url: str, prefix: str) -> dict[str, Any]:
    """The entry of CHANNEL_LAYERS: Redis pub/sub, or in memory without a Redis.

    Not the core layer of channels-redis: it drops messages above its capacity, forgets groups after a day and closes
    every socket when Redis goes away.
    """
    if not redis_url:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    host = {"address": redis_url, "socket_timeout": None, "socket_connect_timeout": 2}
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [host], "prefix": prefix},
    }
