"""Broadcasting over Redis (or Valkey) publish and subscribe: lighter than the database where answers stream between
processes.
"""

from collections.abc import AsyncGenerator

from secretary.kernel.broadcast.remote import LineDown, RemoteBroadcast
from secretary.kernel.errors import Invalid

CHANNEL = "secretary"
CONNECT_S = 5.0


class RedisBroadcast(RemoteBroadcast):
    """Implements `Broadcast`; needs the extra `redis`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        try:
            from redis.asyncio import Redis  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise Invalid(
                "redis_missing",
                en="REDIS_URL is set, but the Redis client is not installed: pip install 'ai-secretary[redis]'.",
                ru="Задан REDIS_URL, но клиент Redis не установлен: pip install 'ai-secretary[redis]'.",
            ) from error

        self._redis = Redis.from_url(url, socket_connect_timeout=CONNECT_S, socket_keepalive=True)

    async def receive(self) -> AsyncGenerator[bytes, None]:
        from redis.exceptions import RedisError  # noqa: PLC0415 -- an extra

        pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(CHANNEL)
            self.is_up.set()
            async for message in pubsub.listen():
                yield message["data"]
        except (OSError, RedisError) as error:
            raise LineDown(type(error).__name__) from error
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def send(self, message: bytes) -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415 -- an extra

        try:
            await self._redis.publish(CHANNEL, message)
        except (OSError, RedisError) as error:
            raise LineDown(type(error).__name__) from error

    async def close(self) -> None:
        await super().close()
        await self._redis.aclose()
