//! Making the first account.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Core;
use super::admit::{Admitted, Proof, Proven, admit};
use super::asking::Asking;
use super::profiles::{check_new_profiles, guard};
use super::user_code::new_user_code;
use super::waiting::Asker;
use crate::clock::Clock;
use crate::error::{Error, Result, causes};
use crate::model::{Account, AccountId, HistoryKind, Login, Password};
use crate::random::Random;
use crate::store::{NewAccount, PrintedCodes, PrintedFor};
use crate::wire::SetupRequest;

/// How long a set-up code is good for. A new one is printed by `latchkey-server setup-code`.
pub const CODE_LIFETIME: Duration = Duration::from_hours(1);

/// The code that lets somebody make the first account: printed where the server was started, so that nobody
/// else on the network is faster. Gone once there is an account, and after [`CODE_LIFETIME`].
#[derive(Default)]
pub struct SetupCode(Mutex<Option<Shown>>);

struct Shown {
    code: String,
    /// Until when it is good, by the clock that nobody sets.
    until: Duration,
}

impl fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupCode")
    }
}

impl SetupCode {
    /// A new code.
    pub fn new(clock: &dyn Clock, random: &dyn Random) -> Self {
        Self(Mutex::new(Some(Shown::new(clock, random))))
    }

    /// No code: the home is set up.
    pub fn none() -> Self {
        Self::default()
    }

    /// The code, while there is no account; a new one when the last ran out.
    pub fn reveal(&self, clock: &dyn Clock, random: &dyn Random) -> Option<String> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = shown.as_mut()?;
        if last.until <= clock.elapsed() {
            *last = Shown::new(clock, random);
        }
        Some(last.code.clone())
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn is(&self, typed: &str, elapsed: Duration) -> bool {
        use subtle::ConstantTimeEq;
        let letters = |text: &str| {
            text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
        };
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.as_ref().is_some_and(|shown| {
            elapsed < shown.until && letters(&shown.code).as_bytes().ct_eq(letters(typed).as_bytes()).into()
        })
    }
}

impl Shown {
    fn new(clock: &dyn Clock, random: &dyn Random) -> Self {
        Self { code: new_user_code(random), until: clock.elapsed() + CODE_LIFETIME }
    }
}

/// Prints a code beside the running home, by another process of the computer it runs on; an earlier one printed so is good no
/// more.
pub fn print_code(codes: &PrintedCodes, clock: &dyn Clock, random: &dyn Random) -> Result<String> {
    let code = new_user_code(random);
    codes.keep(PrintedFor::SetUp, &code, clock.now(), CODE_LIFETIME)?;
    Ok(code)
}

/// Makes the first account with its profiles, and signs in the device that asks.
pub async fn set_up(core: &Arc<Core>, mut asking: Asking, request: SetupRequest) -> Result<Admitted> {
    if core.store.has_account().await? {
        return Err(Error::AlreadySetUp);
    }
    let attempt = core.limits.set_up(&asking.networks())?;
    let typed = request.code.as_str();
    if !core.setup_code.is(typed, core.clock.elapsed())
        && !core.printed.is(PrintedFor::SetUp, typed, core.now())
    {
        return Err(Error::WrongSetupCode);
    }
    attempt.forgive();
    asking.declared = request.device.or(asking.declared);
    let account = new_account(core, &request.login, request.password, request.profiles).await?;
    let core = Arc::clone(core);
    // Also when whoever asked hangs up: an account whose PINs guard nothing would be anybody's until the next start.
    Core::carry_through(async move {
        {
            let turn = core.store.turn().await;
            core.store.create_first_account(&account).await?;
            guard(&core, &turn, account.account.id).await?;
        }
        core.setup_code.forget();
        if let Err(error) = core.printed.forget(PrintedFor::SetUp) {
            // Good for nothing any more: there is an account.
            tracing::warn!(error = %causes(&error), "the file of the set-up code stays on the disk");
        }
        tracing::info!("the account was made");
        let proven =
            Proven { account: account.account, proof: Proof::Setup, profile: None, expires_at: None };
        admit(&core, asking, proven).await
    })
    .await
}

/// An account ready to be written, with everything in it checked.
pub async fn new_account(
    core: &Core,
    login: &str,
    password: String,
    profiles: Vec<crate::wire::NewProfile>,
) -> Result<NewAccount> {
    let account = Account {
        id: AccountId::new(&*core.clock, &*core.random),
        login: Login::parse(login)?,
        created_at: core.now(),
        badge_seen_at: None,
    };
    let names = profiles.iter().map(|profile| profile.name.clone()).collect::<Vec<_>>();
    let names = names.iter().map(String::as_str).chain([login]).collect::<Vec<_>>();
    let password = Password::chosen_by("password", password, &names)?;
    let profiles = check_new_profiles(core, account.id, profiles).await?;
    let password_hash =
        core.passwords.hash(Asker::with_session(), &*core.random, password.as_bytes().to_vec()).await?;
    let history = core.entry(account.id, HistoryKind::AccountCreated);
    Ok(NewAccount { account, password_hash, profiles, history })
}
