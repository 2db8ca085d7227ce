//! Making the first account.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::Core;
use super::admit::{Admitted, Proof, Proven, admit};
use super::asking::Asking;
use super::codes::new_user_code;
use super::profiles::check_new_profiles;
use crate::error::{Error, Result};
use crate::model::{Account, AccountId, HistoryKind, Login, Password};
use crate::random::Random;
use crate::store::NewAccount;
use crate::wire::SetupRequest;

/// The code that lets somebody make the first account: printed where the server was started, so that nobody
/// else on the network is faster. Gone once there is an account.
#[derive(Default)]
pub struct SetupCode(Mutex<Option<String>>);

impl fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupCode")
    }
}

impl SetupCode {
    /// A new code.
    pub fn new(random: &dyn Random) -> Self {
        Self(Mutex::new(Some(new_user_code(random))))
    }

    /// No code: the home is set up.
    pub fn none() -> Self {
        Self::default()
    }

    /// The code, while it is good for something.
    pub fn reveal(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn is(&self, typed: &str) -> bool {
        use subtle::ConstantTimeEq;
        let letters = |text: &str| {
            text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
        };
        self.reveal().is_some_and(|code| letters(&code).as_bytes().ct_eq(letters(typed).as_bytes()).into())
    }
}

/// Makes the first account with its profiles, and signs in the device that asks.
pub async fn set_up(core: &Arc<Core>, mut asking: Asking, request: SetupRequest) -> Result<Admitted> {
    if core.store.has_account().await? {
        return Err(Error::AlreadySetUp);
    }
    core.limits.set_up(asking.address)?;
    if !core.setup_code.is(&request.code) {
        return Err(Error::WrongSetupCode);
    }
    asking.declared = request.device.or(asking.declared);
    let account = new_account(core, &request.login, request.password, request.profiles).await?;
    core.store.create_first_account(&account).await?;
    core.setup_code.forget();
    tracing::info!("the account was made");
    let proven = Proven { account: account.account, proof: Proof::Setup, profile: None, expires_at: None };
    admit(core, asking, proven).await
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
    let password = Password::chosen(password)?;
    let profiles = check_new_profiles(core, account.id, profiles).await?;
    let password_hash = core.passwords.hash(&*core.random, password.as_bytes().to_vec()).await?;
    let history = core.line(account.id, HistoryKind::AccountCreated);
    Ok(NewAccount { account, password_hash, profiles, history })
}
