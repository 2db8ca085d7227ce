// A TV whose sign-in somebody else wrote: npm openid-client as a device-code client (RFC 8628).
//
// Talks to the test by lines of JSON. It waits in the test's time: whenever the client wants to wait it says so,
// and goes on when the test has moved the clock and answers.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const [home, deviceName] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

// Node's own fetch keeps its timers; only the client's are the test's.
const reallyWait = globalThis.setTimeout;
globalThis.setTimeout = (goOn, milliseconds, ...more) => {
  if (!new Error().stack.includes("openid-client")) return reallyWait(goOn, milliseconds, ...more);
  say({ waits: milliseconds });
  lines.next().then(goOn);
};

const server = {
  issuer: home,
  token_endpoint: `${home}/token`,
  device_authorization_endpoint: `${home}/device_authorization`,
  introspection_endpoint: `${home}/introspect`,
  revocation_endpoint: `${home}/revoke`,
};
const config = new client.Configuration(server, "living-room", undefined, client.None());
client.allowInsecureRequests(config);

const refusal = async (work) => {
  try {
    await work();
    return "accepted";
  } catch (error) {
    return error.error ?? String(error);
  }
};

const started = await client.initiateDeviceAuthorization(config, { device_name: deviceName, device_kind: "tv" });
say({ shows: started.user_code, at: started.verification_uri });

const tokens = await client.pollDeviceAuthorizationGrant(config, started);
say({ signed_in: tokens.access_token, expires_in: tokens.expires_in });

const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
say({ signed_in: refreshed.access_token, expires_in: refreshed.expires_in });

await lines.next();
say({ refused: await refusal(() => client.refreshTokenGrant(config, refreshed.refresh_token)) });
await client.tokenRevocation(config, refreshed.access_token);
say({ revoked: true });
process.exit(0);
