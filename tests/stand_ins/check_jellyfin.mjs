// Whether the stand-in for Jellyfin gets along with Jellyfin's own client: `node check_jellyfin.mjs`, with @jellyfin/sdk installed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { Jellyfin } from "@jellyfin/sdk";
import { getAuthenticationApi } from "@jellyfin/sdk/lib/utils/api/authentication-api.js";
import { getDeviceApi } from "@jellyfin/sdk/lib/utils/api/device-api.js";
import { getSessionApi } from "@jellyfin/sdk/lib/utils/api/session-api.js";
import { getSystemApi } from "@jellyfin/sdk/lib/utils/api/system-api.js";
import { getUserApi } from "@jellyfin/sdk/lib/utils/api/user-api.js";

const process = spawn("python3", ["-B", new URL("jellyfin.py", import.meta.url).pathname], {
    stdio: ["ignore", "pipe", "inherit"],
});
try {
    const [line] = await once(createInterface(process.stdout), "line");
    const url = `http://127.0.0.1:${line.split(" ").pop()}`;
    const {
        fields: { key },
    } = await (await fetch(`${url}/_test/keys`)).json();

    const jellyfin = (id) =>
        new Jellyfin({ clientInfo: { name: "Check", version: "1.0" }, deviceInfo: { name: "A desk", id } });
    const admin = jellyfin("of-the-admin").createApi(url, key);
    const told = (await getSystemApi(admin).getPublicSystemInfo()).data;
    assert.equal(told.ProductName, "Jellyfin Server");

    const mia = jellyfin("desk-1").createApi(url);
    const signIn = (password) =>
        getAuthenticationApi(mia).authenticateUserByName({ authenticateUserByName: { Username: "Mia", Pw: password } });
    await assert.rejects(signIn("wrong"), (error) => error.response.status === 401);
    const signedIn = await signIn("right");
    const mias = jellyfin("desk-1").createApi(url, signedIn.data.AccessToken);
    assert.equal((await getUserApi(mias).getCurrentUser()).data.Name, "Mia");
    await assert.rejects(getDeviceApi(mias).getDevices(), (error) => error.response.status === 403);

    const devices = (await getDeviceApi(admin).getDevices()).data.Items;
    assert.deepEqual(
        devices.map((device) => [device.Id, device.Name, device.LastUserName, device.AppName]),
        [["desk-1", "A desk", "Mia", "Check"]],
    );
    const sessions = (await getSessionApi(admin).getSessions()).data;
    assert.ok(sessions.some((session) => session.DeviceId === "desk-1" && session.RemoteEndPoint === "127.0.0.1"));
    const log = (await getSystemApi(admin).getLogEntries({ limit: 2, startIndex: 0 })).data;
    assert.deepEqual(
        log.Items.map((entry) => entry.Type),
        ["AuthenticationSucceeded", "AuthenticationFailed"],
    );

    assert.equal((await getDeviceApi(admin).deleteDevice({ id: ["desk-1"] })).status, 204);
    assert.deepEqual((await getDeviceApi(admin).getDevices()).data.Items, []);
    await assert.rejects(getUserApi(mias).getCurrentUser(), (error) => error.response.status === 401);
} finally {
    process.kill();
}
