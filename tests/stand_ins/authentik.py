"""A stand-in for authentik 2026.8: authenticated sessions of everybody, users, and the events of sign-ins that failed.

Beside the common control calls: `set {"is_superuser": bool, "may": [...]}`, where `may` lists what a token of no administrator may do:
"view_authenticatedsession", "delete_authenticatedsession", "view_user", "view_event".
"""

import rest
from rest import Refused, as_uuid, iso, now_ms

OWNER = "akadmin"
NO_RIGHT = {"detail": "You do not have permission to perform this action."}


class Authentik(rest.Service):
    version = "2026.8.5"
    # It says 403 to both.
    key_refused = Refused(403, {"detail": "Token invalid/expired"})
    too_few_rights = Refused(403, NO_RIGHT)
    most_on_a_page = 100

    def __init__(self):
        super().__init__()
        self.key = "authentik-token-of-latchkey"
        self.is_superuser = True
        self.may = []
        self.people = {1: OWNER}
        self.sessions = []
        self.events = []

    def keys(self):
        return {"key": self.key}

    def is_key_good(self, headers):
        return headers.get("Authorization") == f"Bearer {self.key}"

    def is_open(self, method, path):
        return path == "/api/v3/root/config/"

    def is_spared(self, method, path):
        return path == "/api/v3/core/users/me/"

    def number_of(self, told):
        if told.get("person_id") is not None:
            number = int(told["person_id"])
            self.people.setdefault(number, told.get("person", OWNER))
            return number
        name = told.get("person", OWNER)
        for number, known in self.people.items():
            if known == name:
                return number
        self.people[len(self.people) + 1] = name
        return len(self.people)

    def sign_in(self, told):
        agent = told.get("user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0")
        entry = {
            "uuid": as_uuid(told.get("id")),
            "current": False,
            "user_agent": {
                "device": {"brand": None, "family": "Other", "model": None},
                "os": {"family": "Windows", "major": "10", "minor": None, "patch": None, "patch_minor": None},
                "user_agent": {
                    "family": told.get("client_name", "Firefox"), "major": "131", "minor": "0", "patch": "",
                },
                "string": agent,
            },
            "geo_ip": None,
            "asn": None,
            "user": self.number_of(told),
            "last_ip": told.get("address", "192.168.1.20"),
            "last_user_agent": agent,
            "last_used": iso(now_ms()),
            "expires": iso(now_ms() + 14 * 86_400_000),
        }
        self.sessions.append(rest.with_oddities(entry, told))
        return {"id": entry["uuid"], "token": as_uuid(None)}

    def end(self, external_id):
        self.sessions = [entry for entry in self.sessions if entry.get("uuid") != as_uuid(external_id)]

    def failed(self, told):
        event = {
            "pk": as_uuid(told.get("id")),
            "user": {"pk": 0, "email": "", "username": "AnonymousUser"},
            "action": "login_failed",
            "app": "authentik.events.signals",
            "context": {"username": told.get("person", OWNER), "stage": {"pk": as_uuid("stage")}},
            "client_ip": told.get("address", "203.0.113.9"),
            "created": iso(now_ms()),
            "expires": iso(now_ms() + 365 * 86_400_000),
            "brand": None,
        }
        self.events.insert(0, rest.with_oddities(event, told))

    def has(self, right):
        return self.is_superuser or right in self.may

    def page(self, request, listed, one):
        size = max(1, min(request.number("page_size", 20), self.most_on_a_page))
        number = request.number("page", 1)
        pages = max(1, -(-len(listed) // size))
        if not 1 <= number <= pages:
            raise Refused(404, {"detail": "Invalid page."})
        start = (number - 1) * size
        pagination = {
            "next": number + 1 if number < pages else 0,
            "previous": number - 1,
            "count": len(listed),
            "current": number,
            "total_pages": pages,
            "start_index": start + 1,
            "end_index": min(start + size, len(listed)),
        }
        return 200, {"pagination": pagination, "results": [one(entry) for entry in listed[start : start + size]], "autocomplete": {}}

    def user(self, number):
        name = self.people[number]
        return {
            "pk": number, "username": name.lower(), "name": name, "is_active": True, "last_login": None,
            "date_joined": iso(0), "is_superuser": number == 1 and self.is_superuser, "groups": [],
            "groups_obj": None, "roles": [], "roles_obj": None, "email": "", "avatar": "data:", "attributes": {},
            "uid": as_uuid(str(number)), "path": "users", "type": "internal", "uuid": as_uuid(str(number)),
            "password_change_date": iso(0), "last_updated": iso(0),
        }

    def me(self):
        user = {
            "pk": 1, "username": OWNER, "name": OWNER, "is_active": True, "is_superuser": self.is_superuser,
            "is_current": True, "groups": [], "roles": [], "email": "", "avatar": "data:", "uid": as_uuid("1"),
            "settings": {}, "type": "internal", "system_permissions": [],
        }
        return {"user": user, "users": [user]}

    def visible(self):
        # Who may not see all of them sees their own.
        if self.has("view_authenticatedsession"):
            return self.sessions
        return [entry for entry in self.sessions if entry.get("user") == 1]

    def answer(self, request):
        match (request.method, request.path):
            case ("GET", ["api", "v3", "root", "config", ""]):
                reporting = {"enabled": False, "sentry_dsn": "", "environment": "", "send_pii": False, "traces_sample_rate": 0.1}
                return 200, {
                    "error_reporting": reporting, "capabilities": ["can_geo_ip"], "cache_timeout": 300,
                    "cache_timeout_flows": 300, "cache_timeout_policies": 300,
                }
            case ("GET", ["api", "v3", "core", "users", "me", ""]):
                return 200, self.me()
            case ("GET", ["api", "v3", "core", "users", ""]):
                if not self.has("view_user"):
                    raise Refused(403, NO_RIGHT)
                return self.page(request, sorted(self.people), self.user)
            case ("GET", ["api", "v3", "core", "authenticated_sessions", ""]):
                listed = sorted(self.visible(), key=lambda entry: str(entry.get("uuid")))
                return self.page(request, listed, lambda entry: entry)
            case ("GET" | "DELETE", ["api", "v3", "core", "authenticated_sessions", session_id, ""]):
                found = [entry for entry in self.visible() if entry.get("uuid") == session_id]
                if not found:
                    raise Refused(404, {"detail": "No AuthenticatedSession matches the given query."})
                if request.method == "GET":
                    return 200, found[0]
                if not self.has("delete_authenticatedsession") and found[0].get("user") != 1:
                    raise Refused(403, NO_RIGHT)
                if self.mode != "lies":
                    self.end(session_id)
                return 204, None
            case ("GET", ["api", "v3", "events", "events", ""]):
                if not self.has("view_event"):
                    raise Refused(403, NO_RIGHT)
                actions = request.query.get("actions")
                listed = [event for event in self.events if not actions or event["action"] in actions]
                return self.page(request, listed, lambda event: event)
        raise Refused(404, {"detail": "Not found."})


if __name__ == "__main__":
    rest.run(Authentik())
