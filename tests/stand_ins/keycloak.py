"""A stand-in for Keycloak 26: a realm with a confidential client, people, their sessions, those that stay ("offline"), and events.

Beside the common control calls: `set {"roles": [...], "events_enabled": bool}`; a sign-in with `"offline": true` stays.
"""

import uuid
from urllib.parse import parse_qs

import rest
from rest import Refused, as_uuid, now_ms

REALM = "home"
CLIENT, SECRET = "latchkey", "keycloak-secret-of-latchkey"


class Keycloak(rest.Service):
    version = "26.4.0"
    key_refused = Refused(401, {"error": "HTTP 401 Unauthorized"})
    too_few_rights = Refused(403, {"error": "HTTP 403 Forbidden"})

    def __init__(self):
        super().__init__()
        self.tokens = set()
        self.roles = ["view-users", "manage-users", "view-events"]
        self.events_enabled = True
        self.people = {}
        self.sessions = []
        self.events = []

    def keys(self):
        return {"realm": REALM, "client_id": CLIENT, "client_secret": SECRET}

    def is_key_good(self, headers):
        return (headers.get("Authorization") or "").removeprefix("Bearer ") in self.tokens

    def is_open(self, method, path):
        return path.startswith("/realms/")

    def sign_in(self, told):
        person = told.get("person", "mia")
        person_id = told.get("person_id") or as_uuid(person)
        self.people.setdefault(person_id, person)
        is_offline = bool(told.get("offline"))
        client = told.get("client_name", "account-console")
        entry = {
            "id": as_uuid(told.get("id")),
            "username": self.people[person_id].lower(),
            "userId": person_id,
            "ipAddress": told.get("address", "192.168.1.20"),
            "start": now_ms(),
            "lastAccess": now_ms(),
            "rememberMe": False,
            "clients": {as_uuid(client): client},
            "transientUser": False,
        }
        self.sessions.append((is_offline, rest.with_oddities(entry, told)))
        return {"id": entry["id"] + ("/offline" if is_offline else ""), "token": str(uuid.uuid4())}

    def end(self, external_id):
        is_offline = str(external_id).endswith("/offline")
        session_id = as_uuid(str(external_id).removesuffix("/offline"))
        self.sessions = [
            (offline, entry)
            for offline, entry in self.sessions
            if (offline, entry.get("id")) != (is_offline, session_id)
        ]

    def failed(self, told):
        event = {
            "id": as_uuid(told.get("id")),
            "time": now_ms(),
            "type": "LOGIN_ERROR",
            "realmId": as_uuid(REALM),
            "clientId": "account-console",
            "userId": None,
            "sessionId": None,
            "ipAddress": told.get("address", "203.0.113.9"),
            "error": "invalid_user_credentials",
            "details": {"auth_method": "openid-connect", "username": told.get("person", "mia"), "code_id": as_uuid(None)},
        }
        if self.events_enabled:
            self.events.insert(0, rest.with_oddities(event, told))

    def need(self, *roles):
        if not any(role in self.roles for role in roles):
            raise Refused(403, {"error": "HTTP 403 Forbidden"})

    def user(self, person_id):
        access = {"view": True, "manage": "manage-users" in self.roles}
        return {
            "id": person_id, "username": self.people[person_id].lower(), "enabled": True, "emailVerified": False,
            "createdTimestamp": 0, "totp": False, "access": access,
        }

    def of(self, person_id, is_offline):
        if person_id not in self.people:
            raise Refused(404, {"error": "User not found"})
        return [entry for offline, entry in self.sessions if offline == is_offline and entry.get("userId") == person_id]

    def token(self, request):
        # A client may show its secret in the form or as HTTP Basic; this one takes the form, as both sides send it.
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        is_refused = self.mode == "key_refused" or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET)
        if is_refused:
            said = {"error": "invalid_client", "error_description": "Invalid client or Invalid client credentials"}
            raise Refused(401, said)
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant_type"})
        token = str(uuid.uuid4())
        self.tokens.add(token)
        return 200, {"access_token": token, "expires_in": 300, "refresh_expires_in": 0, "token_type": "Bearer", "scope": "profile email"}

    def answer(self, request):
        match (request.method, request.path):
            case (_, ["realms" | "admin", *rest_of_it]) if not self.is_realm(request.path):
                raise Refused(404, {"error": "Realm does not exist" if request.path[0] == "realms" else "Realm not found."})
            case ("GET", ["realms", realm]):
                here = f"http://127.0.0.1/realms/{realm}"
                return 200, {
                    "realm": realm, "public_key": "MIIB", "token-service": f"{here}/protocol/openid-connect",
                    "account-service": f"{here}/account", "tokens-not-before": 0,
                }
            case ("POST", ["realms", _, "protocol", "openid-connect", "token"]):
                return self.token(request)
            case ("GET", ["admin", "realms", _]):
                self.need("view-users", "manage-users", "view-events", "view-realm")
                said = {"realm": REALM, "displayName": None}
                return 200, {**said, "eventsEnabled": self.events_enabled} if "view-realm" in self.roles else said
            case ("GET", ["admin", "realms", _, "users"]):
                self.need("view-users", "manage-users")
                first, most = request.number("first", 0), request.number("max", 100)
                return 200, [self.user(person_id) for person_id in sorted(self.people)[first : first + most]]
            case ("GET", ["admin", "realms", _, "users", person_id, "sessions"]):
                self.need("view-users", "manage-users")
                return 200, self.of(person_id, False)
            case ("GET", ["admin", "realms", _, "users", person_id, "consents"]):
                self.need("view-users", "manage-users")
                clients = {}
                for entry in self.of(person_id, True):
                    clients.update(entry.get("clients") or {})
                grants = [
                    {"clientId": name, "grantedClientScopes": [], "createdDate": None, "lastUpdatedDate": None,
                     "additionalGrants": [{"client": client, "key": "Offline Token"}]}
                    for client, name in clients.items()
                ]
                return 200, grants
            case ("GET", ["admin", "realms", _, "users", person_id, "offline-sessions", client]):
                self.need("view-users", "manage-users")
                return 200, [entry for entry in self.of(person_id, True) if client in (entry.get("clients") or {})]
            case ("GET", ["admin", "realms", _, "events"]):
                self.need("view-events")
                wanted = request.query.get("type")
                listed = [event for event in self.events if not wanted or event["type"] in wanted]
                first, most = request.number("first", 0), request.number("max", 100)
                return 200, listed[first : first + most]
            case ("DELETE", ["admin", "realms", _, "sessions", session_id]):
                self.need("manage-users")
                is_offline = request.first("isOffline") == "true"
                if (is_offline, session_id) not in [(offline, entry.get("id")) for offline, entry in self.sessions]:
                    raise Refused(404, {"error": "Session not found"})
                if self.mode != "lies":
                    self.end(session_id + ("/offline" if is_offline else ""))
                return 204, None
        raise Refused(404, {"error": "HTTP 404 Not Found"})

    def is_realm(self, path):
        names = path[1:2] if path[0] == "realms" else path[2:3]
        return names in ([REALM], ["master"])


if __name__ == "__main__":
    rest.run(Keycloak())
