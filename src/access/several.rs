//! Which of several tokens counts: a browser may send more than one cookie of a name (one of a path, one of an earlier
//! setting, junk that another site of the domain left), and none of them may shut it out.

use super::Core;
use super::live::LiveSession;
use crate::model::Secret;

/// How good a token looks to memory, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Of a session that would be let in.
    Good,
    /// In use, but the session is held or the token ran out.
    InUse,
    /// Of a live session, offered or spent.
    Other,
    /// Of a session that has ended.
    Ended,
    /// Nobody knows it.
    Unknown,
}

impl Standing {
    pub(super) fn of(core: &Core, token: &Secret) -> Self {
        let hash = token.hash();
        if let Some(session) = core.live.find(&hash) {
            return if is_good(core, &session) { Self::Good } else { Self::InUse };
        }
        if core.live.find_other(&hash).is_some() {
            Self::Other
        } else if core.live.find_ended(&hash).is_some() {
            Self::Ended
        } else {
            Self::Unknown
        }
    }
}

/// Whether a session would be let in, were it not for where its request comes from.
pub(super) fn is_good(core: &Core, session: &LiveSession) -> bool {
    !session.has_ended() && !session.is_held() && !session.has_expired(core.now())
}

/// The token among several that counts: one that is alive, whatever stands before it. Looks at memory only, so that a
/// spent one beside it raises no alarm.
pub fn which(core: &Core, tokens: impl IntoIterator<Item = Secret>) -> Option<Secret> {
    let mut tokens = tokens.into_iter();
    let first = tokens.next()?;
    // Nearly always there is one, which is looked up once.
    let Some(second) = tokens.next() else { return Some(first) };
    [first, second].into_iter().chain(tokens).min_by_key(|token| Standing::of(core, token))
}

/// Whether a secret is, or was, a token of this home, of whatever kind: such a thing is not for other sites to see.
pub fn is_ours(core: &Core, secret: &Secret) -> bool {
    core.live.find_by_guard_key(&secret.hash()).is_some() || Standing::of(core, secret) != Standing::Unknown
}
