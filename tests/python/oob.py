"""exec-oob as the library marks it: of a command that allows it, of one that doesn't, and many at once."""

import asyncio
import sys

from address import parse
from qemu.qmp import ExecuteError, QMPClient


async def refused(client: QMPClient, command: str, error_class: str, description: str) -> None:
    try:
        await client.execute(command, oob=True)
    except ExecuteError as error:
        assert str(error) == description, str(error)
        assert error.error.error.class_ == error_class, error.error.error.class_
    else:
        raise AssertionError(f"{command} ran out-of-band")


async def main(address: str) -> None:
    client = QMPClient("oob")
    await client.connect(parse(address))
    instances = await client.execute("query-yank")
    assert await client.execute("query-yank", oob=True) == instances
    await refused(client, "query-version", "GenericError", "The command query-version does not support OOB")
    await refused(client, "no-such", "CommandNotFound", "The command no-such has not been found")
    # Out-of-band answers may overtake: each finds its own way by its id.
    mixed = [client.execute("query-yank", oob=number % 2 == 0) for number in range(8)]
    assert await asyncio.gather(*mixed) == [instances] * 8
    for _ in range(100):
        assert await client.execute("query-yank", oob=True) == instances
    await client.disconnect()


asyncio.run(main(sys.argv[1]))
