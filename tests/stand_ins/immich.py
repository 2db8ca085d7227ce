"""A stand-in for Immich 3.2: its own person's sessions, an administrator's reading of everybody's, API keys with permissions.

Beside the common control calls: `set {"permissions": [...], "is_admin": bool, "knows_its_key": bool}`.
"""

import rest
from rest import Refused, as_uuid, iso, now_ms

OWNER = "Mia"


class Immich(rest.Service):
    version = "3.2.2"
    key_refused = Refused(401, {"message": "Invalid API key", "error": "Unauthorized", "statusCode": 401})
    too_few_rights = Refused(
        403, {"message": "Missing required permission: session.read", "error": "Forbidden", "statusCode": 403}
    )

    def __init__(self):
        super().__init__()
        self.key = "immich-key-of-mia"
        self.key_id = as_uuid("the key of Mia")
        self.permissions = ["session.read", "session.delete"]
        self.is_admin = False
        # Before 2.0 there is no way to ask what a key may do.
        self.knows_its_key = True
        self.people = {as_uuid(OWNER): OWNER}
        self.sessions = []

    def keys(self):
        return {"key": self.key}

    def is_key_good(self, headers):
        return headers.get("x-api-key") == self.key

    def is_open(self, method, path):
        return path in ("/api/server/version", "/api/server/ping")

    def sign_in(self, told):
        owner = as_uuid(told.get("person_id") or told.get("person") or OWNER)
        self.people.setdefault(owner, told.get("person") or OWNER)
        entry = {
            "id": as_uuid(told.get("id")),
            "createdAt": iso(now_ms()),
            "updatedAt": iso(now_ms()),
            "current": False,
            "deviceType": told.get("client_name", "Chrome"),
            "deviceOS": told.get("os", "Windows"),
            "appVersion": told.get("app_version"),
            "isPendingSyncReset": False,
        }
        self.sessions.insert(0, (owner, rest.with_oddities(entry, told)))
        return {"id": entry["id"], "token": as_uuid(None)}

    def end(self, external_id):
        self.sessions = [(owner, entry) for owner, entry in self.sessions if entry.get("id") != as_uuid(external_id)]

    def need(self, permission, admin=False):
        if admin and not self.is_admin:
            raise Refused(403, {"message": "Forbidden", "error": "Forbidden", "statusCode": 403})
        if permission not in self.permissions and "all" not in self.permissions:
            message = f"Missing required permission: {permission}"
            raise Refused(403, {"message": message, "error": "Forbidden", "statusCode": 403})

    def of(self, owner):
        return [entry for whose, entry in self.sessions if whose == owner]

    def user(self, user_id):
        return {
            "id": user_id,
            "name": self.people[user_id],
            "email": f"{user_id[:8]}@example.org",
            "isAdmin": self.is_admin and user_id == as_uuid(OWNER),
            "deletedAt": None,
            "oauthId": "",
            "status": "active",
        }

    def answer(self, request):
        path = request.path
        match (request.method, path):
            case ("GET", ["api", "server", "version"]):
                major, minor, patch = (int(part) for part in self.version.split(".")[:3])
                return 200, {"major": major, "minor": minor, "patch": patch, "prerelease": None}
            case ("GET", ["api", "server", "ping"]):
                return 200, {"res": "pong"}
            case ("GET", ["api", "api-keys", "me"]):
                if not self.knows_its_key:
                    raise Refused(400, {"message": ["id must be a UUID"], "error": "Bad Request", "statusCode": 400})
                entry = {"id": self.key_id, "name": "Latchkey", "permissions": self.permissions}
                return 200, {**entry, "createdAt": iso(now_ms()), "updatedAt": iso(now_ms())}
            case ("GET", ["api", "users", "me"]):
                self.need("user.read")
                return 200, self.user(as_uuid(OWNER))
            case ("GET", ["api", "sessions"]):
                self.need("session.read")
                return 200, self.of(as_uuid(OWNER))
            case ("DELETE", ["api", "sessions"] | ["api", "sessions", ""]):
                # With a key, which is no session, none is spared.
                self.need("session.delete")
                self.sessions = [(owner, entry) for owner, entry in self.sessions if owner != as_uuid(OWNER)]
                return 204, None
            case ("DELETE", ["api", "sessions", session_id]):
                self.need("session.delete")
                if session_id not in [entry.get("id") for entry in self.of(as_uuid(OWNER))]:
                    message = "Not found or no session.delete access"
                    raise Refused(400, {"message": message, "error": "Bad Request", "statusCode": 400})
                if self.mode != "lies":
                    self.end(session_id)
                return 204, None
            case ("GET", ["api", "admin", "users"]):
                self.need("adminUser.read", admin=True)
                return 200, [self.user(user_id) for user_id in self.people]
            case ("GET", ["api", "admin", "users", user_id, "sessions"]):
                self.need("adminSession.read", admin=True)
                return 200, self.of(user_id)
        raise Refused(404, {"message": "Cannot " + request.method, "error": "Not Found", "statusCode": 404})


if __name__ == "__main__":
    rest.run(Immich())
