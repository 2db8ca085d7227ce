//! A real reverse proxy with the configuration that `docs/proxies` or the README offers, its addresses put in.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::forward_auth;
use crate::support::eventually;

/// Which proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    Caddy,
    /// Caddy, with what the README says is the whole of it.
    Readme,
    /// Traefik's rules, applied by this test.
    Traefik,
}

/// A running proxy, which goes when this does.
pub struct Proxy {
    /// Where it listens, on this computer.
    pub port: u16,
    child: Option<Child>,
    folder: TempDir,
}

/// A port that nobody listens on. The home must know the proxy's before the proxy starts.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

impl Proxy {
    /// Starts a proxy before `home` and `site`, and waits until it listens.
    pub async fn start(kind: Kind, port: u16, home: SocketAddr, site: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let addresses = [("127.0.0.1:8470", home.to_string()), ("127.0.0.1:8096", site.to_string())];
        let command = match kind {
            Kind::Nginx => Some(nginx(folder.path(), port, &addresses)),
            Kind::Caddy => Some(caddy(folder.path(), port, &documented("Caddyfile", &addresses))),
            Kind::Readme => Some(caddy(folder.path(), port, &readme(&addresses))),
            Kind::Traefik => None,
        };
        if command.is_none() {
            forward_auth::serve(port, home, site).await;
        }
        let child = command.map(|command| start(command, folder.path()));
        let mut proxy = Self { port, child, folder };
        eventually("the proxy listens", async || {
            if let Some(status) = proxy.child.as_mut().and_then(|child| child.try_wait().expect("it is ours"))
            {
                let log = fs::read_to_string(proxy.folder.path().join("log")).unwrap_or_default();
                panic!("the proxy ended with {status}: {log}");
            }
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()
        })
        .await;
        proxy
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            // Into the report of the test that fails.
            let _ = writeln!(std::io::stderr(), "the proxy's log:\n{log}");
        }
    }
}

fn start(mut command: Command, folder: &Path) -> Child {
    let log = fs::File::create(folder.join("log")).expect("a log");
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
    command.spawn().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("{program} does not start ({error}); `./dev test` installs it")
    })
}

/// The documented file with `replacements` made; each must be there, or the test would prove something else.
fn documented(name: &str, replacements: &[(&str, String)]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proxies").join(name);
    let mut text = fs::read_to_string(path).expect("the documented file");
    for (documented, here) in replacements {
        assert!(text.contains(documented), "{name} says nothing of {documented}");
        text = text.replace(documented, here);
    }
    text
}

fn nginx(folder: &Path, port: u16, addresses: &[(&str, String)]) -> Command {
    let listen = ("listen 80;", format!("listen 127.0.0.1:{port};"));
    let replacements = [addresses, &[listen]].concat();
    fs::write(folder.join("latchkey.conf"), documented("nginx.conf", &replacements)).expect("writes");
    // What a system's own nginx.conf brings, with every file in this folder, and no other process.
    let here = folder.display();
    let around = format!(
        "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n\
         access_log off;\nclient_body_temp_path {here}/body;\nproxy_temp_path {here}/proxy;\n\
         fastcgi_temp_path {here}/fastcgi;\nuwsgi_temp_path {here}/uwsgi;\nscgi_temp_path {here}/scgi;\n\
         include {here}/latchkey.conf;\n}}\n"
    );
    fs::write(folder.join("nginx.conf"), around).expect("writes");
    // Daemons live in /usr/sbin, which is not on everybody's PATH.
    let system = Path::new("/usr/sbin/nginx");
    let mut command = Command::new(if system.exists() { system } else { Path::new("nginx") });
    command.arg("-e").arg("stderr").arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    command
}

/// The README's site, and a home before which it stands.
fn readme(addresses: &[(&str, String)]) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("the README");
    let begin = readme.find("    # Caddy: the whole of it.").expect("the README's words on Caddy");
    let lines = readme[begin..].lines().take_while(|line| line.is_empty() || line.starts_with("    "));
    let site = lines.fold(String::new(), |text, line| text + line + "\n");
    assert!(site.contains("photos.home.example {") && site.contains("127.0.0.1:2283"), "{site}");
    let site =
        site.replace("photos.home.example", "films.home.example").replace("127.0.0.1:2283", "127.0.0.1:8096");
    let both = format!("{site}\nlatchkey.home.example {{\n\treverse_proxy 127.0.0.1:8470\n}}\n");
    addresses.iter().fold(both, |text, (documented, here)| text.replace(documented, here))
}

fn caddy(folder: &Path, port: u16, file: &str) -> Command {
    // Without https, which would want certificates for names that are not ours.
    let file = ["latchkey", "films"].into_iter().fold(file.to_owned(), |text, name| {
        let site = format!("{name}.home.example {{");
        assert!(text.contains(&site), "the file says nothing of {site}");
        text.replace(&site, &format!("http://{name}.home.example:{port} {{\n\tbind 127.0.0.1"))
    });
    let around = format!("{{\n\tadmin off\n\tauto_https off\n}}\n{file}");
    fs::write(folder.join("Caddyfile"), around).expect("writes");
    let mut command = Command::new("caddy");
    command.arg("run").arg("--adapter").arg("caddyfile").arg("--config").arg(folder.join("Caddyfile"));
    command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
    command
}
