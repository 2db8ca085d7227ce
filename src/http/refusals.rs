//! Which refusals a call may answer with, beside those that its own handler names: what every request passes on its way
//! refuses for all calls alike, so that it is said in one place.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder};

use super::open_door::is_for_every_origin;
use crate::home::EVENTS;
use crate::home::table::{self, Who};

/// Who refuses, before a handler does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// All that stands around the interface and the pages: whose name it was asked under, whose page asks, how long and how
    /// large a request is.
    ByAll,
    /// Only the handler.
    ByItself,
}

/// Calls that answer in the words of OAuth (RFC 6749 section 5.2).
const OAUTH: [&str; 3] = ["/device_authorization", "/token", "/revoke"];

/// Those that check a code that can be guessed: a few at a time, and not too often. Of operations, their own description says
/// so.
const GUESSED_AT: [&str; 2] = ["/device_authorization", "/token"];

/// Names the refusals of every call.
pub fn describe(mut description: OpenApi, refused: Refused) -> OpenApi {
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in operations(item) {
            for (status, why) in of(method, path, operation, refused) {
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(response(path, status, why)));
            }
        }
    }
    description
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let named = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
    ];
    named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The refusals of one call, each with its reason.
fn of(method: &str, path: &str, asked: &Operation, refused: Refused) -> Vec<(&'static str, &'static str)> {
    let takes = |place: &ParameterIn| {
        let parameters = asked.parameters.iter().flatten();
        let mut places = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(&parameter.parameter_in),
            RefOr::Ref(_) => None,
        });
        places.any(|other| other == place)
    };
    let is_oauth = OAUTH.contains(&path);
    let has_body = asked.request_body.is_some();
    let is_by_all = refused == Refused::ByAll;
    let is_stream = path == EVENTS;
    let operation = table::Operation::at(method, path);
    let is_business_of = |who| operation.is_some_and(|operation| operation.who == who);
    let is_its_own = |status| operation.is_some_and(|operation| operation.refuses.contains(&status));
    let is_for_strangers = is_oauth || is_business_of(Who::Anybody);
    let mut refusals = vec![("500", "Something went wrong here; the log says what")];
    let mut when = |is_so: bool, status, why| {
        if is_so {
            refusals.push((status, why));
        }
    };
    when(is_oauth || path == "/introspect", "400", "Something is missing, said twice, or not a form");
    when(is_by_all && !is_for_strangers || is_its_own(401), "401", "Not signed in, signed out, or on hold");
    let changes = method != "GET" && !is_for_every_origin(path);
    when(is_by_all && changes, "403", "A page of another site sent it, or this device may not");
    when(!changes && is_business_of(Who::Manager), "403", "Not with the profile that uses this device");
    when(takes(&ParameterIn::Path) || is_its_own(404), "404", "There is no such thing");
    when(is_its_own(409), "409", "Not as things are; the code says why");
    when(is_by_all && !is_stream, "408", "It took too long");
    when(is_by_all && has_body && !is_oauth && path != "/introspect", "413", "The body is too long");
    when(is_by_all, "421", "The home does not answer to that name");
    let has_words = has_body && !is_oauth && path != "/introspect" || takes(&ParameterIn::Query) && is_by_all;
    when(has_words || is_its_own(422), "422", "Something in the request is not as it must be");
    when(GUESSED_AT.contains(&path) || is_its_own(429), "429", "Too many attempts");
    when(is_its_own(502), "502", "Something outside of this home did not do its part");
    when(is_by_all || path == "/guard", "503", "The home is busy, or cannot keep anything at present");
    refusals
}

fn response(path: &str, status: &str, why: &str) -> Response {
    let response = ResponseBuilder::new().description(why);
    // Said by what counts the time, which has no words.
    if status == "408" {
        return response.build();
    }
    let is_oauth = OAUTH.contains(&path) && !matches!(status, "403" | "421");
    let is_form = path == "/introspect" && status == "400";
    let schema = if is_oauth || is_form { "OauthError" } else { "ErrorBody" };
    response.content("application/json", Content::new(Some(Ref::from_schema_name(schema)))).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::table::OPERATIONS;

    #[test]
    fn whatever_an_operation_says_that_it_refuses_with_has_a_reason() {
        for operation in OPERATIONS {
            let reasons = of(operation.method.as_str(), operation.path, &Operation::new(), Refused::ByAll);
            for status in operation.refuses {
                let status = status.to_string();
                assert!(reasons.iter().any(|(given, _)| *given == status), "{}: {status}", operation.name);
            }
        }
    }
}
