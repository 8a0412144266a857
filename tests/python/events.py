"""Events reach listeners, in order, before the reply of the command that caused them; leaving and coming back works."""

import asyncio
import sys

from address import parse
from qemu.qmp import EventListener, QMPClient


async def main(address: str) -> None:
    client = QMPClient("events")
    await client.connect(parse(address))
    with client.listener(("RESUME", "STOP")) as listener:
        for command, name, running in (("cont", "RESUME", True), ("stop", "STOP", False)) * 3:
            await client.execute(command)
            # Already here: the event came before the reply.
            assert not listener.empty(), f"no event before the reply of {command}"
            event = await listener.get()
            assert event["event"] == name, event
            stamp = event["timestamp"]
            assert stamp["seconds"] > 1_600_000_000 and 0 <= stamp["microseconds"] < 1_000_000, stamp
            status = await client.execute("query-status")
            assert status["running"] is running, status
        assert listener.empty(), listener.history

    # A filter of one's own sees only what it asks for.
    only_stop = EventListener("STOP")
    with client.listen(only_stop):
        await client.execute("cont")
        await client.execute("stop")
        assert (await only_stop.get())["event"] == "STOP"
        assert only_stop.empty()
    await client.disconnect()


asyncio.run(main(sys.argv[1]))
