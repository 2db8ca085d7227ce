"""A stand-in for Synapse: its admin API, and the client-server API as far as a user's own devices go. The key is that of Mia, who is an
administrator. Beside what every stand-in is told, a sign-in takes "agent", "seen" (milliseconds, or null for never) and "raw": fields to
be told as they are; its id is USER/DEVICE."""

import secrets
import time
from urllib.parse import unquote, urlsplit

from common import Answer, StandIn, serve

HOME = "home.test"
PASSWORD = "correct horse battery staple"
VERSIONS = ["r0.6.1", *(f"v1.{minor}" for minor in range(1, 16))]


def fault(status, code, text, **more):
    return Answer(status, {"errcode": code, "error": text, **more})


def user_of(person):
    """The id of somebody with that name."""
    if person.startswith("@"):
        return person
    return f"@{''.join(c if c.isascii() and c.isalnum() else '_' for c in person.lower())}:{HOME}"


def parts(id):
    """The user and the device in an id; the device alone where it names nobody."""
    if not id.startswith("@"):
        return "", id
    name, _, rest = id.partition(":")
    home, _, device = rest.partition("/")
    return f"{name}:{home}", device


class Synapse(StandIn):
    """Its state and its answers."""

    public = ("/_matrix/client/versions", "/_matrix/federation/v1/version", "/_synapse/admin/v1/server_version", "/_matrix/client/v3/login")

    def __init__(self, everybody_is=None):
        super().__init__()
        self.version = "1.163.2"
        # Where the client-server API alone is of interest, whoever signs in is the key's own user.
        self.everybody_is = everybody_is
        self.key = f"syt_{secrets.token_urlsafe(24)}"
        self.me, self.own = user_of("mia"), "LATCHKEY01"
        self.names, self.devices, self.tokens, self.sessions, self.stream = {self.me: "Mia"}, [], {}, {}, {}
        self.moment, self.page, self.endless = 1, None, False
        self.sign_in({"person": "Mia", "id": self.own, "client_name": "Latchkey", "address": "127.0.0.1"}, self.key)

    def keys(self):
        return {"key": self.key, "password": PASSWORD}

    def token(self, request):
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    def authorized(self, request):
        return self.token(request) in self.tokens

    def refuses(self):
        return fault(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.", soft_logout=False)

    def forbids(self):
        return fault(403, "M_FORBIDDEN", "You are not a server admin")

    def sign_in(self, asked, token=None):
        asked_user, device = parts(str(asked.get("id") or ""))
        person = self.everybody_is or asked.get("person_id") or asked_user or asked.get("person") or "mia"
        user = user_of(person)
        self.names.setdefault(user, asked.get("person") or person)
        device = device or secrets.token_hex(5).upper()
        seen = asked.get("seen", int(time.time() * 1000)) if asked.get("address") or "seen" in asked else None
        row = {
            "user_id": user,
            "device_id": device,
            "display_name": asked.get("client_name"),
            "last_seen_user_agent": asked.get("agent") if seen else None,
            "last_seen_ts": seen,
            "last_seen_ip": asked.get("address") if seen else None,
        }
        if not asked.get("again"):
            self.devices = [old for old in self.devices if (old["user_id"], old["device_id"]) != (user, device)]
        self.devices.append(row | asked.get("raw", {}))
        token = token or f"syt_{secrets.token_urlsafe(24)}"
        self.tokens[token] = (user, device)
        self.note(user)
        return {"id": f"{user}/{device}", "token": token}

    def end(self, asked):
        user, device = parts(asked["id"])
        self.drop(user, [device])

    def drop(self, user, devices):
        """Ends devices of somebody, and every token of theirs."""
        self.devices = [row for row in self.devices if row["user_id"] != user or row["device_id"] not in devices]
        self.tokens = {token: who for token, who in self.tokens.items() if who[0] != user or who[1] not in devices}
        self.note(user)

    def note(self, user):
        """Whose devices changed, and when."""
        self.moment += 1
        self.stream[user] = self.moment

    def failed(self, asked):
        # It says so in its log only.
        pass

    def set_version(self, asked):
        super().set_version(asked)
        # How many users a page has, and whether pages ever end.
        self.page, self.endless = asked.get("page"), asked.get("endless", False)

    def answer(self, request):
        if self.mode == "other":
            return Answer(404)
        path = [unquote(part) for part in urlsplit(request.handler.path).path.split("/")[1:]]
        match (request.method, path):
            case ("GET", ["_synapse", "admin", "v1", "server_version"]):
                return Answer(body={"server_version": self.version})
            case ("GET", ["_matrix", "client", "versions"]):
                return Answer(body={"versions": VERSIONS, "unstable_features": {"org.matrix.e2e_cross_signing": True}})
            case ("GET", ["_matrix", "federation", "v1", "version"]):
                return Answer(body={"server": {"name": "Synapse", "version": self.version}})
            case ("POST", ["_matrix", "client", "v3", "login"]):
                return self.login(request)
            case ("GET", ["_matrix", "client", "v3", "account", "whoami"]):
                user, device = self.tokens[self.token(request)]
                return Answer(body={"user_id": user, "is_guest": False, "device_id": device})
            case (_, ["_matrix", "client", "v3", *rest]):
                return self.as_user(request, rest)
            case (_, ["_synapse", "admin", version, "users", *rest]):
                is_admin = self.tokens[self.token(request)][0] == self.me
                return self.as_administrator(request, version, rest) if is_admin else self.forbids()
        return fault(404, "M_UNRECOGNIZED", "Unrecognized request")

    def login(self, request):
        """A sign-in by name and password, as clients do it."""
        asked = request.json()
        if asked.get("password") != PASSWORD:
            return fault(403, "M_FORBIDDEN", "Invalid username or password")
        user = user_of(asked["identifier"]["user"])
        made = self.sign_in({
            "person": user, "id": asked.get("device_id"), "client_name": asked.get("initial_device_display_name"),
        })
        return Answer(body={"user_id": user, "access_token": made["token"], "home_server": HOME, "device_id": parts(made["id"])[1]})

    def of(self, user):
        return [row for row in self.devices if row["user_id"] == user]

    def as_user(self, request, path):
        """The client-server API, for the user whose token it is."""
        user, _ = self.tokens[self.token(request)]
        own = [{name: told for name, told in row.items() if name != "last_seen_user_agent"} for row in self.of(user)]
        match (request.method, path):
            case ("GET", ["devices"]):
                return Answer(body={"devices": own})
            case ("GET", ["devices", device]):
                return self.one(own, device)
            case ("POST", ["delete_devices"]):
                return self.after_proof(request, user)
            case ("GET", ["sync"]):
                return lambda: self.sync(request, user)
            case ("POST", ["logout"]):
                self.drop(user, [self.tokens[self.token(request)][1]])
                return Answer(body={})
        return fault(404, "M_UNRECOGNIZED", "Unrecognized request")

    @staticmethod
    def one(rows, device):
        found = [row for row in rows if row["device_id"] == device]
        return Answer(body=found[0]) if found else fault(404, "M_NOT_FOUND", "Not found")

    def after_proof(self, request, user):
        """Ends devices once the password was given for it."""
        asked = request.json()
        proof = asked.get("auth") or {}
        stages = ["m.login.sso"] if self.version.endswith("sso") else ["m.login.password"]
        doubt = {"session": proof.get("session") or secrets.token_urlsafe(18), "flows": [{"stages": stages}], "params": {}}
        if self.sessions.setdefault(doubt["session"], asked["devices"]) != asked["devices"] or not proof:
            return Answer(401, doubt)
        if proof.get("password") != PASSWORD or user_of(proof["identifier"]["user"]) != user:
            return Answer(401, {"errcode": "M_FORBIDDEN", "error": "Invalid password", "completed": [], **doubt})
        if self.mode != "lies":
            self.drop(user, asked["devices"])
        return Answer(body={})

    def sync(self, request, user):
        """Waits until the devices of somebody changed."""
        since = request.query.get("since")
        with self.changed:
            if since is not None:
                at, mode = int(since.removeprefix("s")), self.mode
                wait = min(int(request.query.get("timeout", 0)), 30000) / 1000
                self.changed.wait_for(lambda: self.moment > at or self.mode != mode, wait)
                if self.mode == "key_refused" or not self.authorized(request):
                    return self.refuses()
                if self.mode not in ("ok", "lies"):
                    return Answer(503, headers={"Retry-After": "2"})
            changed = [who for who, moment in self.stream.items() if since is not None and moment > at]
            told = {"next_batch": f"s{self.moment}", "device_one_time_keys_count": {"signed_curve25519": 0}}
            return Answer(body=told | ({"device_lists": {"changed": changed, "left": []}} if changed else {}))

    def as_administrator(self, request, version, path):
        """The admin API, below `users`."""
        match (request.method, version, path):
            case ("GET", "v2", []):
                return self.users(request)
            case ("GET", "v1", [user, "admin"]):
                return Answer(body={"admin": user == self.me})
            case ("GET", "v2", [user, "devices"]):
                if user not in self.names:
                    return fault(404, "M_NOT_FOUND", "Unknown user")
                return Answer(body={"devices": self.of(user), "total": len(self.of(user))})
            case ("GET", "v2", [user, "devices", device]):
                return self.one(self.of(user), device)
            case ("DELETE", "v2", [user, "devices", device]):
                if user not in self.names:
                    return fault(404, "M_NOT_FOUND", "Unknown user")
                if self.mode != "lies":
                    self.drop(user, [device])
                return Answer(body={})
        return fault(404, "M_UNRECOGNIZED", "Unrecognized request")

    def users(self, request):
        """A page of the users."""
        first, size = int(request.query.get("from", 0)), min(int(request.query.get("limit", 100)), self.page or 10**6)
        all = sorted(self.names)
        rows = [
            {
                "name": user, "user_type": "bot" if "_bot" in user else None, "is_guest": False, "admin": user == self.me, "deactivated": False,
                "shadow_banned": False, "displayname": self.names[user], "avatar_url": None, "creation_ts": 1795827061000,
                "erased": False, "last_seen_ts": None, "locked": False,
            }
            for user in all[first : first + size]
        ]
        told = {"users": rows, "total": len(all)}
        if self.endless or first + size < len(all):
            told["next_token"] = str(first if self.endless else first + size)
        return Answer(body=told)


if __name__ == "__main__":
    serve(Synapse())
