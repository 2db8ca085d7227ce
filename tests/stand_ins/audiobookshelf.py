"""A stand-in for audiobookshelf 2.36: the sessions of one person's key. Before 2.36 it lists none.

Beside the common control calls: `set {"account_type": "guest"}`.
"""

import uuid

import rest
from rest import Refused, as_uuid, now_ms

OWNER = "Mia"


class Audiobookshelf(rest.Service):
    version = "2.36.0"
    key_refused = Refused(401, "Unauthorized")
    too_few_rights = Refused(403, "Forbidden")

    def __init__(self):
        super().__init__()
        self.key = "audiobookshelf-key-of-mia"
        self.account_type = "user"
        self.sessions = []

    def keys(self):
        return {"key": self.key}

    def is_key_good(self, headers):
        return headers.get("Authorization") == f"Bearer {self.key}"

    def is_open(self, method, path):
        return path == "/status"

    def sign_in(self, told):
        agent = told.get("user_agent", "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0")
        device = {"browserName": told.get("client_name", "Firefox"), "browserVersion": "131.0", "osName": "Linux"}
        entry = {
            "id": as_uuid(told.get("id")),
            "ipAddress": told.get("address", "192.168.1.20"),
            "userAgent": agent,
            "deviceInfo": device,
            "createdAt": now_ms(),
            "updatedAt": now_ms(),
            "current": False,
        }
        self.sessions.insert(0, rest.with_oddities(entry, told))
        return {"id": entry["id"], "token": str(uuid.uuid4())}

    def end(self, external_id):
        self.sessions = [entry for entry in self.sessions if entry.get("id") != as_uuid(external_id)]

    def lists(self):
        return tuple(int(part) for part in self.version.split(".")[:2]) >= (2, 36)

    def answer(self, request):
        match (request.method, request.path):
            case ("GET", ["status"]):
                said = {"app": "audiobookshelf", "serverVersion": self.version, "isInit": True, "language": "en-us"}
                return 200, {**said, "authMethods": ["local"], "authFormData": {}}
            case ("GET", ["api", "me"]):
                # With all that there is in it, tokens among that.
                said = {"id": as_uuid(OWNER), "username": OWNER.lower(), "type": self.account_type, "isActive": True}
                return 200, {**said, "token": "an-old-token-without-an-end", "mediaProgress": []}
            case ("GET", ["api", "me", "sessions"]) if self.lists():
                page = max(0, request.number("page", 0))
                size = max(1, request.number("itemsPerPage", 10))
                listed = [] if self.account_type == "guest" else self.sessions
                here = listed[page * size : (page + 1) * size]
                said = {"total": len(listed), "numPages": -(-len(listed) // size), "page": page, "itemsPerPage": size}
                return 200, {**said, "sessions": here}
            case ("DELETE", ["api", "me", "sessions", session_id]) if self.lists():
                if self.account_type == "guest":
                    raise Refused(403, "Forbidden")
                try:
                    uuid.UUID(session_id)
                except ValueError:
                    raise Refused(400, "Bad Request") from None
                if session_id not in [entry.get("id") for entry in self.sessions]:
                    raise Refused(404, "Not Found")
                if self.mode != "lies":
                    self.end(session_id)
                return 200, "OK"
        raise Refused(404, "Not Found")


if __name__ == "__main__":
    rest.run(Audiobookshelf())
