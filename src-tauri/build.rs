//! Bakes the configuration, the capabilities and the built interface into the app.

fn main() {
    // The interface is built by `npm run build`. Without one, the app still compiles and shows a page that says so.
    let built = std::path::Path::new("../ui/dist");
    if !built.join("index.html").exists() {
        std::fs::create_dir_all(built).expect("the folder of the built interface can be made");
        std::fs::write(
            built.join("index.html"),
            "<!doctype html><title>Latchkey</title><p>The interface is not built yet: run <code>./dev run</code>.",
        )
        .expect("the page can be written");
    }
    tauri_build::build();
}
