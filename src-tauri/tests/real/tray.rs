//! A panel that draws trays, as far as an app can tell: it owns the watcher's name on the session bus, and reads
//! and presses the menu over D-Bus as panels do (freedesktop.org Status Notifier Item, com.canonical.dbusmenu).

#![expect(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "the interface's methods are as zbus wants them"
)]

use std::collections::HashMap;

use tokio::sync::watch;
use zbus::message::Header;
use zbus::{Connection, ObjectPath, OwnedObjectPath, OwnedVariant, Proxy, Variant, interface};

use super::until;

/// A panel with room for one app.
pub struct Panel {
    bus: Connection,
    item: watch::Receiver<Option<(String, String)>>,
}

struct Watcher {
    item: watch::Sender<Option<(String, String)>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// An app puts itself into the tray: by its bus name, or by the path of an object of its own.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let item = if service.starts_with('/') {
            (sender, service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        self.item.send_replace(Some(item));
    }

    fn register_status_notifier_host(&self, service: &str) {
        let _ = service;
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.item.borrow().iter().map(|(bus, path)| format!("{bus}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// One line of a menu: its id, its properties, and the lines beneath it.
type Line = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

impl Panel {
    /// A panel on this session's bus; apps that start later find it.
    pub async fn show() -> Self {
        let (sender, item) = watch::channel(None);
        let bus = zbus::connection::Builder::session()
            .name("org.kde.StatusNotifierWatcher")
            .serve_at("/StatusNotifierWatcher", Watcher { item: sender })
            .build()
            .await
            .unwrap();
        Self { bus, item }
    }

    /// The app's menu, once it has put itself into the tray.
    async fn menu(&self) -> Proxy<'static> {
        let (name, path) = until("the app is in the tray", async || self.item.borrow().clone()).await;
        let item = Proxy::new(&self.bus, name.clone(), path, "org.kde.StatusNotifierItem").await.unwrap();
        let menu: OwnedObjectPath =
            until("the tray has a menu", async || item.get_property("Menu").await.ok()).await;
        Proxy::new(&self.bus, name, ObjectPath::from(menu).into_owned(), "com.canonical.dbusmenu")
            .await
            .unwrap()
    }

    /// The lines of the menu with their ids.
    async fn lines(&self) -> Vec<(i32, String)> {
        let menu = self.menu().await;
        let arguments = (0_i32, -1_i32, Vec::<String>::new());
        let (_, (_, _, lines)): (u32, Line) = menu.call("GetLayout", &arguments).await.unwrap();
        lines.into_iter().filter_map(read).collect()
    }

    /// Waits until a line says this.
    pub async fn says(&self, words: &str) {
        until(&format!("the tray says {words}"), async || {
            self.lines().await.into_iter().find(|(_, label)| label == words)
        })
        .await;
    }

    /// Presses a line of the menu.
    pub async fn press(&self, words: &str) {
        let lines = self.lines().await;
        let (id, _) = lines.iter().find(|(_, label)| label == words).unwrap_or_else(|| panic!("{lines:?}"));
        let arguments = (*id, "clicked", Variant::from(0_i32), 0_u32);
        self.menu().await.call_method("Event", &arguments).await.unwrap();
    }
}

fn read(line: OwnedVariant) -> Option<(i32, String)> {
    let (id, properties, _) = Line::try_from(line).ok()?;
    let label = properties.get("label")?.downcast_ref::<&str>().ok()?;
    // An underscore marks the letter to press on the keyboard.
    Some((id, label.replace('_', "")))
}
