//! Has browsers come back by https only, for a year (RFC 6797): by the name that people open the home by under https, with what is
//! below that name, and by no other. What is said to `localhost` would be said to every program on that computer, and a name that has
//! the home's own certificate alone could not be opened any more once that is not trusted (decision 25).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use super::door::Door;
use super::passed_on::{is_for_this_computer, name_of};

const ALWAYS_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Lets a request through, and says so in the answer where it was made to that name.
pub async fn say(State(door): State<Door>, request: Request, next: Next) -> Response {
    let is_by_name = name(&door).is_some_and(|name| is_for(request.headers(), name));
    let mut answer = next.run(request).await;
    if is_by_name {
        answer.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, ALWAYS_HTTPS);
    }
    answer
}

/// The name that people open the home by under https. An address is none (RFC 6797 section 8.1.1).
pub fn name(door: &Door) -> Option<&str> {
    door.public_url.as_ref().filter(|url| url.scheme() == "https").and_then(Url::domain)
}

fn is_for(headers: &HeaderMap, name: &str) -> bool {
    let mut hosts = headers.get_all(header::HOST).into_iter();
    !is_for_this_computer(headers)
        && hosts.any(|host| host.to_str().is_ok_and(|host| name_of(host).eq_ignore_ascii_case(name)))
}
