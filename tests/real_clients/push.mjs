// A browser that opens what it was pushed, by the library that npm web-push encrypts with: http_ece.
//
// Reads {"private", "auth", "body"} from standard input, all base64url; answers {"message"}.
import { createECDH } from "node:crypto";
import { text } from "node:stream/consumers";
import ece from "http_ece";

const asked = JSON.parse(await text(process.stdin));
const bytes = (name) => Buffer.from(asked[name], "base64url");
const privateKey = createECDH("prime256v1");
privateKey.setPrivateKey(bytes("private"));
const message = ece.decrypt(bytes("body"), {
  version: "aes128gcm",
  privateKey,
  authSecret: asked.auth,
});
process.stdout.write(JSON.stringify({ message: message.toString("base64url") }));
