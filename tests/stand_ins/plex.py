"""A stand-in for plex.tv: one account, its devices with a working token each, and the link that makes one."""

import json
import secrets
import time
from xml.sax.saxutils import quoteattr

from common import Answer, StandIn, serve

ERROR = {"errors": [{"code": 1001, "message": "User could not be authenticated", "status": 401}]}


class Plex(StandIn):
    """Its state and its answers. Extra fields of a sign-in: `product`, `product_version`, `platform`, `platform_version`, `device`,
    `model`, `provides`, `client_id`, `created`, `seen` (seconds); `raw`: attributes as they should stand there, null for none."""

    public = ("/api/v2/pins",)

    def __init__(self):
        super().__init__()
        self.key, self.client = secrets.token_hex(10), "latchkey-" + secrets.token_hex(8)
        self.rows, self.pins, self.made = [], {}, 1000
        self.sign_in({"client_name": "Latchkey", "product": "Latchkey", "client_id": self.client, "provides": "", "token": self.key})

    def keys(self):
        return {"token": self.key, "client_id": self.client}

    def is_public(self, request):
        return request.path.startswith(self.public)

    def authorized(self, request):
        token = request.headers.get("X-Plex-Token")
        return any(row["token"] == token for row in self.rows) if token else False

    def sign_in(self, asked):
        self.made += 1
        number = str(asked.get("id") or self.made)
        seen = int(asked.get("seen", time.time()))
        row = {
            "name": asked.get("client_name", "Living room"),
            "publicAddress": asked.get("address", ""),
            "product": asked.get("product", "Plex Web"),
            "productVersion": asked.get("product_version", "4.131.2"),
            "platform": asked.get("platform", "Chrome"),
            "platformVersion": asked.get("platform_version", "139.0"),
            "device": asked.get("device", "Linux"),
            "model": asked.get("model", "standalone"),
            "vendor": "",
            "provides": asked.get("provides", "client,player"),
            "clientIdentifier": asked.get("client_id") or secrets.token_hex(10),
            "version": "4.131.2",
            "id": number,
            "token": asked.get("token") or secrets.token_hex(10),
            "createdAt": str(asked.get("created", seen)),
            "lastSeenAt": str(seen),
            "screenResolution": "1920x1080",
            "screenDensity": "",
        }
        self.rows.append({**row, **asked.get("raw", {})})
        return {"id": number, "token": row["token"]}

    def end(self, asked):
        self.rows = [row for row in self.rows if row["id"] != str(asked["id"])]

    def refuses(self):
        return Answer(401, ERROR)

    def forbids(self):
        return Answer(403, {"errors": [{"code": 1003, "message": "Forbidden", "status": 403}]})

    def control(self, request):
        if request.path == "/_test/link":
            # The person says yes to a link.
            pin = self.pins[str(request.json()["id"])]
            pin["authToken"] = self.sign_in({"client_name": "Latchkey", "client_id": pin["client"], "provides": ""})["token"]
            return Answer(body={})
        return super().control(request)

    def answer(self, request):
        parts = request.path.strip("/").split("/")
        if self.mode == "other":
            return Answer(404, {"message": "no such page"})
        if parts[:3] == ["api", "v2", "pins"]:
            return self.pin(request, parts[3:])
        if (request.method, request.path) == ("GET", "/api/v2/user"):
            return self.written(request, "user", {"id": 7654321, "uuid": "0123456789abcdef", "username": "mia", "title": "Mia", "authToken": self.key, "scrobbleTypes": ""})
        if (request.method, request.path) == ("GET", "/devices.xml"):
            return Answer(200, self.devices(), "application/xml; charset=utf-8")
        if request.method == "DELETE" and parts[0] == "devices" and parts[1].endswith(".xml"):
            return self.delete(parts[1].removesuffix(".xml"))
        return Answer(404, {"errors": [{"code": 1404, "message": "Not found", "status": 404}]})

    def serve_one(self, request):
        # Another server knows none of this, and asks for no key either.
        return Answer(404, {"message": "no such page"}) if self.mode == "other" else super().serve_one(request)

    def pin(self, request, which):
        """The link: made, and asked about by the client that made it."""
        client = request.headers.get("X-Plex-Client-Identifier")
        if not client:
            return Answer(400, {"errors": [{"code": 1000, "message": "X-Plex-Client-Identifier is missing", "status": 400}]})
        if request.method == "POST" and not which:
            number = str(len(self.pins) + 501)
            self.pins[number] = {"id": int(number), "code": secrets.token_hex(12), "client": client, "authToken": None}
            return self.written(request, "pin", {name: self.pins[number][name] for name in ("id", "code", "authToken")}, 201)
        pin = self.pins.get(which[0]) if which else None
        if pin is None or pin["client"] != client:
            return Answer(404, {"errors": [{"code": 1020, "message": "Code not found or expired", "status": 404}]})
        return self.written(request, "pin", {name: pin[name] for name in ("id", "code", "authToken")})

    def written(self, request, name, fields, status=200):
        """JSON to who asks for it, else XML."""
        if "json" in request.headers.get("Accept", ""):
            return Answer(status, fields)
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{attributes(fields)}><subscription active="0"/><entitlements/><profile/></{name}>'
        return Answer(status, text.encode(), "application/xml; charset=utf-8")

    def devices(self):
        """The list, with a working token in each row."""
        rows = "".join(f'\n  <Device{attributes(row)}>\n    <Connection uri="http://192.0.2.9:32400"/>\n  </Device>' for row in self.rows)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<MediaContainer publicAddress="192.0.2.1">{rows}\n</MediaContainer>\n'.encode()

    def delete(self, number):
        """Takes a device off the account, and its token with it."""
        if self.mode == "lies":
            return Answer(200)
        kept = [row for row in self.rows if row["id"] != number]
        if len(kept) == len(self.rows):
            return Answer(404, {"errors": [{"code": 1404, "message": "Device not found", "status": 404}]})
        self.rows = kept
        return Answer(200)


def attributes(fields):
    """As attributes of XML."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items() if value is not None}
    return "".join(f" {name}={quoteattr(text)}" for name, text in texts.items())


if __name__ == "__main__":
    serve(Plex())
