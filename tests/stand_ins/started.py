"""Starts a stand-in for a check by somebody else's client."""

import contextlib
import json
import pathlib
import subprocess
import sys
import urllib.request


class Started:
    def __init__(self, url):
        self.url = url

    def control(self, path, told=None):
        body = None if told is None else json.dumps(told).encode()
        request = urllib.request.Request(f"{self.url}/_test/{path}", data=body, method="GET" if body is None else "POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@contextlib.contextmanager
def started(name):
    script = pathlib.Path(__file__).with_name(f"{name}.py")
    process = subprocess.Popen([sys.executable, "-B", script], stdout=subprocess.PIPE, text=True)
    try:
        port = process.stdout.readline().removeprefix("listening on ").strip()
        yield Started(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()
