"""Many commands at once from many tasks: each gets its own answer. The second argument bounds those in flight."""

import asyncio
import sys

from address import parse
from qemu.qmp import ExecuteError, QMPClient


async def main(address: str, in_flight: int, commands: int) -> None:
    client = QMPClient("concurrency")
    await client.connect(parse(address))
    version = await client.execute("query-version")
    bound = asyncio.Semaphore(in_flight)

    async def one(number: int) -> None:
        async with bound:
            if number % 3 == 0:
                assert await client.execute("query-version") == version
            elif number % 3 == 1:
                assert "running" in await client.execute("query-status")
            else:
                try:
                    await client.execute(f"no-such-{number}")
                except ExecuteError as error:
                    assert str(error) == f"The command no-such-{number} has not been found", str(error)
                else:
                    raise AssertionError(f"no-such-{number} succeeded")

    await asyncio.gather(*(one(number) for number in range(commands)))
    await client.disconnect()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
