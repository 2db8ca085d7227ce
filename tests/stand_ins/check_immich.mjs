// Checks the stand-in for Immich by Immich's own client: `npm install @immich/sdk@3.2.2`, then `node check_immich.mjs`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  deleteSession, getMyApiKey, getServerVersion, getSessions, getUserSessionsAdmin, init, pingServer, searchUsersAdmin,
} from "@immich/sdk";

const script = fileURLToPath(new URL("immich.py", import.meta.url));
const standIn = spawn("python3", ["-B", script], { stdio: ["ignore", "pipe", "inherit"] });
try {
  const [first] = await once(standIn.stdout, "data");
  const url = `http://127.0.0.1:${/listening on (\d+)/.exec(String(first))[1]}`;
  const control = async (path, body) => {
    const answer = await fetch(`${url}/_test/${path}`, body && { method: "POST", body: JSON.stringify(body) });
    assert.equal(answer.status, 200);
    return answer.json();
  };
  const { fields } = await control("keys");
  init({ baseUrl: `${url}/api`, apiKey: fields.key });

  const version = await getServerVersion();
  assert.deepEqual([version.major, version.minor, version.patch], [3, 2, 2]);
  assert.equal((await pingServer()).res, "pong");
  assert.deepEqual((await getMyApiKey()).permissions, ["session.read", "session.delete"]);

  const own = await control("sign-in", { person: "Mia", client_name: "Firefox" });
  const other = await control("sign-in", { person: "Ben", client_name: "Pixel 8", os: "Android", app_version: "3.2.2" });
  const sessions = await getSessions();
  assert.deepEqual(sessions.map((session) => [session.id, session.deviceType]), [[own.id, "Firefox"]]);
  await assert.rejects(deleteSession({ id: other.id }), { status: 400 });
  await assert.rejects(searchUsersAdmin({}), { status: 403 });

  await control("set", { is_admin: true, permissions: ["session.read", "session.delete", "adminUser.read", "adminSession.read"] });
  const people = await searchUsersAdmin({});
  assert.deepEqual(people.map((user) => user.name), ["Mia", "Ben"]);
  const ofBen = await getUserSessionsAdmin({ id: people[1].id });
  assert.deepEqual(ofBen.map((session) => [session.id, session.appVersion]), [[other.id, "3.2.2"]]);

  await deleteSession({ id: own.id });
  assert.deepEqual(await getSessions(), []);
  await control("mode", { mode: "key_refused" });
  await assert.rejects(getSessions(), { status: 401 });
  console.log("immich: the client gets along with the stand-in");
} finally {
  standIn.kill();
}
