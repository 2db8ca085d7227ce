//! A desktop whose keyring is of no use, whatever is installed on the machine: somebody owns its name on the session
//! bus and can do nothing.

use zbus::{Connection, interface};

struct Nothing;

#[interface(name = "app.latchkey.Nothing")]
impl Nothing {}

/// Takes the keyring's name for as long as the connection lives.
pub async fn show() -> Connection {
    let bus = zbus::connection::Builder::session();
    let bus = bus.name("org.freedesktop.secrets").serve_at("/app/latchkey/nothing", Nothing);
    bus.build().await.unwrap()
}
