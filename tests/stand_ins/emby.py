"""A stand-in for Emby 4.8. Its sign-ins have numbers of the server's own as their ids."""

import hashlib

from common import Answer, serve
from media_server import MediaServer

FOR_ADMINISTRATORS = ("/emby/Devices", "/emby/System/ActivityLog/Entries", "/emby/Users/Query")


class Emby(MediaServer):
    """Its state and its answers."""

    public = ("/emby/System/Info/Public",)
    failed_kind = "user.authenticationfailed"

    def __init__(self):
        super().__init__("4.8.11.0")
        self.made = 0

    def token(self, request):
        """The token, by either way that it takes."""
        return request.headers.get("X-Emby-Token") or request.query.get("api_key")

    def authorized(self, request):
        token = self.token(request)
        return token == self.key or self.row_of(token) is not None

    def sign_in(self, asked):
        row = self.row(asked)
        self.made += 1
        row["number"] = int(asked.get("id") or self.made)
        row["id"] = asked.get("device_id") or hashlib.md5(f"{row['name']}{row['number']}".encode()).hexdigest()
        self.rows.append(row)
        self.note("user.authenticated", f"{row['user']} has authenticated", f"IP address: {row['address']}", row["user_id"])
        return {"id": str(row["number"]), "token": row["token"]}

    def end(self, asked):
        self.rows = [row for row in self.rows if str(row["number"]) != str(asked["id"])]

    def answer(self, request):
        person = self.row_of(self.token(request))
        if person and not person["administrator"] and request.path.startswith(FOR_ADMINISTRATORS):
            return Answer(403)
        found = {
            ("GET", "/emby/System/Info/Public"): self.identity,
            ("GET", "/emby/System/Info"): self.identity,
            ("GET", "/emby/Devices"): lambda _: Answer(body={"Items": self.devices(), "TotalRecordCount": len(self.rows)}),
            ("DELETE", "/emby/Devices"): self.delete,
            ("POST", "/emby/Devices/Delete"): self.delete,
            ("GET", "/emby/Sessions"): lambda _: Answer(body=self.sessions()),
            ("GET", "/emby/System/ActivityLog/Entries"): self.entries_answer,
        }.get((request.method, request.path))
        return found(request) if found else Answer(404)

    def identity(self, _):
        """What it says it is."""
        told = {"LocalAddresses": [], "RemoteAddresses": [], "ServerName": "Attic", "Version": self.version, "Id": self.id}
        if self.mode == "other":
            told |= {"ProductName": "Jellyfin Server", "Version": "10.8.13"}
        return Answer(body=told)

    def devices(self):
        """The rows, as `/Devices` has them."""
        return [
            {
                "Id": str(row["number"]),
                "InternalId": row["number"],
                "ReportedDeviceId": row["id"],
                "Name": row["name"],
                "LastUserName": row["user"],
                "LastUserId": row["user_id"],
                "AppName": row["app"],
                "AppVersion": row["app_version"],
                "DateLastActivity": row["at"],
                "IpAddress": row["address"],
                **row["raw"],
            }
            for row in self.rows
        ]

    def sessions(self):
        """What is in memory, the one of the API key among it."""
        own = {"Id": "0", "DeviceId": self.id, "Client": "Latchkey", "RemoteEndPoint": "127.0.0.1"}
        live = [row for row in self.rows if row["session"]]
        return [own] + [{"InternalDeviceId": row["number"], "Protocol": "HTTP/1.1", **self.session_of(row, row["id"])} for row in live]

    def delete(self, request):
        """Ends a device."""
        number = request.query.get("id")
        if self.mode == "lies":
            return Answer(204)
        kept = [row for row in self.rows if str(row["number"]) != number]
        if len(kept) == len(self.rows):
            return Answer(404)
        self.rows = kept
        return Answer(204)


if __name__ == "__main__":
    serve(Emby())
