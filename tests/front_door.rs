//! The front door, as browsers, TVs and other programs meet it: the real server over real HTTP.

mod support;

#[path = "front_door/by_code.rs"]
mod by_code;
#[path = "front_door/oauth.rs"]
mod oauth;
#[path = "front_door/origin.rs"]
mod origin;
#[path = "front_door/pages.rs"]
mod pages;
#[path = "front_door/real_client.rs"]
mod real_client;
#[path = "front_door/tokens.rs"]
mod tokens;
