"""A TCP connection's way to PostgreSQL that can be cut, slowed and silenced."""

import asyncio
import threading
from enum import Enum
from pathlib import Path


class Mode(Enum):
    OPEN = "open"
    SEVERED = "severed"  # connections are cut, new ones too
    SILENT = "silent"  # nothing passes, nothing is closed; what waited passes once the link is open again
    HALF_OPEN = "half-open"  # the server's end is closed and the client never hears of it


class Link:
    """A listener on 127.0.0.1 that forwards to a socket of PostgreSQL, on a thread of its own."""

    def __init__(self, target: Path):
        self.target = target
        self.mode = Mode.OPEN
        self.delay = 0.0
        self.port = 0
        self.pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self.lost: list[asyncio.StreamWriter] = []
        self.opened = asyncio.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.call(self.listen())

    def call(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def become(self, mode: Mode, delay: float = 0) -> None:
        """Changes the link, and what is on it, from now on; each piece of data is `delay` seconds late."""
        self.call(self.change(mode, delay))

    def close(self) -> None:
        self.become(Mode.SEVERED)
        self.call(self.stop_listening())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def listen(self) -> None:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop_listening(self) -> None:
        self.server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def change(self, mode: Mode, delay: float) -> None:
        self.mode, self.delay = mode, delay
        if mode in (Mode.SEVERED, Mode.HALF_OPEN):
            for client, server in self.pairs:
                server.transport.abort()
                if mode is Mode.SEVERED:
                    client.transport.abort()
        if mode is Mode.SEVERED:
            for client in self.lost:
                client.transport.abort()
        if mode is Mode.OPEN:
            self.opened.set()
        else:
            self.opened.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.SEVERED:
            writer.transport.abort()
            return
        await self.pass_wanted()
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self.pairs.add(pair)
        try:
            await asyncio.gather(self.forward(reader, far_writer), self.forward(far_reader, writer))
        except OSError:
            pass
        finally:
            self.pairs.discard(pair)
            far_writer.transport.abort()
            if self.mode is Mode.HALF_OPEN:
                self.lost.append(writer)
            else:
                writer.transport.abort()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self.delay:
                await asyncio.sleep(self.delay)
            await self.pass_wanted()
            writer.write(data)
            await writer.drain()
        # Either end's close ends the pair.
        raise ConnectionResetError

    async def pass_wanted(self) -> None:
        while self.mode is not Mode.OPEN:
            await self.opened.wait()
