//! Every number that the simulated world and its households are made of, each with its source, or "Chosen" where no
//! figure was found. None of them was fitted to a rule: what a rule makes of them is what is measured.
//!
//! Sources by short name:
//! - "facts": the figures this project collected before the rule was written; two good databases place the same
//!   address 15 km apart in the median on fixed lines and 180 to 210 km on mobile ones.
//! - RFC 8981: temporary addresses of IPv6 are preferred for a day.
//! - RFC 6177: a site gets between a /56 and a /48.

/// A world and its households.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// What it is called in tables.
    pub name: &'static str,
    /// The place databases.
    pub databases: Databases,
    /// The networks.
    pub networks: Networks,
    /// Who lives in a household, and with what.
    pub household: Household,
    /// How they live.
    pub life: Life,
    /// How they answer.
    pub answers: Answers,
    /// Who attacks.
    pub attacks: Attacks,
}

/// The place databases.
#[derive(Clone, Debug)]
pub struct Databases {
    /// Kilometres between the two databases on a fixed line, in the median. Facts: 15.
    pub fixed_apart_km: f64,
    /// Kilometres between the two databases on a mobile network, in the median. Facts: 180 to 210.
    pub mobile_apart_km: f64,
    /// Kilometres between the first database and the truth on a fixed line, in the median. Chosen: as good as they
    /// agree.
    pub fixed_error_km: f64,
    /// Kilometres between the first database and a mobile network's gateway, in the median. Chosen.
    pub mobile_error_km: f64,
    /// Deviation of the logarithms of these distances. Chosen: one fixed line in 150 is 300 km off.
    pub spread: f64,
    /// Share of address blocks of which a database knows nothing. Chosen.
    pub unknown: f64,
    /// Share of address blocks of which it knows only the country. Chosen.
    pub country_only: f64,
    /// Share of fixed address blocks that it puts into another country. Chosen.
    pub wrong_country: f64,
    /// Share of address blocks that get another place when a database is refreshed. Chosen.
    pub moved_by_refresh: f64,
    /// Share of households that change from one database to the other once in the year; the others refresh theirs
    /// once. Chosen.
    pub changes: f64,
    /// Share of households with the first database, which gives accuracy radii; the second gives none. Chosen.
    pub first: f64,
}

/// The networks.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Fixed-line networks a country. Chosen.
    pub fixed: usize,
    /// Mobile networks a country. Chosen: most countries have three or four.
    pub mobile: usize,
    /// Share of mobile networks that the table of networks takes for fixed ones: carriers that run both under one
    /// number. Chosen.
    pub mobile_unlisted: f64,
    /// VPN providers of the world. Chosen.
    pub vpn: usize,
    /// Share of VPN providers that rent in data centres, so that the table says "hosting". Chosen.
    pub vpn_listed_as_hosting: f64,
    /// Share of VPN providers that the table takes for fixed networks. Chosen.
    pub vpn_unlisted: f64,
    /// Share of fixed networks that share IPv4 addresses between customers. Chosen.
    pub fixed_shares_ipv4: f64,
    /// Share of fixed networks with IPv6. Chosen, of the order that large sites see.
    pub fixed_ipv6: f64,
    /// Share of mobile networks with IPv6. Chosen.
    pub mobile_ipv6: f64,
    /// Share of fixed networks that hand out a new IPv4 address and IPv6 prefix every day; such providers are well
    /// known. Chosen.
    pub renumbers_daily: f64,
    /// Days until the others do, in the mean. Chosen: after a power cut or a new router.
    pub renumbers_after_days: f64,
    /// /16 ranges of a fixed network. Chosen: a provider with some million lines.
    pub fixed_ranges: usize,
    /// /48 ranges of a fixed network in one city, where homes get a /56: 256 homes each. Chosen: as many homes as the
    /// IPv4 side has addresses.
    pub sites_of_a_city: usize,
    /// /24 ranges a city in which a fixed network shares IPv4 addresses. Chosen: 60,000 homes at 60 an address.
    pub shared_ranges: usize,
    /// Gateways of a mobile network, each with a /24. Chosen.
    pub gateways: usize,
    /// /24 ranges of a VPN provider or data centre in each country. Chosen.
    pub exits: usize,
    /// Data centres of the world. Chosen.
    pub hosting: usize,
    /// Networks on board. Chosen.
    pub in_flight: usize,
    /// Share of fixed networks that delegate a /48; the others a /56. RFC 6177 names both; the share is chosen.
    pub delegates_48: f64,
}

/// Who lives in a household, and with what.
#[derive(Clone, Debug)]
pub struct Household {
    /// Shares of households with one, two, … people. Chosen.
    pub people: [f64; 5],
    /// Share of the third to fifth persons who are children. Chosen.
    pub child: f64,
    /// Share of grown-ups with a phone signed in. Chosen.
    pub phone: f64,
    /// Share of children with a phone signed in. Chosen.
    pub child_phone: f64,
    /// Share of phones that use a browser rather than an app. Chosen.
    pub phone_browser: f64,
    /// Share of people with a computer. Chosen.
    pub computer: f64,
    /// Share of computers with a second browser that is used. Chosen.
    pub second_browser: f64,
    /// Share of households with several computers of which two are the same. Chosen.
    pub twins: f64,
    /// Share of people with a tablet. Chosen.
    pub tablet: f64,
    /// Televisions a household, in the mean. Chosen.
    pub tvs: f64,
    /// Boxes and sticks a household, in the mean. Chosen.
    pub boxes: f64,
    /// Consoles a household, in the mean. Chosen.
    pub consoles: f64,
    /// Loudspeakers a household, in the mean. Chosen.
    pub speakers: f64,
    /// Share of households whose devices reach the home by its private addresses when they are at home. Chosen.
    pub on_lan: f64,
    /// Share of homes that are reached over IPv6 where the line has it. Chosen.
    pub reached_by_ipv6: f64,
    /// Share of people with a VPN. Chosen.
    pub vpn: f64,
    /// Share of grown-ups who travel for work. Chosen.
    pub travels_for_work: f64,
    /// Share of people with a place of work or a school whose Wi-Fi they use. Chosen.
    pub works_elsewhere: f64,
    /// Share of devices that join in the first three days; the others over the next two months. Chosen.
    pub joins_at_once: f64,
}

/// How they live.
#[derive(Clone, Debug)]
pub struct Life {
    /// Share of the owner's sittings at whose end the newer token is lost again: a browser writes its cookies half a
    /// minute late, and may crash before. Chosen: one crash in a hundred hours of use.
    pub newer_lost: f64,
    /// Uses of a phone a day. Chosen.
    pub phone_uses: f64,
    /// Uses of a browser on a computer a day. Chosen.
    pub computer_uses: f64,
    /// Uses of a tablet a day. Chosen.
    pub tablet_uses: f64,
    /// Uses of a television or box a day. Chosen.
    pub tv_uses: f64,
    /// Uses of a console or loudspeaker a day. Chosen.
    pub console_uses: f64,
    /// Where a phone is used on an ordinary day: at home, on the way over mobile, at work or school, on another line in
    /// town. Chosen.
    pub phone_where: [f64; 4],
    /// The same for a computer that is carried about. Chosen.
    pub computer_where: [f64; 4],
    /// Share of uses, by who has a VPN, that go through it. Chosen.
    pub vpn_uses: f64,
    /// Share of VPN uses with the exit in the own country. Chosen.
    pub vpn_own_country: f64,
    /// Days after which a browser on a computer signs in anew, in the mean. Chosen.
    pub browser_signs_in_after: f64,
    /// Days after which an app on a phone or tablet does. Chosen.
    pub app_signs_in_after: f64,
    /// Days after which a television, box, console or loudspeaker does. Facts: less than once a month.
    pub tv_signs_in_after: f64,
    /// Days after which a browser loses its cookies. Chosen.
    pub cookies_last: f64,
    /// Days after which an app is installed anew. Chosen.
    pub app_lasts: f64,
    /// Days after which a television is set back. Chosen.
    pub tv_lasts: f64,
    /// Days until a phone is replaced. Chosen: two and a half years.
    pub phone_lasts: f64,
    /// Days until a computer is replaced. Chosen: five years.
    pub computer_lasts: f64,
    /// Share of new phones that come up from the old one's backup, session included. Chosen.
    pub restored_from_backup: f64,
    /// Holidays a household and year. Facts: a few.
    pub holidays: f64,
    /// Share of holidays abroad. Chosen.
    pub abroad: f64,
    /// Business trips of who travels for work, a year. Chosen.
    pub business_trips: f64,
    /// Share of trips abroad on which somebody uses the Wi-Fi on board. Chosen.
    pub on_board: f64,
    /// Share of phones abroad whose mobile data goes home first, so that they have an address of their own
    /// country. Chosen: home routing is the usual form of roaming.
    pub roams_home: f64,
    /// Share of boxes and consoles that come along on holidays: sticks for a hotel's television, and what has a screen of its
    /// own. Chosen.
    pub box_travels: f64,
    /// Guests a household and year whose device signs in. Chosen.
    pub guests: f64,
    /// Share of guests who go on using it from their own home. Chosen.
    pub guest_goes_on: f64,
    /// Share of households that move house in a year. Chosen.
    pub moves: f64,
    /// Share of moves to another city. Chosen.
    pub moves_far: f64,
    /// Share of households that change their provider in a year. Chosen.
    pub changes_provider: f64,
    /// Days that a browser or an app lags behind its newest version, in the median. Chosen.
    pub update_lag: f64,
    /// Share of sittings with a phone's browser at which its user asks for the desktop's site. Chosen: one in a hundred.
    pub desktop_site: f64,
}

/// How they answer what they are told.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Share of alerts about oneself that are answered with "it was me". Chosen: no study counts it (the one that
    /// counts answers to malicious sign-ins found that 22 % acted).
    pub alerts: f64,
    /// Share of quiet notices that are. Chosen.
    pub notices: f64,
    /// Minutes until an alert is answered, in the median. Chosen.
    pub alert_minutes: f64,
    /// Minutes until a notice is. Chosen.
    pub notice_minutes: f64,
    /// Deviation of the logarithm of both. Chosen.
    pub spread: f64,
}

/// Who attacks, and how often each household is tried. No try changes anything: each is made against a copy of
/// what is known at its moment.
#[derive(Clone, Debug)]
pub struct Attacks {
    /// Tries of each attacker at moments spread evenly over the account's year.
    pub evenly: usize,
    /// Further tries within each span of sign-ins, so that the short ones are measured too. They count in the
    /// figures of their span only.
    pub each_span: usize,
    /// What a naive attacker comes over: data centre, fixed line (a bot or a residential proxy), mobile. Chosen.
    pub naive_from: [f64; 3],
    /// Share of naive attackers whose program does not say what it is. Chosen.
    pub naive_untold: f64,
    /// Share of VPN attackers on a VPN; the others on a data centre of the country. Chosen.
    pub vpn_on_vpn: f64,
    /// What a thief comes over: a VPN or data centre in the right country, one elsewhere, a fixed line elsewhere, a
    /// fixed line of the right country in another city, another network of the same city. Chosen: sellers of stolen
    /// sessions advise to match the country.
    pub thief_from: [f64; 5],
    /// Uses of a stolen session a day, after the first. Chosen.
    pub thief_uses: f64,
    /// Share of sessions whose token is renewed while it is used: browsers at the home's own pages and what signed in by
    /// code. Not those of programs that keep a token without end, nor of browsers that only visit sites behind the
    /// guard. Chosen.
    pub session_renews: f64,
    /// Share of thieves whose program takes a newer token, as a browser with a copied profile does. Chosen.
    pub thief_takes_newer: f64,
}

/// The world that the goals are about.
pub const MAIN: Parameters = Parameters {
    name: "main",
    databases: Databases {
        fixed_apart_km: 15.0,
        mobile_apart_km: 195.0,
        fixed_error_km: 10.0,
        mobile_error_km: 100.0,
        spread: 1.2,
        unknown: 0.01,
        country_only: 0.02,
        wrong_country: 0.003,
        moved_by_refresh: 0.1,
        changes: 0.3,
        first: 0.6,
    },
    networks: Networks {
        fixed: 5,
        mobile: 4,
        mobile_unlisted: 0.1,
        vpn: 12,
        vpn_listed_as_hosting: 0.4,
        vpn_unlisted: 0.1,
        fixed_shares_ipv4: 0.15,
        fixed_ipv6: 0.6,
        mobile_ipv6: 0.6,
        renumbers_daily: 0.2,
        renumbers_after_days: 90.0,
        fixed_ranges: 32,
        sites_of_a_city: 256,
        shared_ranges: 4,
        gateways: 64,
        exits: 6,
        hosting: 8,
        in_flight: 3,
        delegates_48: 0.15,
    },
    household: Household {
        people: [0.28, 0.32, 0.17, 0.16, 0.07],
        child: 0.7,
        phone: 0.95,
        child_phone: 0.5,
        phone_browser: 0.3,
        computer: 0.65,
        second_browser: 0.3,
        twins: 0.15,
        tablet: 0.35,
        tvs: 1.4,
        boxes: 0.7,
        consoles: 0.4,
        speakers: 0.3,
        on_lan: 0.5,
        reached_by_ipv6: 0.5,
        vpn: 0.15,
        travels_for_work: 0.15,
        works_elsewhere: 0.7,
        joins_at_once: 0.6,
    },
    life: Life {
        newer_lost: 1.0 / 12_000.0,
        phone_uses: 2.0,
        computer_uses: 1.0,
        tablet_uses: 0.6,
        tv_uses: 1.2,
        console_uses: 0.3,
        phone_where: [0.55, 0.32, 0.09, 0.04],
        computer_where: [0.80, 0.02, 0.14, 0.04],
        vpn_uses: 0.15,
        vpn_own_country: 0.6,
        browser_signs_in_after: 20.0,
        app_signs_in_after: 90.0,
        tv_signs_in_after: 120.0,
        cookies_last: 150.0,
        app_lasts: 400.0,
        tv_lasts: 700.0,
        phone_lasts: 900.0,
        computer_lasts: 1800.0,
        restored_from_backup: 0.5,
        holidays: 2.5,
        abroad: 0.4,
        business_trips: 5.0,
        on_board: 0.15,
        roams_home: 0.7,
        box_travels: 0.1,
        guests: 1.5,
        guest_goes_on: 0.3,
        moves: 0.06,
        moves_far: 0.35,
        changes_provider: 0.08,
        update_lag: 5.0,
        desktop_site: 0.01,
    },
    answers: Answers { alerts: 0.75, notices: 0.6, alert_minutes: 15.0, notice_minutes: 300.0, spread: 1.5 },
    attacks: Attacks {
        evenly: 20,
        each_span: 5,
        naive_from: [0.5, 0.4, 0.1],
        naive_untold: 0.1,
        vpn_on_vpn: 0.6,
        thief_from: [0.35, 0.2, 0.25, 0.15, 0.05],
        thief_uses: 3.0,
        session_renews: 0.9,
        thief_takes_newer: 0.7,
    },
};

/// A rougher world: databases that are worse, networks that change faster, people who travel more, lose more
/// secrets and answer less. Chosen to be worse in every respect that speaks against a rule.
pub const ROUGH: Parameters = Parameters {
    name: "rough",
    databases: Databases {
        mobile_apart_km: 210.0,
        fixed_error_km: 15.0,
        mobile_error_km: 150.0,
        spread: 1.4,
        unknown: 0.03,
        country_only: 0.05,
        wrong_country: 0.006,
        moved_by_refresh: 0.2,
        changes: 0.5,
        first: 0.4,
        ..MAIN.databases
    },
    networks: Networks {
        mobile_unlisted: 0.25,
        vpn_listed_as_hosting: 0.5,
        vpn_unlisted: 0.2,
        fixed_shares_ipv4: 0.3,
        renumbers_daily: 0.35,
        renumbers_after_days: 45.0,
        fixed_ranges: 8,
        sites_of_a_city: 32,
        ..MAIN.networks
    },
    household: Household { vpn: 0.25, travels_for_work: 0.25, on_lan: 0.35, ..MAIN.household },
    life: Life {
        newer_lost: 1.0 / 3_000.0,
        cookies_last: 75.0,
        app_lasts: 250.0,
        phone_lasts: 700.0,
        holidays: 4.0,
        abroad: 0.5,
        business_trips: 8.0,
        on_board: 0.25,
        roams_home: 0.5,
        box_travels: 0.2,
        guests: 2.5,
        moves: 0.1,
        changes_provider: 0.12,
        vpn_uses: 0.25,
        desktop_site: 0.03,
        ..MAIN.life
    },
    answers: Answers {
        alerts: 0.5,
        notices: 0.3,
        alert_minutes: 60.0,
        notice_minutes: 900.0,
        ..MAIN.answers
    },
    attacks: Attacks { naive_untold: 0.2, session_renews: 0.7, thief_takes_newer: 0.5, ..MAIN.attacks },
};
