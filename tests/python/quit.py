"""quit is answered, SHUTDOWN is seen, and then the connection ends."""

import asyncio
import sys

from address import parse
from qemu.qmp import QMPClient, Runstate


async def main(address: str) -> None:
    client = QMPClient("quit")
    await client.connect(parse(address))
    with client.listener("SHUTDOWN") as listener:
        assert await client.execute("quit") == {}
        event = await listener.get()
        assert event["data"]["reason"] == "host-qmp-quit", event
        assert event["data"]["guest"] is False, event
    while client.runstate == Runstate.RUNNING:
        await client.runstate_changed()
    try:
        await client.disconnect()
    except EOFError:
        pass


asyncio.run(main(sys.argv[1]))
