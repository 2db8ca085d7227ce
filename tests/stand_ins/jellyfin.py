"""A stand-in for Jellyfin, 10.8 to 12.0. Its sign-ins have the id USER/DEVICE; to give one, or DEVICE only, is up to who asks."""

import json
import re
import secrets
import threading
import urllib.parse

from common import Answer, serve
from media_server import NOBODY, MediaServer
from websocket import WebSocketHandler

TOKEN = re.compile(r'\bToken="([^"]*)"')
FIELD = re.compile(r'\b(\w+)="([^"]*)"')
FOR_ADMINISTRATORS = ("/Devices", "/System/ActivityLog/Entries", "/Users", "/Auth/Keys")


class Jellyfin(MediaServer):
    """Its state and its answers."""

    public = ("/System/Info/Public", "/Users/AuthenticateByName")

    def __init__(self):
        super().__init__("10.11.7")
        self.bells = 0

    def token(self, request):
        """The token, by the one header that every version takes."""
        header = request.headers.get("Authorization", "")
        found = TOKEN.search(header) if header.startswith("MediaBrowser ") else None
        if found or "apikey" in request.query:
            return found[1] if found else request.query["apikey"]
        legacy = request.headers.get("X-Emby-Token") or request.query.get("api_key")
        return None if self.version.startswith("12.") else legacy

    def authorized(self, request):
        token = self.token(request)
        return token == self.key or self.row_of(token) is not None

    def sign_in(self, asked):
        row = self.row(asked)
        user, _, device = str(asked.get("id") or "").rpartition("/")
        row["user_id"], row["id"] = user or row["user_id"], device or secrets.token_hex(8)
        if device and not asked.get("again"):
            self.rows = [old for old in self.rows if (old["user_id"], old["id"]) != (row["user_id"], row["id"])]
        self.rows.append(row)
        self.note("AuthenticationSucceeded", f"{row['user']} successfully authenticated", f"IP address: {row['address']}", row["user_id"])
        return {"id": f"{row['user_id']}/{row['id']}", "token": row["token"]}

    def end(self, asked):
        self.rows = [row for row in self.rows if f"{row['user_id']}/{row['id']}" != asked["id"]]

    def noted(self):
        self.bells += 1

    def answer(self, request):
        person = self.row_of(self.token(request))
        if person and not person["administrator"] and request.path.startswith(FOR_ADMINISTRATORS) and request.path != "/Users/Me":
            return Answer(403)
        found = {
            ("GET", "/System/Info/Public"): self.identity,
            ("GET", "/System/Info"): self.identity,
            ("GET", "/Devices"): lambda _: Answer(body={"Items": self.devices(), "TotalRecordCount": len(self.rows), "StartIndex": 0}),
            ("DELETE", "/Devices"): self.delete,
            ("GET", "/Sessions"): lambda _: Answer(body=self.sessions()),
            ("GET", "/System/ActivityLog/Entries"): self.entries_answer,
            ("GET", "/Users"): lambda _: Answer(body=[{"Id": id, "Name": name} for id, name in {row["user_id"]: row["user"] for row in self.rows}.items()]),
            ("GET", "/Users/Me"): lambda _: Answer(body={"Id": person["user_id"], "Name": person["user"]}) if person else Answer(400),
            ("POST", "/Users/AuthenticateByName"): self.by_name,
            ("GET", "/socket"): lambda request: lambda: self.socket(request, person is None),
        }.get((request.method, request.path))
        return found(request) if found else Answer(404)

    def identity(self, _):
        """What it says it is."""
        told = {"LocalAddress": "http://172.17.0.2:8096", "ServerName": "Attic", "Version": self.version, "Id": self.id}
        if self.mode != "other":
            told |= {"ProductName": "Jellyfin Server", "OperatingSystem": "", "StartupWizardCompleted": True}
        return Answer(body=told)

    def devices(self):
        """The rows, as `/Devices` has them: with the token in them, which no version fills in and nobody must read."""
        return [
            {
                "Id": row["id"],
                "Name": row["name"],
                "CustomName": None,
                "AccessToken": row["token"],
                "LastUserName": row["user"],
                "LastUserId": row["user_id"],
                "AppName": row["app"],
                "AppVersion": row["app_version"],
                "DateLastActivity": row["at"],
                "Capabilities": {"PlayableMediaTypes": [], "SupportedCommands": []},
                **row["raw"],
            }
            for row in self.rows
        ]

    def sessions(self):
        """What is in memory, the one of the API key among it."""
        own = {"Id": "0", "UserId": NOBODY, "DeviceId": self.id, "Client": "Latchkey", "RemoteEndPoint": "127.0.0.1", "IsActive": True}
        return [own] + [self.session_of(row, row["id"]) for row in self.rows if row["session"]]

    def delete(self, request):
        """Ends every token of a device id."""
        device = request.query.get("id")
        if not device:
            return Answer(204 if self.version.startswith("12.") else 404)
        if self.mode == "lies":
            return Answer(204)
        kept = [row for row in self.rows if row["id"] != device]
        if len(kept) == len(self.rows):
            return Answer(400 if self.version.startswith("12.") else 404)
        self.rows = kept
        return Answer(204)

    def by_name(self, request):
        """A sign-in by name and password, as clients do it."""
        told = {name: urllib.parse.unquote(value) for name, value in FIELD.findall(request.headers.get("Authorization", ""))}
        asked = request.json()
        if asked.get("Pw") != "right" or not told.get("DeviceId"):
            self.failed({"person": asked.get("Username", ""), "address": request.handler.client_address[0]})
            return Answer(401)
        wanted = {"person": asked["Username"], "id": told["DeviceId"], "client_name": told.get("Device", ""), "app": told.get("Client", ""), "app_version": told.get("Version", "")}
        made = self.sign_in({**wanted, "address": request.handler.client_address[0]})
        return Answer(body={"User": {"Id": made["id"].split("/")[0], "Name": asked["Username"]}, "AccessToken": made["token"], "ServerId": self.id})

    def socket(self, request, by_key):
        """The WebSocket: a bell for the log, and the sessions whenever they changed."""
        socket = WebSocketHandler.accept(request.handler)
        if socket is None:
            return
        socket.send(json.dumps({"MessageType": "ForceKeepAlive", "Data": 60}))
        wanted = set()
        threading.Thread(target=self.hear, args=(socket, wanted, by_key), daemon=True).start()
        told, bells, mode = None, self.bells, self.mode
        while not socket.closed:
            with self.changed:
                self.changed.wait_for(
                    lambda: socket.closed
                    or self.mode != mode
                    or "Sessions" in wanted and self.sessions() != told
                    or "ActivityLogEntry" in wanted and self.bells != bells
                )
                sessions, rung = self.sessions(), self.bells
            if self.mode != mode and self.mode != "lies":
                socket.close()
            if "Sessions" in wanted and sessions != told:
                told = sessions
                socket.send(json.dumps({"MessageType": "Sessions", "MessageId": secrets.token_hex(16), "Data": told}))
            if "ActivityLogEntry" in wanted and rung != bells:
                bells = rung
                socket.send(json.dumps({"MessageType": "ActivityLogEntry", "MessageId": secrets.token_hex(16), "Data": []}))
            mode = self.mode

    def hear(self, socket, wanted, by_key):
        """What comes in over it."""
        while (text := socket.receive()) is not None:
            kind = json.loads(text).get("MessageType", "")
            # 10.9 looks at the person only, and an API key has none.
            if kind.endswith("Start") and by_key and self.version.startswith("10.9."):
                socket.close()
            elif kind == "KeepAlive":
                socket.send(json.dumps({"MessageType": "KeepAlive"}))
            with self.changed:
                if kind.endswith("Start"):
                    wanted.add(kind.removesuffix("Start"))
                elif kind.endswith("Stop"):
                    wanted.discard(kind.removesuffix("Stop"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()


if __name__ == "__main__":
    serve(Jellyfin())
