"""The greeting is understood, oob is enabled because it is offered, and the version is told."""

import asyncio
import sys

from address import parse
from qemu.qmp import QMPClient


async def main(address: str) -> None:
    client = QMPClient("negotiate")
    await client.connect(parse(address))
    greeting = client.greeting.QMP
    assert greeting.capabilities == ["oob"], greeting.capabilities
    version = await client.execute("query-version")
    assert version == greeting.version, (version, greeting.version)
    assert version["qemu"]["major"] >= 5, version
    assert isinstance(version["package"], str), version
    names = {command["name"] for command in await client.execute("query-commands")}
    expected = {"qmp_capabilities", "query-version", "query-commands", "query-status", "stop", "cont", "quit"}
    assert expected <= names, expected - names
    await client.disconnect()


asyncio.run(main(sys.argv[1]))
