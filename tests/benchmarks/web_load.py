"""Load on the web server: users who ask while documents come and go, and its memory over many questions.

    python tests/benchmarks/web_load.py                      50 users, each every 10 s, for 2 minutes
    python tests/benchmarks/web_load.py --questions 10000    memory after every tenth of so many questions

The server runs in a process of its own. Every answer is checked against the documents as they are: a quotation
that is not at its place, or that stems from a document deleted before the question was asked, is an error. The
last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
QUESTIONS = [
    "广州的会议由谁主持?",
    "陈敏尔强调了什么?",
    "重庆的会议是哪天召开的?",
    "谁出席了会议?",
    "火星上有多少人口?",
    "Who chaired the meeting in Guangzhou?",
]
SERVER = """
import sys
from qa import Assistant
from qa.web import server, service
from qa.web.limits import Limits
service.Limits = lambda: Limits(questions_per_minute=10**6, files_per_minute=10**6)
with Assistant.open(sys.argv[1]) as assistant:
    assistant.add(sys.argv[2])
    server.serve(assistant, port=int(sys.argv[3]))
"""


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor(pid: int) -> float:
    """Processor seconds that a process has taken: steadier than the clock on a machine with other work."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load:
    """Users and an editor against one server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Ask through this client."""
        self.client = client
        self.texts: dict[str, str] = {}
        self.times: list[float] = []
        self.errors: list[str] = []
        self.deleted: dict[str, float] = {}  # name -> when the server had confirmed it

    async def learn(self) -> None:
        """Fetch the documents that stay."""
        for info in (await self.client.get("/api/documents")).json():
            document = (await self.client.get(f"/api/documents/{info['name']}")).json()
            self.texts[info["name"]] = document["text"]

    async def ask(self, question: str) -> None:
        """One question, timed and checked."""
        asked = time.monotonic()
        response = await self.client.post("/api/ask", json={"question": question})
        self.times.append(time.monotonic() - asked)
        if response.status_code != 200:
            self.errors.append(f"{response.status_code} {response.text[:100]}")
            return
        for citation in response.json()["citations"]:
            name = citation["document"]
            if self.deleted.get(name, asked) < asked:
                self.errors.append(f"stale: {name}")
            elif self.texts[name][citation["start"] : citation["end"]] != citation["quote"]:
                self.errors.append(f"not at its place: {citation}")

    async def use(self, every: float, until: float) -> None:
        """A user who asks every so many seconds."""
        await asyncio.sleep(random.random() * every)
        while time.monotonic() < until:
            started = time.monotonic()
            await self.ask(random.choice([*QUESTIONS, f"{random.randrange(20)}号馆的馆长是谁?"]))
            await asyncio.sleep(max(0.0, every - (time.monotonic() - started)))

    async def edit(self, until: float) -> None:
        """Add a document and remove the one before, all the time."""
        for number in range(10**6):
            if time.monotonic() > until:
                return
            name, text = f"馆{number}.txt", f"{number % 20}号馆的馆长是欧阳文竹{number}。它在一九九八年开馆。"
            self.texts[name] = text
            files = [("files", (name, text.encode()))]
            response = await self.client.post("/api/documents", files=files)
            if response.json().get("added") != [name]:
                self.errors.append(f"upload: {response.text[:100]}")
            await asyncio.sleep(0.5)
            await self.client.delete(f"/api/documents/{name}")
            self.deleted[name] = time.monotonic()


async def crowd(url: str, users: int, every: float, seconds: float) -> dict[str, Any]:
    """So many users for so long."""
    limits = httpx.Limits(max_connections=users + 5)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        load = Load(client)
        await load.learn()
        until = time.monotonic() + seconds
        await asyncio.gather(load.edit(until), *(load.use(every, until) for _ in range(users)))
    cuts = quantiles(load.times, n=100)
    return {
        "users": users,
        "questions": len(load.times),
        "edits": len(load.deleted),
        "errors": len(load.errors),
        "first_errors": load.errors[:3],
        "median_ms": round(1000 * median(load.times)),
        "p95_ms": round(1000 * cuts[94]),
        "p99_ms": round(1000 * cuts[98]),
    }


async def series(url: str, questions: int, pid: int) -> dict[str, Any]:
    """So many questions one after the other, with the memory in between."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        load = Load(client)
        await load.learn()
        memory = []
        for number in range(questions):
            if number % max(1, questions // 10) == 0:
                memory.append(round(resident(pid)))
            await load.ask(f"{random.choice(QUESTIONS)} {number}")
    memory.append(round(resident(pid)))
    return {"questions": questions, "errors": len(load.errors), "memory_mb": memory}


def main() -> None:
    """Start the server, load it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--every", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--questions", type=int, default=0)
    given = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", SERVER, folder, str(ROOT / "seeds"), str(port)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            server.stdout.readline()
            while True:
                try:
                    httpx.get(f"{url}/api/health")
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
            started_mb, started_cpu = round(resident(server.pid)), processor(server.pid)
            if given.questions:
                figures = asyncio.run(series(url, given.questions, server.pid))
            else:
                figures = asyncio.run(crowd(url, given.users, given.every, given.seconds))
            spent = (processor(server.pid) - started_cpu) / max(1, figures["questions"])
            figures |= {"cpu_ms_a_question": round(1000 * spent, 1)}
            figures |= {"started_mb": started_mb, "ended_mb": round(resident(server.pid))}
            server.terminate()
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
