//! Whose a television is, where it says so.

use crate::identify::parts::comments;

/// What a maker calls itself, where that is not what people call it.
const SHOWN: [(&str, &str); 4] =
    [("LGE", "LG"), ("BANGOLUFSEN", "Bang & Olufsen"), ("PhilipsTV", "Philips"), ("PHILIPSTV", "Philips")];

/// The maker in `HbbTV/1.x.1 (capabilities; vendorName; modelName; …)` (ETSI TS 102 796 section 7.3.2.4), in
/// `VIDAA/… (vendor; …)`, or in `(vendor, model, wired)`, as `YouTube` asks it of televisions.
pub(super) fn maker(user_agent: &str) -> Option<String> {
    let in_comment_after = |mark: &str, at: usize| {
        let (_, rest) = user_agent.split_once(mark)?;
        let (_, inside) = rest.split_once('(')?;
        inside.split([';', ')']).nth(at)
    };
    in_comment_after("HbbTV/", 1)
        .and_then(shown)
        .or_else(|| in_comment_after("VIDAA/", 0).and_then(shown))
        .or_else(|| connected(user_agent).and_then(shown))
}

/// The maker in "(Philips, PUS6504, wired)": only televisions and boxes say how they are connected.
pub(super) fn connected(user_agent: &str) -> Option<&str> {
    comments(user_agent).into_iter().find_map(|comment| {
        let mut fields = comment.split(',').map(str::trim);
        let maker = fields.next()?;
        fields
            .any(|field| {
                let way = field.split([')', ' ']).next().unwrap_or(field);
                way.eq_ignore_ascii_case("wired") || way.eq_ignore_ascii_case("wireless")
            })
            .then_some(maker)
    })
}

/// A maker's name as people write it; `None` when it is none.
fn shown(maker: &str) -> Option<String> {
    let maker = maker.trim();
    if let Some((_, name)) = SHOWN.iter().find(|(said, _)| *said == maker) {
        return Some((*name).to_owned());
    }
    let is_name = (2..=20).contains(&maker.len())
        && maker.starts_with(|c: char| c.is_ascii_alphabetic())
        && maker.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '&'));
    // "TCL" and "DEXP" are written so; "TECHWOOD" shouts.
    let shouts = maker.len() > 4 && maker.chars().all(|c| !c.is_ascii_lowercase());
    is_name.then(|| {
        if shouts { format!("{}{}", &maker[..1], maker[1..].to_ascii_lowercase()) } else { maker.to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maker_is_read_where_a_television_names_it() {
        for (user_agent, expected) in [
            ("HbbTV/1.1.1 (; Sony; KDL32W650A; PKG3.211EUA; 2013;); )", Some("Sony")),
            ("HbbTV/1.2.1 (+PVR+DRM; BANGOLUFSEN; A3; ; ; )", Some("Bang & Olufsen")),
            ("Model/VIDAA-MTK9618 VIDAA/9.0(TOSHIBA;SmartTV;55Z670ME;MTK9618)", Some("Toshiba")),
            ("Tbrowser/2.0, _TV_MS6586/V8 (TCL,U55P6006,wired)", Some("TCL")),
            ("HbbTV/1.1.1 (;;;;;)", None),
            ("HbbTV/1.1.1 (;<b>;;;;)", None),
            ("Mozilla/5.0 (KHTML, like Gecko)", None),
        ] {
            assert_eq!(maker(user_agent).as_deref(), expected, "{user_agent}");
        }
    }
}
