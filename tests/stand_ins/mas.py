"""A stand-in for Matrix Authentication Service: its admin API, and the token endpoint for clients with a secret. Beside what every
stand-in is told, a sign-in takes "list" (one of LISTS), "scope", "agent", "client" (for one that is no person's) and "raw": attributes to
be told as they are; its id is LIST/ULID."""

import base64
import secrets
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from common import Answer, StandIn, serve

LISTS = {"oauth2-sessions": "finished_at", "compat-sessions": "finished_at", "user-sessions": "finished_at", "personal-sessions": "revoked_at"}
MOST = 10**6


def faults(status, *titles):
    return Answer(status, {"errors": [{"title": title} for title in titles]})


def now():
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class Mas(StandIn):
    """Its state and its answers."""

    public = ("/.well-known/openid-configuration",)

    def __init__(self):
        super().__init__()
        self.version, self.page, self.endless, self.count = "v1.22.0", None, False, 0
        self.client, self.secret = self.ulid(), secrets.token_urlsafe(24)
        self.personal = f"mpt_{secrets.token_urlsafe(24)}_x"
        # Tokens that were given out: until when, by whose session, and whether they have the scope.
        self.tokens, self.users, self.rows = {self.personal: (float("inf"), None, True)}, {}, {name: {} for name in LISTS}
        self.lasts, self.has_personal = 300, True
        self.allowed = True

    def ulid(self):
        """An id after all that were before it, of the digits that its alphabet begins with."""
        self.count += 1
        return f"01KAB{self.count:021d}"

    def keys(self):
        return {"client_id": self.client, "key": self.secret}

    def token(self, request):
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    def authorized(self, request):
        given = request.headers.get("Authorization", "")
        if given.startswith("Basic "):
            return base64.b64decode(given.removeprefix("Basic ")).decode() == f"{self.client}:{self.secret}"
        until, session, _ = self.tokens.get(self.token(request), (0, None, False))
        return until > time.monotonic() and (session is None or self.rows["oauth2-sessions"][session]["finished_at"] is None)

    def is_public(self, request):
        # Who brings no key is told that one is missing, and a client without the right at once that it gets no token: other answers.
        is_bare = request.path.startswith("/api/admin/") and "Authorization" not in request.headers
        is_denied = request.path == "/oauth2/token" and self.mode == "too_few_rights"
        return request.path in self.public or is_bare or is_denied

    def refuses(self):
        return faults(401, "Unknown access token")

    def forbids(self):
        # It says so of a token without the scope.
        return faults(401, "Missing urn:mas:admin scope")

    def person(self, name):
        """The id of somebody with that name."""
        for id, user in self.users.items():
            if user["username"] == name:
                return id
        id = self.ulid()
        self.users[id] = {"username": name, "created_at": now(), "locked_at": None, "deactivated_at": None, "admin": False, "legacy_guest": False}
        return id

    def sign_in(self, asked):
        asked_list, _, id = str(asked.get("id") or "").rpartition("/")
        list = asked_list or asked.get("list", "oauth2-sessions")
        id = id or self.ulid()
        owner = None if asked.get("client") else self.person(asked.get("person", "mia"))
        made, name = now(), asked.get("client_name")
        device = secrets.token_hex(5).upper()
        row = {
            "created_at": made,
            "user_agent": asked.get("agent"),
            "last_active_at": made if asked.get("address") else None,
            "last_active_ip": asked.get("address"),
            LISTS[list]: None,
        }
        if list == "oauth2-sessions":
            scope = asked.get("scope", f"openid urn:matrix:client:api:* urn:matrix:client:device:{device}")
            row |= {"user_id": owner, "user_session_id": None, "client_id": asked.get("client", "01KAA000000000000000000001"), "scope": scope, "human_name": name}
        elif list == "compat-sessions":
            row |= {"user_id": owner, "user_session_id": None, "device_id": device, "redirect_uri": None, "human_name": name}
        elif list == "user-sessions":
            row |= {"user_id": owner}
        else:
            scope = asked.get("scope", "urn:matrix:client:api:*")
            row |= {"owner_user_id": owner, "owner_client_id": None, "actor_user_id": owner, "scope": scope, "human_name": name or "", "expires_at": None}
            # Of a token it tells the token only when it makes it; a list must not be read for it.
            row["access_token"] = f"mpt_{secrets.token_urlsafe(12)}"
        self.rows[list][id] = row | asked.get("raw", {})
        return {"id": f"{list}/{id}", "token": secrets.token_urlsafe(24)}

    def end(self, asked):
        list, _, id = asked["id"].partition("/")
        if id in self.rows.get(list, {}):
            self.rows[list][id][LISTS[list]] = now()

    def failed(self, asked):
        # It says so in its log only.
        pass

    def set_version(self, asked):
        super().set_version(asked)
        # How many rows a page has, whether pages ever end, how long tokens last, whether it has personal sessions, and whether the client
        # is an administrator.
        self.page, self.endless = asked.get("page"), asked.get("endless", False)
        self.lasts, self.has_personal = asked.get("lasts", 300), asked.get("personal", True)
        self.allowed = asked.get("allowed", True)

    def answer(self, request):
        if self.mode == "other":
            return Answer(404)
        path = [unquote(part) for part in urlsplit(request.handler.path).path.split("/")[1:]]
        match (request.method, path):
            case ("GET", [".well-known", "openid-configuration"]):
                return Answer(body={"issuer": "http://mas.test/", "account_management_actions_supported": ["org.matrix.profile", "org.matrix.devices_list"]})
            case ("POST", ["oauth2", "token"]):
                return self.give(request)
            case ("POST", ["oauth2", "revoke"]):
                _, session, _ = self.tokens.pop(parse_qs(request.body.decode()).get("token", [""])[0], (0, None, False))
                if session:
                    self.end({"id": f"oauth2-sessions/{session}"})
                return Answer(200)
            case (_, ["api", "admin", "v1", *rest]):
                return self.administer(request, rest)
        return Answer(404)

    def give(self, request):
        """A token for a client's secret: a session of its own each time."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            return Answer(400, {"error": "unsupported_grant_type"})
        if (not self.allowed or self.mode == "too_few_rights") and "urn:mas:admin" in form.get("scope", ""):
            return Answer(403, {"error": "invalid_scope", "error_description": "scope not allowed"})
        session = self.sign_in({"client": self.client, "scope": form.get("scope", ""), "agent": request.headers.get("User-Agent")})["id"].partition("/")[2]
        token = f"mat_{secrets.token_urlsafe(24)}_x"
        self.tokens[token] = (time.monotonic() + self.lasts, session, "urn:mas:admin" in form.get("scope", ""))
        return Answer(body={"access_token": token, "expires_in": self.lasts, "token_type": "Bearer", "scope": form.get("scope", "")})

    def administer(self, request, path):
        """Its admin API."""
        if "Authorization" not in request.headers:
            return faults(400, "Missing authorization header")
        if not self.tokens.get(self.token(request), (0, None, False))[2]:
            return self.forbids()
        if path and path[0] == "personal-sessions" and not self.has_personal:
            return Answer(404)
        match (request.method, path):
            case ("GET", ["version"]):
                return Answer(body={"version": self.version})
            case ("GET", ["users"]):
                return self.listed(request, "user", self.users, "deactivated_at")
            case ("GET", [list]) if list in LISTS:
                return self.listed(request, list.removesuffix("s"), self.rows[list], LISTS[list])
            case (_, [list, id, *how]) if list in LISTS:
                if id not in self.rows[list]:
                    return faults(404, f"Session with ID {id} not found")
                if (request.method, how) == ("GET", []):
                    return self.single(list, id)
                if (request.method, how) == ("POST", ["revoke" if list == "personal-sessions" else "finish"]):
                    return self.finish(list, id)
        return Answer(404)

    def resource(self, kind, id, row):
        return {"type": kind, "id": id, "attributes": row, "links": {"self": f"/api/admin/v1/{kind}s/{id}"}, "meta": {"page": {"cursor": id}}}

    def single(self, list, id):
        found = self.resource(list.removesuffix("s"), id, self.rows[list][id])
        return Answer(body={"data": found, "links": found["links"]})

    def finish(self, list, id):
        """Ends one."""
        if self.rows[list][id][LISTS[list]] is not None:
            return faults(409 if list == "personal-sessions" else 400, f"Session with ID {id} is already over")
        if self.mode != "lies":
            self.end({"id": f"{list}/{id}"})
        return self.single(list, id)

    def listed(self, request, kind, rows, over):
        """A page of a list."""
        asked = request.query
        wanted = asked.get("filter[status]")
        ids = sorted(id for id, row in rows.items() if wanted is None or (wanted == "active") == (row[over] is None))
        after = "" if self.endless else asked.get("page[after]", "")
        left = [id for id in ids if id > after]
        size = min(int(asked.get("page[first]", 10)), self.page or MOST)
        links = {"self": request.handler.path, "first": f"/api/admin/v1/{kind}s?page[first]={size}"}
        if self.endless or len(left) > size:
            # Where it says that the next page is, nobody must go.
            links["next"] = "http://192.0.2.1/api/admin/v1/elsewhere"
        return Answer(body={"data": [self.resource(kind, id, rows[id]) for id in left[:size]], "links": links})


if __name__ == "__main__":
    serve(Mas())
