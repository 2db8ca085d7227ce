//! The window's commands: one for all operations of [`Home`](latchkey::home::Home), by their names, and a few that only a
//! desktop has. Each is a door: it asks the desk and hands on the answer.

mod desktop;
#[cfg(mobile)]
mod phone;

use std::sync::Arc;

use serde_json::Value;
use tauri::ipc::Invoke;
use tauri::{Runtime, State};

use crate::desk::Desk;
use crate::refusal::Answer;

/// Every command the window may call.
pub fn all<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        ask,
        desktop::connect_home,
        desktop::find_homes,
        desktop::desktop_status,
        #[cfg(desktop)]
        desktop::set_autostart,
        #[cfg(desktop)]
        desktop::save_history,
        #[cfg(mobile)]
        phone::opened_link,
        #[cfg(mobile)]
        phone::subscribe_here,
        #[cfg(mobile)]
        phone::unsubscribe_here,
        #[cfg(mobile)]
        phone::set_lock,
    ]
}

/// Asks the home that this desktop looks at for an operation, with what it takes by the names in its description.
#[tauri::command]
async fn ask(desk: State<'_, Arc<Desk>>, operation: String, arguments: Value) -> Answer<Value> {
    Ok(desk.ask(&operation, arguments).await?)
}

#[cfg(test)]
#[cfg(desktop)]
mod tests {
    use std::sync::Arc;

    use latchkey::config::Config;
    use latchkey::home::table::OPERATIONS;
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

        /// Asks for an operation, as the interface does.
        #[expect(
            clippy::needless_pass_by_value,
            reason = "what is asked is made for it, as the interface does"
        )]
        fn ask(&self, operation: &str, arguments: Value) -> Result<Value, Value> {
            self.call("ask", json!({ "operation": operation, "arguments": arguments }))
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
            self.ask("set_up", json!({ "request": request })).expect("a test that cannot go on fails")
        }

        fn choose(&self, signed_in: &Value, kind: &str) {
            let profiles = signed_in["profiles"].as_array().expect("a test that cannot go on fails");
            let profile = profiles
                .iter()
                .find(|profile| profile["kind"] == kind)
                .expect("a test that cannot go on fails");
            let choice = json!({"profile_id": profile["id"]});
            self.ask("choose_profile", json!({ "choice": choice })).expect("a test that cannot go on fails");
        }

        fn devices(&self) -> Result<Value, Value> {
            self.ask("devices", json!({"query": {}})).map(|page| page["devices"].clone())
        }
    }

    #[test]
    fn this_desktop_is_the_first_device_and_the_window_never_sees_its_keys() {
        let window = Window::open();
        assert_eq!(window.ask("status", json!({})).unwrap()["set_up"], false);
        let signed_in = window.set_up();
        for key in ["token", "device_secret", "refresh_token"] {
            assert!(signed_in[key].is_null(), "the window sees no {key}");
        }
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
        window.ask("sign_out_here", json!({})).unwrap();
        assert_eq!(window.devices().unwrap_err()["error"], "not_signed_in");
        let window = window.restart();
        let request = json!({"login": "home", "password": "correct horse"});
        let again = window.ask("sign_in", json!({ "request": request })).unwrap();
        assert_eq!(again["device_id"], signed_in["device_id"]);
        assert_ne!(again["session_id"], signed_in["session_id"]);
    }

    /// Everything the window can do that changes what its session may do.
    fn change_rights(window: &Window, signed_in: &Value) {
        window.choose(signed_in, "adult");
        let child = &signed_in["profiles"][1]["id"];
        let pin = json!({"id": child, "change": {"pin": "1357"}});
        let changed = window.ask("change_profile", pin).unwrap();
        assert_eq!(changed["has_pin"], true);
        let all = json!({"request": {"all": true}});
        let report = window.ask("sign_out_devices", all).unwrap();
        let change = json!({"change": {
            "current_password": "correct horse", "new_password": "another row of words", "sign_out_everything_else": true,
        }});
        let password = window.ask("change_password", change).unwrap();
        for answer in [changed, report, password] {
            assert_eq!(answer.get("token"), None, "the window sees no key: {answer}");
        }
    }

    #[test]
    fn the_newer_keys_that_come_with_more_rights_are_kept_over_a_restart_here_and_for_a_home_elsewhere() {
        let window = Window::open();
        let signed_in = window.set_up();
        change_rights(&window, &signed_in);
        let window = window.restart();
        assert_eq!(window.devices().unwrap()[0]["current"], true);

        let elsewhere = Window::open();
        let there = elsewhere.set_up();
        let address = tauri::async_runtime::block_on(elsewhere.desk().address()).0;
        window.call("connect_home", json!({"url": address})).unwrap();
        let request = json!({"login": "home", "password": "correct horse"});
        let signed_in = window.ask("sign_in", json!({ "request": request })).unwrap();
        assert_ne!(signed_in["session_id"], there["session_id"]);
        change_rights(&window, &signed_in);
        let window = window.restart();
        assert_eq!(window.devices().unwrap()[0]["current"], true);
        assert_eq!(window.ask("session", json!({})).unwrap()["session_id"], signed_in["session_id"]);
    }

    #[test]
    fn newer_keys_that_cannot_be_kept_are_said_and_are_good_until_the_app_ends() {
        let window = Window::open();
        let signed_in = window.set_up();
        let keys = window.folder.path().join("desktop/keys.json");
        std::fs::remove_file(&keys).unwrap();
        std::fs::create_dir_all(keys.join("in the way")).unwrap();
        let choice = json!({"choice": {"profile_id": signed_in["profiles"][0]["id"]}});
        let refused = window.ask("choose_profile", choice).unwrap_err();
        assert_eq!(refused["error"], "sign_in_not_kept", "{refused}");
        assert_eq!(window.ask("session", json!({})).unwrap()["profile"]["name"], "Ana");
    }

    #[test]
    fn whoever_sits_at_the_homes_own_computer_gets_back_in_without_the_old_password_or_a_code() {
        let window = Window::open();
        window.set_up();
        let request = json!({"code": "", "new_password": "battery staple", "sign_out_everything": true});
        let recovered = window.ask("recover", json!({ "request": request })).unwrap();
        assert_eq!(recovered, json!({"login": "home", "signed_out": 1}));
        assert_eq!(window.ask("session", json!({})).unwrap_err()["error"], "session_ended");
        let request = json!({"login": "home", "password": "battery staple"});
        window.ask("sign_in", json!({ "request": request })).unwrap();
    }

    #[test]
    fn a_command_that_fails_rejects_with_the_body_of_the_http_interface() {
        let window = Window::open();
        window.set_up();
        let request = json!({"login": "home", "password": "wrong horse"});
        let refused = window.ask("sign_in", json!({ "request": request })).unwrap_err();
        assert_eq!(refused["error"], "wrong_credentials");
        assert_eq!(refused["message"], "The login name or the password is not right.");
    }

    #[test]
    fn a_kids_profile_at_this_desktop_reaches_nothing_of_the_management() {
        let window = Window::open();
        let signed_in = window.set_up();
        window.choose(&signed_in, "kids");
        for (operation, arguments) in [
            ("devices", json!({"query": {}})),
            ("alerts", json!({"query": {}})),
            ("history", json!({"query": {}})),
            ("sign_out_devices", json!({"request": {"all": true}})),
        ] {
            assert_eq!(window.ask(operation, arguments).unwrap_err()["error"], "kids_profile", "{operation}");
        }
        let saved = window.call("save_history", json!({"format": "csv"}));
        assert_eq!(saved.unwrap_err()["error"], "kids_profile");
    }

    #[test]
    fn a_home_on_another_machine_is_looked_at_only_when_it_answers_and_can_be_left_again() {
        let here = Window::open();
        here.set_up();
        let elsewhere = Window::open();
        let address = tauri::async_runtime::block_on(elsewhere.desk().address()).0;
        assert_eq!(here.call("connect_home", json!({"url": address})).unwrap()["set_up"], false);
        assert_eq!(here.devices().unwrap_err()["error"], "not_signed_in");
        // Nobody is asked: a password would be readable on the way, and it takes a word that this is meant.
        let readable = here.call("connect_home", json!({"url": "http://home.example.invalid"})).unwrap_err();
        assert_eq!(readable["error"], "in_the_clear", "{readable}");
        let meant = json!({"url": "http://home.example.invalid", "clearAccepted": true});
        assert_eq!(here.call("connect_home", meant).unwrap_err()["error"], "home_unreachable");
        let nobody = here.call("connect_home", json!({"url": "http://127.0.0.1:9"})).unwrap_err();
        assert_eq!(nobody["error"], "home_unreachable");
        let (now, remote) = tauri::async_runtime::block_on(here.desk().address());
        assert_eq!((now.trim_end_matches('/'), remote), (address.as_str(), true));
        assert_eq!(here.call("connect_home", json!({"url": ""})).unwrap()["set_up"], true);
        assert_eq!(here.ask("session", json!({})).unwrap()["login"], "home");
    }

    #[test]
    fn a_home_with_a_certificate_of_its_own_is_looked_at_once_somebody_compared_its_letters() {
        let (here, elsewhere) = (Window::open(), Window::open());
        here.set_up();
        elsewhere.set_up();
        let address = tauri::async_runtime::block_on(elsewhere.desk().address()).0;
        let address = address.replace("http://", "https://");
        let connects = |window: &Window, more: Value| {
            let mut arguments = json!({ "url": address });
            arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            window.call("connect_home", arguments)
        };
        let refused = connects(&here, json!({})).unwrap_err();
        assert_eq!(refused["error"], "unknown_certificate", "{refused}");
        let letters = elsewhere.ask("status", json!({})).unwrap()["fingerprint"].clone();
        assert!(refused["message"].as_str().unwrap().contains(letters.as_str().unwrap()), "{refused}");
        let other = latchkey::model::KeyPin::of(b"another key").to_string();
        assert_eq!(connects(&here, json!({ "pin": other })).unwrap_err()["error"], "key_changed");
        assert_eq!(connects(&here, json!({ "pin": "AAAA" })).unwrap_err()["error"], "invalid_input");
        assert_eq!(here.ask("session", json!({})).unwrap()["login"], "home", "it looks where it did");

        connects(&here, json!({ "pin": refused["pin"] })).unwrap();
        let request = json!({"login": "home", "password": "correct horse"});
        let signed_in = here.ask("sign_in", json!({ "request": request })).unwrap();
        here.choose(&signed_in, "adult");
        let here = here.restart();
        assert_eq!(here.devices().unwrap()[0]["current"], true, "it knows the home over a restart");
        connects(&here, json!({})).unwrap();
        assert_eq!(here.devices().unwrap()[0]["current"], true, "and asks nobody again");
        assert_eq!(connects(&here, json!({ "pin": "" })).unwrap_err()["error"], "unknown_certificate");
    }

    #[test]
    fn the_window_asks_for_every_operation_by_its_name_and_is_told_what_does_not_fit() {
        let window = Window::open();
        let is_unknown = |answer: &Result<Value, Value>| {
            answer.as_ref().is_err_and(|told| {
                told["message"].as_str().is_some_and(|it| it.starts_with("This operation "))
            })
        };
        for operation in OPERATIONS {
            let answer = window.ask(operation.name, json!({}));
            assert!(!is_unknown(&answer), "{}: {answer:?}", operation.name);
            if let Some(first) = operation.takes.first() {
                let told = answer.unwrap_err();
                assert_eq!((&told["error"], &told["field"]), (&json!("invalid_input"), &json!(first.name)));
            }
        }
        for nothing in ["", "events", "desktop_status", "Devices"] {
            assert!(is_unknown(&window.ask(nothing, json!({}))), "{nothing}");
        }
        // A session's keys are never in an answer, whichever operation gives them.
        for operation in OPERATIONS.iter().filter(|operation| operation.kind == "signs_in") {
            assert!(
                ["set_up", "sign_in", "finish_pairing"].contains(&operation.name),
                "{}: the desk keeps its keys",
                operation.name
            );
        }
    }

    #[test]
    fn a_folder_in_use_is_told_in_words_and_tried_again() {
        let first = Window::open();
        first.ask("status", json!({})).unwrap();
        let config =
            Config { listen: "127.0.0.1:0".parse().unwrap(), ..Config::in_folder(first.folder.path()) };
        let second = Embedded::new(config);
        let error = tauri::async_runtime::block_on(second.url()).unwrap_err();
        assert!(error.to_string().starts_with("Another Latchkey is using"), "{error}");
        tauri::async_runtime::block_on(first.desk().close());
        tauri::async_runtime::block_on(second.url()).unwrap();
    }
}
