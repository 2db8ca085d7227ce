//! Real user agents, hints and declarations, and what must be told from them.

mod declared;
mod hints;
mod hostile;
mod user_agents;

use super::*;

/// What is told, as "kind | name | system | app and version".
fn told(clues: &Clues<'_>) -> String {
    let traits = identifier().identify(clues);
    let app = [traits.app, traits.app_version].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let open = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let os = open(traits.os.unwrap_or_default());
    format!("{} | {} | {os} | {}", traits.kind.as_str(), traits.name, open(app))
}

fn told_by_user_agent(user_agent: &str) -> String {
    told(&Clues { user_agent: Some(user_agent), ..Clues::default() })
}

/// One identifier for all cases: compiling the patterns is the slow part.
fn identifier() -> &'static Identifier {
    static IDENTIFIER: std::sync::LazyLock<Identifier> = std::sync::LazyLock::new(Identifier::new);
    &IDENTIFIER
}
