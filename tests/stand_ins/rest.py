"""What the stand-ins of plain HTTP services have in common: a server on the loopback, its faults, and the control calls of the tests.

A stand-in is a `Service` with its own paths. Started, it says `listening on PORT` and goes on until it is stopped.
"""

import json
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

PAGE = "<!doctype html><html><head><title>Welcome</title></head><body>It works.</body></html>"


class Refused(Exception):
    """An answer that is none of the good ones: a status and what is said with it."""

    def __init__(self, status, body=None, headers=None):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


class Service:
    """One server in memory. What it knows is changed under `lock` only."""

    # A version that is out there.
    version = "1.0.0"
    # What it says to a key that it does not know, and to one with too few rights.
    key_refused = Refused(401, {"message": "Unauthorized", "statusCode": 401})
    too_few_rights = Refused(403, {"message": "Forbidden", "statusCode": 403})

    def __init__(self):
        self.lock = threading.RLock()
        self.changed = threading.Condition()
        self.mode = "ok"
        self.asked = []

    # What each stand-in says for itself.

    def keys(self):
        """The fields of a key that is good."""
        raise NotImplementedError

    def is_open(self, method, path):
        """Whether a path wants no key."""
        raise NotImplementedError

    def is_key_good(self, headers):
        raise NotImplementedError

    def answer(self, request):
        """The status and the JSON of an answer, or `Refused`."""
        raise NotImplementedError

    def sign_in(self, told):
        """Signs somebody in; answers with the id that is listed, and what they hold."""
        raise NotImplementedError

    def end(self, external_id):
        """Ends one as the server itself would."""
        raise NotImplementedError

    def failed(self, told):
        """Notes a sign-in that failed, where the server does that."""

    def is_spared(self, method, path):
        """Whether a key with too few rights may ask for a path all the same."""
        return False

    # The control calls.

    def control(self, method, path, told):
        with self.lock:
            if (method, path) == ("GET", "asked"):
                return {"asked": self.asked}
            if (method, path) == ("GET", "keys"):
                return {"fields": self.keys()}
            if method == "POST" and path == "sign-in":
                return self.sign_in(told)
            if method == "POST" and path == "many":
                return {"ids": [self.sign_in({"person": "Mia"})["id"] for _ in range(told["count"])]}
            if method == "POST" and path == "end":
                self.end(told["id"])
                return {}
            if method == "POST" and path == "failed":
                self.failed(told)
                return {}
            if method == "POST" and path == "version":
                self.version = told["version"]
                return {}
            if method == "POST" and path == "mode":
                with self.changed:
                    self.mode = told["mode"]
                    self.changed.notify_all()
                return {}
            if method == "POST" and path == "set":
                for name, value in told.items():
                    setattr(self, name, value)
                return {}
        raise Refused(404)

    def wait_while(self, mode):
        with self.changed:
            while self.mode == mode:
                self.changed.wait()


class Request:
    def __init__(self, method, path, query, headers, body):
        self.method, self.path, self.query, self.headers, self.body = method, path, query, headers, body

    def first(self, name, otherwise=None):
        return self.query.get(name, [otherwise])[0]

    def number(self, name, otherwise):
        try:
            return int(self.first(name, otherwise))
        except (TypeError, ValueError):
            return otherwise


def handler_of(service):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave together: else the one waits for the receipt of the other.
        wbufsize = -1
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def handle_any(self):
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                if url.path.startswith("/_test/"):
                    told = json.loads(body) if body else {}
                    self.say(200, service.control(self.command, url.path[len("/_test/"):], told))
                else:
                    self.serve(url, body)
            except Refused as refused:
                self.say(refused.status, refused.body, refused.headers)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any

        def serve(self, url, body):
            good = service.is_key_good(self.headers)
            mode = service.mode
            with service.lock:
                service.asked.append({"method": self.command, "path": self.path, "authorized": good})
            if mode == "slow":
                service.wait_while("slow")
                self.close_connection = True
                return
            if mode == "away":
                raise Refused(503, {"message": "starting"}, {"Retry-After": "2"})
            if mode == "busy":
                raise Refused(429, {"message": "too many requests"}, {"Retry-After": "7"})
            if mode == "error":
                raise Refused(500, {"message": "Internal server error"})
            if mode == "nonsense":
                self.say_bytes(200, PAGE.encode(), "text/html; charset=utf-8")
                return
            if mode == "other":
                self.say(200, {"ServerName": "Another", "Version": "4.5.6", "Id": "0123", "ProductName": "Another Server"})
                return
            if not service.is_open(self.command, url.path):
                if mode == "key_refused" or not good:
                    raise service.key_refused
                if mode == "too_few_rights" and not service.is_spared(self.command, url.path):
                    raise service.too_few_rights
            path = [unquote(segment) for segment in url.path.split("/")[1:]]
            request = Request(self.command, path, parse_qs(url.query, keep_blank_values=True), self.headers, body)
            with service.lock:
                status, said = service.answer(request)
            if mode == "half":
                whole = json.dumps(said).encode()
                self.start(status, len(whole) + 1000, "application/json")
                self.wfile.write(whole[: len(whole) // 2])
                self.close_connection = True
                return
            self.say(status, said)

        def say(self, status, said, headers=None):
            if isinstance(said, str):
                self.say_bytes(status, said.encode(), "text/plain; charset=utf-8", headers)
            elif said is None:
                self.say_bytes(status, b"", None, headers)
            else:
                self.say_bytes(status, json.dumps(said).encode(), "application/json; charset=utf-8", headers)

        def say_bytes(self, status, body, content_type, headers=None):
            self.start(status, len(body), content_type, headers)
            self.wfile.write(body)

        def start(self, status, length, content_type, headers=None):
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if content_type:
                self.send_header("Content-Type", content_type)
            if status != 204:
                self.send_header("Content-Length", str(length))
            self.end_headers()

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # Who hangs up in the middle is one of the tests.
        if not isinstance(sys.exc_info()[1], (BrokenPipeError, ConnectionResetError)):
            super().handle_error(request, client_address)


def run(service):
    server = Server(("127.0.0.1", 0), handler_of(service))
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()


def now_ms():
    return int(time.time() * 1000)


def iso(ms):
    seconds, rest = divmod(ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def as_uuid(text):
    """An id that is one, made of any text: the same for the same."""
    if text is None:
        return str(uuid.uuid4())
    try:
        return str(uuid.UUID(str(text)))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, str(text)))


def with_oddities(entry, told):
    """An entry with what a test wants to be odd in it: "raw" replaces or adds fields, "without" takes them away."""
    entry = {**entry, **told.get("raw", {})}
    for name in told.get("without", []):
        entry.pop(name, None)
    return entry
