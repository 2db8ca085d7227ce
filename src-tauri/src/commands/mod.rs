//! The window's commands: one for each operation of [`Home`](latchkey::home::Home), under the same name, and a
//! few that only a desktop has. Each is a door: it asks the desk for the home, calls one operation and hands
//! on the answer.

mod account;
mod alerts;
mod desktop;
mod devices;
mod home;
mod profiles;

use tauri::Runtime;
use tauri::ipc::Invoke;

/// Every command the window may call.
pub fn all<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        account::set_up,
        account::sign_in,
        account::session,
        account::sign_out_here,
        account::choose_profile,
        account::report_activity,
        account::change_password,
        account::mark_badge_seen,
        alerts::alerts,
        alerts::alert,
        alerts::answer_alert,
        alerts::alert_settings,
        alerts::change_alert_settings,
        devices::devices,
        devices::device,
        devices::change_device,
        devices::merge_device,
        devices::separate_device,
        devices::sign_out_device,
        devices::sign_out_devices,
        home::status,
        home::connect_home,
        home::history,
        home::pending_code,
        home::answer_code,
        home::geo_status,
        home::update_geo,
        profiles::profiles,
        profiles::create_profile,
        profiles::change_profile,
        profiles::delete_profile,
        desktop::desktop_status,
        #[cfg(desktop)]
        desktop::set_autostart,
        #[cfg(desktop)]
        desktop::save_history,
    ]
}

#[cfg(test)]
#[cfg(desktop)]
mod tests {
    use std::sync::Arc;

    use latchkey::config::Config;
    use serde_json::{Value, json};
    use tauri::ipc::{CallbackFn, InvokeBody};
    use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets};
    use tauri::webview::InvokeRequest;
    use tauri::{App, WebviewWindow, WebviewWindowBuilder};

    use super::*;
    use crate::alerts::Notifications;
    use crate::desk::Desk;
    use crate::embedded::Embedded;
    use crate::keys::Keys;

    /// The app's commands on a real home, without a window on a screen.
    struct Window {
        webview: WebviewWindow<MockRuntime>,
        app: App<MockRuntime>,
        folder: tempfile::TempDir,
    }

    impl Window {
        fn open() -> Self {
            Self::open_in(tempfile::tempdir().expect("a test that cannot go on fails"))
        }

        fn open_in(folder: tempfile::TempDir) -> Self {
            let listen = "127.0.0.1:0".parse().expect("a test that cannot go on fails");
            let config = Config { listen, ..Config::in_folder(folder.path()) };
            let desktop = folder.path().join("desktop");
            let keys = Keys::in_folder(&desktop);
            let desk = Arc::new(Desk::new(desktop, keys, Embedded::new(config)));
            let app = mock_builder()
                .plugin(tauri_plugin_autostart::Builder::new().build())
                .invoke_handler(all())
                .manage(desk)
                .manage(Notifications::default())
                .build(mock_context(noop_assets()))
                .expect("a test that cannot go on fails");
            let webview = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
                .build()
                .expect("a test that cannot go on fails");
            Self { webview, app, folder }
        }

        fn desk(&self) -> Arc<Desk> {
            Arc::clone(&tauri::Manager::state::<Arc<Desk>>(&self.app))
        }

        /// Ends the app as quitting does, and starts it again on the same folder.
        fn restart(self) -> Self {
            tauri::async_runtime::block_on(self.desk().close());
            Self::open_in(self.folder)
        }

        fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
            let request = InvokeRequest {
                cmd: command.to_owned(),
                callback: CallbackFn(0),
                error: CallbackFn(1),
                url: if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" }
                    .parse()
                    .expect("a test that cannot go on fails"),
                body: InvokeBody::Json(arguments),
                headers: tauri::http::HeaderMap::default(),
                invoke_key: INVOKE_KEY.to_owned(),
            };
            get_ipc_response(&self.webview, request)
                .map(|body| body.deserialize().expect("a test that cannot go on fails"))
        }

        fn set_up(&self) -> Value {
            let profiles = json!([{"name": "Ana", "kind": "adult"}, {"name": "Tiago", "kind": "kids"}]);
            let request = json!({"login": "home", "password": "correct horse", "profiles": profiles});
            self.call("set_up", json!({ "request": request })).expect("a test that cannot go on fails")
        }

        fn choose(&self, signed_in: &Value, kind: &str) {
            let profiles = signed_in["profiles"].as_array().expect("a test that cannot go on fails");
            let profile = profiles
                .iter()
                .find(|profile| profile["kind"] == kind)
                .expect("a test that cannot go on fails");
            let choice = json!({"profile_id": profile["id"]});
            self.call("choose_profile", json!({ "choice": choice })).expect("a test that cannot go on fails");
        }

        fn devices(&self) -> Result<Value, Value> {
            self.call("devices", json!({"query": {}})).map(|page| page["devices"].clone())
        }
    }

    #[test]
    fn this_desktop_is_the_first_device_and_the_window_never_sees_its_keys() {
        let window = Window::open();
        assert_eq!(window.call("status", json!({})).unwrap()["set_up"], false);
        let signed_in = window.set_up();
        assert_eq!((&signed_in["token"], &signed_in["device_secret"]), (&json!(""), &json!("")));
        window.choose(&signed_in, "adult");
        let devices = window.devices().unwrap();
        assert_eq!(devices.as_array().unwrap().len(), 1);
        assert_eq!(devices[0]["current"], true);
        assert_eq!((&devices[0]["kind"], &devices[0]["app"]), (&json!("computer"), &json!("Latchkey")));
        assert_eq!(devices[0]["place"]["scope"], "this_computer");
    }

    #[test]
    fn the_sign_in_outlives_the_app_and_signing_in_again_is_the_same_device() {
        let window = Window::open();
        let signed_in = window.set_up();
        window.choose(&signed_in, "adult");
        let window = window.restart();
        assert_eq!(window.devices().unwrap()[0]["current"], true);
        window.call("sign_out_here", json!({})).unwrap();
        assert_eq!(window.devices().unwrap_err()["error"], "not_signed_in");
        let window = window.restart();
        let request = json!({"login": "home", "password": "correct horse"});
        let again = window.call("sign_in", json!({ "request": request })).unwrap();
        assert_eq!(again["device_id"], signed_in["device_id"]);
        assert_ne!(again["session_id"], signed_in["session_id"]);
    }

    #[test]
    fn a_command_that_fails_rejects_with_the_body_of_the_http_interface() {
        let window = Window::open();
        window.set_up();
        let request = json!({"login": "home", "password": "wrong horse"});
        let refused = window.call("sign_in", json!({ "request": request })).unwrap_err();
        assert_eq!(refused["error"], "wrong_credentials");
        assert_eq!(refused["message"], "The login name or the password is not right.");
    }

    #[test]
    fn a_kids_profile_at_this_desktop_reaches_nothing_of_the_management() {
        let window = Window::open();
        let signed_in = window.set_up();
        window.choose(&signed_in, "kids");
        for (command, arguments) in [
            ("devices", json!({"query": {}})),
            ("alerts", json!({"query": {}})),
            ("history", json!({"query": {}})),
            ("save_history", json!({"format": "csv"})),
            ("sign_out_devices", json!({"request": {"all": true}})),
        ] {
            assert_eq!(window.call(command, arguments).unwrap_err()["error"], "kids_profile", "{command}");
        }
    }

    #[test]
    fn a_home_on_another_machine_is_looked_at_only_when_it_answers_and_can_be_left_again() {
        let here = Window::open();
        here.set_up();
        let elsewhere = Window::open();
        let address = tauri::async_runtime::block_on(elsewhere.desk().address()).0;
        assert_eq!(here.call("connect_home", json!({"url": address})).unwrap()["set_up"], false);
        assert_eq!(here.devices().unwrap_err()["error"], "not_signed_in");
        let nobody = here.call("connect_home", json!({"url": "http://127.0.0.1:9"})).unwrap_err();
        assert_eq!(nobody["error"], "home_unreachable");
        let (now, remote) = tauri::async_runtime::block_on(here.desk().address());
        assert_eq!((now.trim_end_matches('/'), remote), (address.as_str(), true));
        assert_eq!(here.call("connect_home", json!({"url": ""})).unwrap()["set_up"], true);
        assert_eq!(here.call("session", json!({})).unwrap()["login"], "home");
    }

    #[test]
    fn every_operation_of_a_home_is_a_command() {
        let window = Window::open();
        let home = include_str!("../../../src/home/mod.rs");
        let operations = home.lines().filter_map(|line| line.trim().strip_prefix("async fn "));
        let names = operations.filter_map(|rest| rest.split('(').next()).collect::<Vec<_>>();
        assert!(names.len() > 20, "{names:?}");
        for name in names.into_iter().filter(|name| *name != "events") {
            let answer = window.call(name, json!({}));
            let unknown = answer.as_ref().is_err_and(|error| error.to_string().contains("not found"));
            assert!(!unknown, "{name}: {answer:?}");
        }
    }

    #[test]
    fn a_folder_in_use_is_told_in_words_and_tried_again() {
        let first = Window::open();
        first.call("status", json!({})).unwrap();
        let config =
            Config { listen: "127.0.0.1:0".parse().unwrap(), ..Config::in_folder(first.folder.path()) };
        let second = Embedded::new(config);
        let error = tauri::async_runtime::block_on(second.url()).unwrap_err();
        assert!(error.to_string().starts_with("Another Latchkey is using"), "{error}");
        tauri::async_runtime::block_on(first.desk().close());
        tauri::async_runtime::block_on(second.url()).unwrap();
    }
}
