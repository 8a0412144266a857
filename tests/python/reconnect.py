"""Clients come and go: each is greeted and negotiates anew; the same client object connects again; one that waits while
another is served gets its turn."""

import asyncio
import sys

from address import parse
from qemu.qmp import QMPClient, Runstate


async def main(address: str) -> None:
    for number in range(20):
        client = QMPClient(f"client {number}")
        await client.connect(parse(address))
        assert client.runstate == Runstate.RUNNING
        await client.execute("query-status")
        await client.disconnect()
        assert client.runstate == Runstate.IDLE

    client = QMPClient("the same")
    for _ in range(20):
        await client.connect(parse(address))
        await client.execute("query-version")
        await client.disconnect()

    first, second = QMPClient("first"), QMPClient("second")
    await first.connect(parse(address))
    waiting = asyncio.create_task(second.connect(parse(address)))
    await first.execute("query-status")
    assert second.runstate != Runstate.RUNNING, "two clients are served at once"
    await first.disconnect()
    await waiting
    await second.execute("query-status")
    await second.disconnect()


asyncio.run(main(sys.argv[1]))
