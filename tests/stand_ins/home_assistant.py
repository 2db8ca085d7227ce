"""A stand-in for Home Assistant: one person's refresh tokens over its WebSocket. Beside what every stand-in is told, a sign-in takes
"kind" ("normal", "long_lived_access_token", "system"), "client_id", and "raw": fields to be told as they are."""

import json
import secrets
import threading
from datetime import UTC, datetime

from common import Answer, StandIn, serve
from websocket import WebSocketHandler

APP = "https://home-assistant.io/android"
PERSON = {"id": "5f0c6f2b1c5d4e6f8a9b0c1d2e3f4a5b", "name": "Mia", "is_owner": False, "is_admin": False}


def now():
    return datetime.now(UTC).isoformat()


class HomeAssistant(StandIn):
    """Its state and its answers."""

    public = ("/api/websocket", "/auth/providers", "/manifest.json")

    def __init__(self):
        super().__init__()
        self.version = "2026.11.1"
        self.key = secrets.token_urlsafe(48)
        self.own = self.row("long_lived_access_token", None, "Latchkey", None) | {"id": secrets.token_hex(16)}
        self.rows, self.tokens, self.notices, self.sockets = [self.own], {}, {}, []
        self.failures = 0

    def keys(self):
        return {"key": self.key}

    def authorized(self, request):
        return request.headers.get("Authorization", "").removeprefix("Bearer ") in (self.key, *self.tokens)

    @staticmethod
    def row(kind, client_id, client_name, address):
        made = now()
        return {
            "client_id": client_id,
            "client_name": client_name,
            "client_icon": None,
            "type": kind,
            "created_at": made,
            "last_used_at": made,
            "last_used_ip": address,
            "expire_at": None,
            "auth_provider_type": "homeassistant" if kind == "normal" else None,
        }

    def sign_in(self, asked):
        kind = asked.get("kind", "normal")
        is_normal = kind == "normal"
        name = None if is_normal else asked.get("client_name")
        row = self.row(kind, asked.get("client_id", APP) if is_normal else None, name, asked.get("address") if is_normal else None)
        row["id"] = asked.get("id") or secrets.token_hex(16)
        self.rows.append(row | asked.get("raw", {}))
        token = secrets.token_urlsafe(48)
        self.tokens[token] = row["id"]
        return {"id": row["id"], "token": token}

    def end(self, asked):
        self.rows = [row for row in self.rows if row["id"] != asked["id"]]
        self.tokens = {token: id for token, id in self.tokens.items() if id != asked["id"]}

    def failed(self, asked):
        address = asked["address"]
        self.notices["http-login"] = {
            "notification_id": "http-login",
            "title": "Login attempt failed",
            "message": f"Login attempt or request with invalid authentication from somewhere.example ({address}). See the log for details.",
            "created_at": now(),
        }
        self.failures += 1

    def answer(self, request):
        if request.path == "/api/websocket":
            if self.mode == "other":
                return Answer(404, b"404: Not Found", "text/plain")
            # So it is towards an address that it has banned.
            return Answer(403) if self.mode == "too_few_rights" else lambda: self.socket(request)
        if request.path == "/auth/providers" and self.mode != "other":
            providers = [{"name": "Home Assistant Local", "id": None, "type": "homeassistant"}]
            return Answer(body={"providers": providers, "preselect_remember_me": True})
        if request.path == "/api/":
            return Answer(body={"message": "API running."})
        return Answer(404, b"404: Not Found", "text/plain")

    def refuses(self):
        return Answer(401, b"401: Unauthorized", "text/plain")

    def socket(self, request):
        """One conversation."""
        socket = WebSocketHandler.accept(request.handler)
        if socket is None:
            return
        if self.mode == "half":
            # A frame that announces more than comes.
            request.handler.wfile.write(b'\x81\x7e\x01\x00{"type":"auth_req')
            return
        socket.send(json.dumps({"type": "auth_required", "ha_version": self.version}))
        told = json.loads(socket.receive() or "{}")
        good = told.get("type") == "auth" and told.get("access_token") in (self.key, *self.tokens) and self.mode != "key_refused"
        with self.changed:
            if told:
                self.asked.append({"method": "WS", "path": "auth", "authorized": good})
            if not good:
                if told:
                    self.failed({"address": request.handler.client_address[0]})
                    self.changed.notify_all()
        if not good:
            socket.send(json.dumps({"type": "auth_invalid", "message": "Invalid access token or password"}))
            socket.close()
            return
        socket.send(json.dumps({"type": "auth_ok", "ha_version": self.version}))
        own = self.tokens.get(told["access_token"], self.own["id"])
        subscribed = []
        threading.Thread(target=self.tell, args=(socket, own, subscribed), daemon=True).start()
        last = 0
        while (text := socket.receive()) is not None:
            with self.changed:
                self.changed.wait_for(lambda: self.mode != "slow")
                if self.mode not in ("ok", "lies"):
                    break
                last = self.reply(socket, json.loads(text), last, own, subscribed)
                self.changed.notify_all()
        with self.changed:
            socket.close()
            self.changed.notify_all()

    def reply(self, socket, asked, last, own, subscribed):
        """Answers one question. Their numbers have to rise."""
        number, kind = asked.get("id", 0), asked.get("type")
        self.asked.append({"method": "WS", "path": str(kind), "authorized": True})

        def fails(code, message):
            error = {"code": code, "message": message}
            socket.send(json.dumps({"id": number, "type": "result", "success": False, "error": error}))

        def does(result):
            socket.send(json.dumps({"id": number, "type": "result", "success": True, "result": result}))

        if number <= last:
            fails("id_reuse", "Identifier values have to increase.")
        elif kind == "auth/current_user":
            does(PERSON | {"credentials": [{"auth_provider_type": "homeassistant", "auth_provider_id": None}], "mfa_modules": []})
        elif kind == "auth/refresh_tokens":
            does([row | {"is_current": row["id"] == own} for row in self.rows])
        elif kind == "persistent_notification/get":
            does(list(self.notices.values()))
        elif kind == "persistent_notification/subscribe":
            subscribed.append(number)
            does(None)
            socket.send(json.dumps({"id": number, "type": "event", "event": {"type": "current", "notifications": self.notices}}))
        elif kind == "auth/delete_refresh_token":
            id = asked.get("refresh_token_id")
            if id not in [row["id"] for row in self.rows]:
                fails("invalid_token_id", "Received invalid token")
            elif self.mode == "lies":
                does({})
            elif id == own:
                # It cuts the connection before it answers.
                self.end({"id": id})
                socket.close()
            else:
                self.end({"id": id})
                does({})
        else:
            fails("unknown_command", "Unknown command.")
        return max(last, number)

    def tell(self, socket, own, subscribed):
        """Tells of notices as they are made, and hangs up once the sign-in has ended or it is not well."""
        failures = self.failures
        while not socket.closed:
            with self.changed:
                self.changed.wait_for(
                    lambda: socket.closed
                    or self.failures != failures
                    or self.mode not in ("ok", "lies", "slow")
                    or own not in [row["id"] for row in self.rows]
                )
                if self.mode not in ("ok", "lies", "slow") or own not in [row["id"] for row in self.rows]:
                    socket.close()
                for number in subscribed if self.failures != failures else ():
                    event = {"type": "added", "notifications": {"http-login": self.notices["http-login"]}}
                    socket.send(json.dumps({"id": number, "type": "event", "event": event}))
                failures = self.failures


if __name__ == "__main__":
    serve(HomeAssistant())
