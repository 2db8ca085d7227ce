//! What leaves the home, read by programs that others wrote: what a browser's library decrypts, a mail server takes, and who
//! checks a signature. Their environment is made by `./dev test` (tests/peers).

mod support;

#[path = "outside/mail.rs"]
mod mail;
#[path = "outside/ntfy.rs"]
mod ntfy;
#[path = "outside/peers.rs"]
mod peers;
#[path = "outside/recipe.rs"]
mod recipe;
#[path = "outside/web_hook.rs"]
mod web_hook;
#[path = "outside/web_push.rs"]
mod web_push;
