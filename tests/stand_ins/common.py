"""What stand-ins have in common: the control calls below `/_test/`, and the ways to go wrong.

    POST /_test/sign-in {"id"?, "person", "person_id"?, "client_name"?, "address"?, …}  -> {"id", "token"}
    POST /_test/end     {"id"}          the sign-in ends by itself
    POST /_test/failed  {"person", "address"}
    POST /_test/many    {"count"}       that many sign-ins
    POST /_test/mode    {"mode"}        one of MODES
    POST /_test/version {"version"}
    GET  /_test/asked   -> {"asked": [{"method", "path", "authorized"}]}
    GET  /_test/keys    -> {"fields": {…}}   keys that are good

A stand-in of its own gives `answer` and what the control calls do; `serve` prints `listening on PORT` first."""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODES = ["ok", "away", "key_refused", "too_few_rights", "nonsense", "slow", "half", "error", "other", "lies", "busy"]
PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>It works!<br></body></html>"


class Request:
    """One request."""

    def __init__(self, handler):
        parts = urllib.parse.urlsplit(handler.path)
        self.handler = handler
        self.method = handler.command
        self.path = urllib.parse.unquote(parts.path)
        self.query = {name.lower(): value for name, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)}
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))

    def json(self):
        """Its body as JSON; an empty object where there is none."""
        return json.loads(self.body or b"{}")


class Answer:
    """One answer: JSON, or bytes of a type."""

    def __init__(self, status=200, body=None, kind="application/json; charset=utf-8", headers=()):
        self.status, self.headers, self.kind = status, dict(headers), kind
        self.body = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()


class StandIn:
    """What a stand-in is; everything that is particular to one is in its own file."""

    # What answers without a key.
    public = ()

    def __init__(self):
        self.mode, self.version, self.asked = "ok", "1.0", []
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)

    def keys(self):
        """The keys that are good, by the names of the fields."""
        raise NotImplementedError

    def authorized(self, request):
        """Whether it came with a good key."""
        raise NotImplementedError

    def answer(self, request):
        """The answer, or None when it was given already."""
        raise NotImplementedError

    def sign_in(self, asked):
        """Adds a sign-in."""
        raise NotImplementedError

    def end(self, asked):
        """Takes one away."""
        raise NotImplementedError

    def failed(self, asked):
        """Notes a sign-in that failed, where the server keeps such."""

    def many(self, asked):
        """That many sign-ins, of a few people."""
        for number in range(int(asked["count"])):
            self.sign_in({"person": f"Person {number % 7}", "client_name": f"Device {number}", "address": "192.0.2.7"})

    def set_mode(self, asked):
        """From now on it does well, or not."""
        assert asked["mode"] in MODES, asked
        self.mode = asked["mode"]

    def set_version(self, asked):
        """From now on it says that it has this version."""
        self.version = asked["version"]

    def control(self, request):
        """Answers a control call."""
        name = request.path.removeprefix("/_test/")
        with self.changed:
            if name == "asked":
                return Answer(body={"asked": self.asked})
            if name == "keys":
                return Answer(body={"fields": self.keys()})
            calls = {
                "sign-in": self.sign_in,
                "end": self.end,
                "failed": self.failed,
                "many": self.many,
                "mode": self.set_mode,
                "version": self.set_version,
            }
            if name not in calls:
                return Answer(404, {"error": f"no such control call: {name}"})
            answer = calls[name](request.json())
            self.changed.notify_all()
            return Answer(body=answer or {})

    def serve_one(self, request):
        """Answers as the server does that it stands in for, or as its mode has it."""
        authorized = self.authorized(request)
        with self.lock:
            self.asked.append({"method": request.method, "path": request.handler.path, "authorized": authorized})
            mode = self.mode
        if mode == "away":
            return Answer(503, PAGE, "text/html", {"Retry-After": "2"})
        if mode == "busy":
            return Answer(429, b"", headers={"Retry-After": "3"})
        if mode == "error":
            return Answer(500, PAGE, "text/html")
        if mode == "nonsense":
            return Answer(200, PAGE, "text/html")
        if mode == "slow":
            with self.changed:
                self.changed.wait_for(lambda: self.mode != "slow")
            request.handler.close_connection = True
            return None
        if not self.is_public(request):
            if mode == "key_refused" or not authorized:
                return self.refuses()
            if mode == "too_few_rights":
                return self.forbids()
        with self.changed:
            answer = self.answer(request)
            self.changed.notify_all()
        return answer() if callable(answer) else answer

    def is_public(self, request):
        """Whether it is answered without a key."""
        return request.path in self.public

    def refuses(self):
        """What it answers to a key that is not good."""
        return Answer(401)

    def forbids(self):
        """What it answers to a key that may not do this."""
        return Answer(403)


def serve(stand_in):
    """Listens on a port of its own, for as long as it runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self):
            request = Request(self)
            control = request.path.startswith("/_test/")
            answer = stand_in.control(request) if control else stand_in.serve_one(request)
            if answer is None:
                return
            half = stand_in.mode == "half" and not control
            if half:
                self.close_connection = True
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.body:
                self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body) * 2 + 1 if half else len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = respond

        def log_message(self, *_):
            # Nobody reads it, and a key could be in it.
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_):
            # A client that hangs up is what tests do.
            pass

    server = Server(("127.0.0.1", 0), Handler)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()
