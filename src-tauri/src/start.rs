//! Putting the app together, and taking it down in good order.

use std::error::Error;
use std::io::{self, IsTerminal};
#[cfg(desktop)]
use std::path::PathBuf;
use std::sync::Arc;

use latchkey::error::causes;
use tauri::{AppHandle, Builder, Manager, RunEvent, Runtime, Url};

use crate::desk::Desk;
use crate::keys::Keys;
use crate::{commands, events, window};

#[cfg(desktop)]
use crate::{alerts, embedded, embedded::Embedded, tray};

/// What a step of the start answers; a failure is logged and ends the app.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the app was asked for when it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// A throw-away home with the demonstration household.
    demo: bool,
    /// No window yet: started at login.
    hidden: bool,
}

impl Wanted {
    fn from(arguments: impl Iterator<Item = String>) -> Self {
        let mut wanted = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--demo" => wanted.demo = true,
                HIDDEN => wanted.hidden = true,
                other => tracing::warn!(argument = other, "no such option; known are --demo and {HIDDEN}"),
            }
        }
        wanted
    }
}

/// Given when Latchkey is started at login.
const HIDDEN: &str = "--hidden";

/// Starts the app; returns when it has ended.
pub fn run() {
    log_to_stderr();
    let wanted = Wanted::from(std::env::args().skip(1));
    let context = tauri::generate_context!();
    let app = with_plugins(Builder::default(), wanted)
        .invoke_handler(commands::all())
        .setup(move |app| set_up(app.handle(), wanted))
        .build(context);
    match app {
        Ok(app) => app.run(|app, event| happened(app, &event)),
        Err(error) => {
            tracing::error!(error = %causes(&error), "Latchkey could not start");
            std::process::exit(1);
        }
    }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LATCHKEY_LOG_FILTER")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,zbus=warn"));
    // It writes down what is said to services, their keys with it.
    let filter = filter.add_directive("tungstenite=off".parse().expect("a directive"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    // A second one is no harm: the first goes on.
    let _ = log.try_init();
}

/// The parts of Tauri that the app uses beyond its window.
fn with_plugins<R: Runtime>(builder: Builder<R>, wanted: Wanted) -> Builder<R> {
    let builder = builder.plugin(tauri_plugin_opener::init()).plugin(stay_at_home());
    #[cfg(mobile)]
    let builder = {
        let _ = wanted;
        builder.plugin(crate::mobile::plugin::init())
    };
    #[cfg(desktop)]
    let builder = {
        use tauri_plugin_window_state::StateFlags;

        // A demonstration runs beside the real one.
        let name = if wanted.demo { "app.latchkey.demo" } else { "app.latchkey.desktop" };
        let one_only = tauri_plugin_single_instance::Builder::new()
            .dbus_id(name)
            .callback(|app: &AppHandle<R>, _arguments, _folder| window::show(app))
            .build();
        let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
        // The first plugin is the first to run: a second start ends before it touches anything.
        builder
            .plugin(one_only)
            .plugin(tauri_plugin_autostart::Builder::new().app_name("Latchkey").arg(HIDDEN).build())
            .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(kept).build())
    };
    builder
}

/// The window shows the app's own pages and nothing else: an address elsewhere is never opened in it.
fn stay_at_home<R: Runtime>() -> tauri::plugin::TauriPlugin<R> {
    tauri::plugin::Builder::new("stay-at-home").on_navigation(|_, url| is_own_page(url)).build()
}

fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        // Windows and Android serve the app's pages under this name.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// Makes the desk and starts what runs beside the window.
fn set_up<R: Runtime>(app: &AppHandle<R>, wanted: Wanted) -> Outcome<()> {
    let desk = Arc::new(make_desk(app, wanted)?);
    app.manage(Arc::clone(&desk));
    #[cfg(desktop)]
    {
        app.manage(alerts::Notifications::default());
        tray::build(app);
        tauri::async_runtime::spawn(end_when_asked(app.clone()));
        tauri::async_runtime::spawn(alerts::tell(app.clone(), Arc::clone(&desk)));
    }
    tauri::async_runtime::spawn(events::hand_on(app.clone(), desk));
    if !wanted.hidden {
        window::show(app);
    }
    Ok(())
}

/// A desk whose home is on this computer.
#[cfg(desktop)]
fn make_desk<R: Runtime>(app: &AppHandle<R>, wanted: Wanted) -> Outcome<Desk> {
    let shipped = app.path().resource_dir().map(|resources| resources.join("geo")).ok();
    let demo = if wanted.demo { Some(throw_away(app)?) } else { None };
    // A folder of one's own choice, or a throw-away one, carries its keys with it.
    let own_folder = wanted.demo || std::env::var_os("LATCHKEY_DATA_DIR").is_some();
    let config = embedded::settings(demo, shipped.as_deref())?;
    let folder = config.data_dir.join("desktop");
    let keys = if own_folder { Keys::in_folder(&folder) } else { Keys::in_keyring(&folder) };
    let embedded = if wanted.demo { Embedded::demo(config) } else { Embedded::new(config) };
    Ok(Desk::new(folder, keys, embedded))
}

/// A folder for what the desk keeps, gone when the app has ended.
#[cfg(desktop)]
fn throw_away<R: Runtime>(app: &AppHandle<R>) -> io::Result<PathBuf> {
    let folder = tempfile::Builder::new().prefix("latchkey-demo-").tempdir()?;
    let path = folder.path().to_owned();
    app.manage(ThrowAway(std::sync::Mutex::new(Some(folder))));
    Ok(path)
}

#[cfg(desktop)]
struct ThrowAway(std::sync::Mutex<Option<tempfile::TempDir>>);

/// A phone looks at a home on another machine.
#[cfg(mobile)]
fn make_desk<R: Runtime>(app: &AppHandle<R>, _wanted: Wanted) -> Outcome<Desk> {
    let folder = app.path().app_data_dir()?;
    Ok(Desk::new(folder.clone(), Keys::in_folder(&folder)))
}

fn happened<R: Runtime>(app: &AppHandle<R>, event: &RunEvent) {
    #[cfg(desktop)]
    match event {
        RunEvent::WindowEvent { event: tauri::WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            window::close(app);
        }
        RunEvent::Exit => close(app),
        // macOS: a click on the icon in the dock.
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    }
    #[cfg(mobile)]
    let _ = (app, event);
}

/// Ends the app when the system asks it to, at logout or by Ctrl-C, as quitting does.
#[cfg(desktop)]
async fn end_when_asked<R: Runtime>(app: AppHandle<R>) {
    #[cfg(unix)]
    let asked = async {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done,
            _ = terminate.recv() => Ok(()),
        }
    };
    #[cfg(not(unix))]
    let asked = tokio::signal::ctrl_c();
    match asked.await {
        Ok(()) => app.exit(0),
        Err(error) => {
            tracing::warn!(error = %causes(&error), "signals cannot be heard; quitting from the menu goes on to work");
        }
    }
}

/// Ends the home in good order: what was written in batches is on disk before the app is gone.
#[cfg(desktop)]
fn close<R: Runtime>(app: &AppHandle<R>) {
    tauri::async_runtime::block_on(async {
        app.state::<alerts::Notifications>().withdraw().await;
        app.state::<Arc<Desk>>().close().await;
    });
    if let Some(folder) = app.try_state::<ThrowAway>() {
        let folder = folder.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(Err(error)) = folder.map(tempfile::TempDir::close) {
            tracing::warn!(error = %causes(&error), "the demonstration's folder stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_apps_own_pages_are_opened_in_the_window() {
        for (address, own) in [
            ("tauri://localhost/index.html#/devices", true),
            ("http://tauri.localhost/", true),
            ("https://db-ip.com/", false),
            ("http://tauri.localhost.evil.example/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_own_page(&address.parse().unwrap()), own, "{address}");
        }
    }

    #[test]
    fn options_are_known_by_name() {
        let given = |arguments: &[&str]| Wanted::from(arguments.iter().map(ToString::to_string));
        assert_eq!(given(&[]), Wanted { demo: false, hidden: false });
        assert_eq!(given(&["--demo"]), Wanted { demo: true, hidden: false });
        assert_eq!(given(&["--hidden", "--unknown"]), Wanted { demo: false, hidden: true });
    }
}
