"""What Jellyfin and Emby have in common, as one grew out of the other: rows of devices, sessions in memory, and an activity log."""

import datetime
import hashlib
import secrets

from common import Answer, StandIn

NOBODY = "0" * 32


def now():
    """The time as both write it: with seven digits of a fraction."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def moment(text):
    """A moment that was asked with or answered, to compare."""
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)


class MediaServer(StandIn):
    """Its state. Extra fields of a sign-in: `app`, `app_version`, `at`, `playing`, `administrator`; `session`: false for one that has none;
    `raw` and `session_raw`: fields of the answer as they should stand there, whatever they are."""

    failed_kind = "AuthenticationFailed"

    def __init__(self, version):
        super().__init__()
        self.version = version
        self.key = secrets.token_hex(16)
        self.id = secrets.token_hex(16)
        self.rows, self.log, self.entries = [], [], 0

    def keys(self):
        return {"key": self.key}

    def failed(self, asked):
        overview = asked.get("overview", f"IP address: {asked.get('address', '')}")
        name = asked.get("name", f"Failed login try from {asked.get('person', '')}")
        for _ in range(asked.get("times", 1)):
            self.note(self.failed_kind, name, overview, NOBODY, asked.get("raw", {}))

    def note(self, kind, name, overview, user, raw=()):
        """Writes into the activity log."""
        self.entries += 1
        entry = {"Id": self.entries, "Name": name, "Type": kind, "ShortOverview": overview, "Date": now(), "UserId": user, "Severity": "Information"}
        self.log.append({**entry, **dict(raw)})
        self.noted()

    def noted(self):
        """Something was written into the log."""

    def row(self, asked):
        """A row of a sign-in that is asked for."""
        person = asked.get("person", "Mia")
        return {
            "user_id": asked.get("person_id") or hashlib.md5(person.encode()).hexdigest(),
            "user": person,
            "name": asked.get("client_name", "Living room"),
            "app": asked.get("app", "Web"),
            "app_version": asked.get("app_version", "1.2.3"),
            "at": asked.get("at") or now(),
            "address": asked.get("address", ""),
            "playing": asked.get("playing"),
            "session": asked.get("session", True),
            "administrator": asked.get("administrator", False),
            "raw": asked.get("raw", {}),
            "session_raw": asked.get("session_raw", {}),
            "token": secrets.token_hex(16),
        }

    def row_of(self, token):
        """The row that has the token."""
        return next((row for row in self.rows if token and row["token"] == token), None)

    def entries_answer(self, request):
        """The activity log, newest first."""
        since = request.query.get("mindate")
        found = [entry for entry in reversed(self.log) if since is None or moment(entry["Date"]) >= moment(since)]
        start = int(request.query.get("startindex") or 0)
        limit = int(request.query.get("limit") or len(found))
        return Answer(body={"Items": found[start : start + limit], "TotalRecordCount": len(found), "StartIndex": start})

    def session_of(self, row, device_id):
        """A session, as `/Sessions` has it."""
        session = {
            "Id": hashlib.md5((row["app"] + device_id + row["user_id"]).encode()).hexdigest(),
            "UserId": row["user_id"],
            "UserName": row["user"],
            "Client": row["app"],
            "ApplicationVersion": row["app_version"],
            "DeviceId": device_id,
            "DeviceName": row["name"],
            "RemoteEndPoint": row["address"],
            "LastActivityDate": row["at"],
            "LastPlaybackCheckIn": "0001-01-01T00:00:00.0000000Z",
            "ServerId": self.id,
        }
        if row["playing"]:
            session["NowPlayingItem"] = {"Name": row["playing"], "Id": self.id}
        return {**session, **row["session_raw"]}
