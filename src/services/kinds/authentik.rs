//! authentik: sign-in for other programs. An administrator's token shows and ends everybody's sign-ins.

mod says;

use std::collections::HashMap;

use async_trait::async_trait;
use http::StatusCode;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use uuid::Uuid;

use self::says::{Event, Session, User};
use super::{asked, rows};
use crate::model::Promise;
use crate::services::{
    About, Answer, Ask, Ending, FailedSignIn, KEY, KeyHolder, Kind, Line, Look, Server, SignIn, Tells,
    Trouble, USUALLY, told,
};

/// authentik.
pub struct Authentik;

static ABOUT: About = About {
    key: "authentik",
    name: "authentik",
    how_to: &[
        "Sign in to authentik as an administrator and open the Admin interface.",
        "Open Directory, then Roles: make a role that may view and delete Authenticated Sessions, view Users and view Events.",
        "Open Directory, then Users: make a service account called Latchkey and give it that role.",
        "Open Directory, then Tokens and App passwords: make a token for Latchkey with the intent API Token, and let it not expire.",
        "Copy the token's key.",
    ],
    fields: &[KEY],
    ports: &[9443, 9000],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: true,
        address: true,
        client: true,
        since: false,
        last_active: true,
        failed: true,
        pushes: false,
    },
    promise: Promise::AtOnce,
    limits: &[
        "A sign-out ends the sign-in at authentik. Programs that were opened with it may keep their own until they ask authentik again.",
        "Tokens and app passwords are no sign-ins: they are not listed here and stay good.",
        "authentik does not say when a sign-in was made.",
    ],
    every: USUALLY,
};

/// How many entries are asked for at once; it gives no more than a hundred.
const A_PAGE: u32 = 100;

const NO_ADMINISTRATOR: &str = "It is no administrator's: without the permission “Can view Authenticated Session” it shows only the sign-ins of its own user, and without “Can delete Authenticated Session” it ends no others.";
const NO_NAMES: &str = "It may not read what people are called: the permission “Can view User” is missing.";
const NO_FAILURES: &str =
    "It may not read which sign-ins failed: the permission “Can view Event” is missing.";

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "capabilities")]
    _capabilities: Vec<String>,
    #[serde(rename = "cache_timeout_flows")]
    _cache_timeout_flows: i64,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default, deserialize_with = "told::soft")]
    detail: Option<String>,
}

#[derive(Deserialize)]
struct Page<T> {
    results: Vec<T>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    /// The number of the next page, 0 behind the last one. A fraction in its description.
    next: f64,
    count: f64,
}

#[derive(Deserialize)]
struct Me {
    user: User,
}

/// What is asked for below `/api/v3`, with the token. Its paths end in a slash.
fn with_key(line: &Line, path: &[&str]) -> Ask {
    let whole: Vec<&str> = ["api", "v3"].iter().chain(path).copied().chain([""]).collect();
    Ask::get(&whole).bearer(line.keys().get("key"))
}

/// A good answer. authentik says 403 to a token that it does not know as well as to one that lacks a right.
fn permitted(answer: Answer, missing: &str) -> Result<Answer, Trouble> {
    if answer.status == StatusCode::FORBIDDEN {
        let detail = answer.json::<Refusal>().ok().and_then(|refusal| refusal.detail).unwrap_or_default();
        let is_about_the_token = detail.starts_with("Token invalid")
            || detail.starts_with("Authentication credentials")
            || detail.starts_with("Malformed header")
            || detail.starts_with("Unsupported authentication");
        if is_about_the_token {
            return Err(Trouble::KeyRefused);
        }
    }
    asked::permitted(answer, missing)
}

/// A list there is, in an order by what never changes, so that nothing moves from one page to the next while they are read.
struct List {
    path: [&'static str; 2],
    order: &'static str,
    /// What the token lacks where it may not read it.
    missing: &'static str,
}

const SESSIONS: List = List {
    path: ["core", "authenticated_sessions"],
    order: "uuid",
    missing: "the permission “Can view Authenticated Session” is missing",
};

const USERS: List =
    List { path: ["core", "users"], order: "pk", missing: "the permission “Can view User” is missing" };

const EVENTS: List = List {
    path: ["events", "events"],
    order: "-created",
    missing: "the permission “Can view Event” is missing",
};

async fn page<T: DeserializeOwned>(
    line: &Line,
    list: &List,
    number: u32,
    size: u32,
) -> Result<Page<T>, Trouble> {
    let mut ask = with_key(line, &list.path)
        .query("page", number.to_string())
        .query("page_size", size.to_string())
        .query("ordering", list.order);
    if list.path == EVENTS.path {
        ask = ask.query("actions", "login_failed");
    }
    if list.path == USERS.path {
        ask = ask.query("include_groups", "false").query("include_roles", "false");
    }
    permitted(line.ask(ask).await?, list.missing)?.json()
}

/// Every page of a list.
async fn all<T: DeserializeOwned + Send>(line: &Line, list: &List) -> Result<Vec<T>, Trouble> {
    let mut all = Vec::new();
    for number in 1..=asked::MOST_PAGES {
        let Page { results, pagination } = page::<T>(line, list, number, A_PAGE).await?;
        all.extend(results);
        if pagination.next < 1.0 {
            // What ended meanwhile moves another one back to a page that was read.
            if u32::try_from(all.len()).is_ok_and(|read| f64::from(read) < pagination.count) {
                return Err(Trouble::odd("its list changed while it was read"));
            }
            return Ok(all);
        }
        if (pagination.next - f64::from(number) - 1.0).abs() > 0.5 {
            return Err(Trouble::odd("the pages of its list are out of order"));
        }
    }
    Err(Trouble::odd("its list has no end"))
}

async fn sessions(line: &Line) -> Result<Vec<Session>, Trouble> {
    let sessions: Vec<Session> = all(line, &SESSIONS).await?;
    for session in &sessions {
        rows::told_id(session.uuid.clone())?;
    }
    Ok(sessions)
}

/// What people are called; nothing where the token may not read that.
async fn names(line: &Line) -> Result<HashMap<String, String>, Trouble> {
    match all::<User>(line, &USERS).await {
        Ok(users) => Ok(users.into_iter().map(User::person).map(|person| (person.id, person.name)).collect()),
        Err(Trouble::TooFewRights { .. }) => Ok(HashMap::new()),
        Err(trouble) => Err(trouble),
    }
}

/// What failed since the cursor, as far as the token may read it.
async fn failed(line: &Line, cursor: Option<&str>) -> Result<Vec<FailedSignIn>, Trouble> {
    let told = asked::ToldFailures::of(cursor);
    let mut all = Vec::new();
    for number in 1..=asked::MOST_PAGES_OF_FAILURES {
        let page = match page::<Event>(line, &EVENTS, number, A_PAGE).await {
            Ok(page) => page,
            Err(Trouble::TooFewRights { .. }) => return Ok(Vec::new()),
            Err(trouble) => return Err(trouble),
        };
        let is_last = page.pagination.next < 1.0;
        let here: Vec<FailedSignIn> = page.results.into_iter().filter_map(Event::failed).collect();
        // At a first look nothing is told: the newest are enough to know where to go on.
        let goes_on = told.as_ref().is_some_and(|told| here.iter().all(|failed| told.is_new(failed)));
        all.extend(here);
        if is_last || !goes_on {
            break;
        }
    }
    Ok(all)
}

#[async_trait]
impl Kind for Authentik {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let ask = Ask::get(&["api", "v3", "root", "config", ""]);
        let _: Config = asked::identity(line, ask, ABOUT.name).await?;
        Ok(Server { version: None, name: None, id: None })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let answer = line.ask(with_key(line, &["core", "users", "me"])).await?;
        let Me { user } = permitted(answer, "the token's user may do nothing at authentik")?.json()?;
        page::<Session>(line, &SESSIONS, 1, 1).await?;
        let mut lacks = Vec::new();
        if user.is_superuser != Some(true) {
            lacks.push(NO_ADMINISTRATOR.to_owned());
        }
        for (list, lack) in [(&USERS, NO_NAMES), (&EVENTS, NO_FAILURES)] {
            match page::<IgnoredAny>(line, list, 1, 1).await {
                Ok(_) => {}
                Err(Trouble::TooFewRights { .. }) => lacks.push(lack.to_owned()),
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(KeyHolder { person: Some(user.person()), lacks })
    }

    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble> {
        let sessions = sessions(line).await?;
        let names = names(line).await?;
        let sign_ins: Result<Vec<SignIn>, Trouble> =
            sessions.into_iter().map(|session| session.sign_in(&names)).collect();
        let (failed, cursor) = asked::new_failures(cursor, failed(line, cursor).await?);
        Ok(Look { sign_ins: rows::one_of_each(sign_ins?), failed, cursor })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        // Nothing but an id: what stands beside it in that place ends several at once.
        let Ok(id) = Uuid::try_parse(&which.ends_with) else {
            return Err(Trouble::odd("the sign-in has an id that authentik does not give"));
        };
        let mut ask = with_key(line, &["core", "authenticated_sessions", &id.hyphenated().to_string()]);
        ask.method = http::Method::DELETE;
        let answer = line.ask(ask).await?;
        if answer.status == StatusCode::NOT_FOUND {
            // It is gone already, or the token may not see it; which, is read back.
            return Ok(());
        }
        match permitted(answer, "") {
            Err(Trouble::TooFewRights { .. }) => Err(Trouble::TooFewRights {
                missing: "the token may not end sign-ins; its user needs the permission “Can delete Authenticated Session”"
                    .to_owned(),
            }),
            answer => answer.map(drop),
        }
    }

    // By the whole list: to ask for the one alone is answered like one that is gone by any server that knows nothing of it.
    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        let is_this = |session: &Session| session.uuid.as_deref() == Some(which.external_id.as_str());
        Ok(sessions(line).await?.iter().any(is_this))
    }
}

#[cfg(test)]
mod tests;
