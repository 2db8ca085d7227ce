//! Devices: how they are listed, named, and signed out.

use super::*;

contract! {
    a_device_signs_in_is_listed_and_is_signed_out(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("Living-room TV").await;
        let page = owner.devices(DeviceQuery::default()).await.expect("devices");
        assert_eq!(page.devices.len(), 2);
        assert!(page.devices[0].current && page.devices[0].signed_in);
        assert_eq!(page.devices[0].familiarity.verdict, Verdict::Familiar);
        assert_eq!((page.devices[1].name.as_str(), page.devices[1].kind), ("Living-room TV", DeviceKind::Tv));
        assert!(!page.devices[1].current);

        assert_eq!(television.session().await.expect("a session").device_id, tv.device_id);
        let first = owner.sign_out_device(tv.device_id).await.expect("signs out");
        assert_eq!(first.effect, SignOutEffect::SignedOut);
        assert_eq!(code_of(television.session().await), "session_ended");
        assert_eq!(code_of(television.devices(DeviceQuery::default()).await), "session_ended");
        let again = owner.sign_out_device(tv.device_id).await.expect("signs out again");
        assert_eq!(again.effect, SignOutEffect::AlreadySignedOut);
        assert_eq!(again.ended_at, first.ended_at);
        let detail = owner.device(tv.device_id).await.expect("the device outlives its session");
        assert!(!detail.device.signed_in);
        assert!(detail.history.iter().any(|line| line.kind == HistoryKind::SignOut));
    }

    the_device_secret_makes_it_the_same_device_again(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("TV").await;
        let request = SignInRequest { device_secret: Some(tv.device_secret.clone()), ..request("TV", PASSWORD) };
        let again = reach.with(None).sign_in(request).await.expect("signs in");
        assert_eq!(again.device_id, tv.device_id);
        assert_ne!(again.session_id, tv.session_id);
        assert_eq!(code_of(television.session().await), "session_ended");
        assert_eq!(owner.devices(DeviceQuery::default()).await.expect("devices").devices.len(), 2);
        let (other, _) = reach.sign_in("TV").await;
        assert_ne!(other.device_id, tv.device_id);
    }

    several_or_all_devices_are_signed_out_at_once(reach) {
        let (me, owner) = set_up(&reach).await;
        let (one, first) = reach.sign_in("One").await;
        let (two, second) = reach.sign_in("Two").await;
        let (_, third) = reach.sign_in("Three").await;
        let ids = Some(vec![one.device_id, two.device_id, one.device_id]);
        let some = SignOutMany { ids, ..SignOutMany::default() };
        let report = owner.sign_out_devices(some).await.expect("signs out").answer;
        assert_eq!(report.results.len(), 2);
        assert!(report.results.iter().all(|result| result.effect == SignOutEffect::SignedOut));
        assert_eq!(code_of(first.session().await), "session_ended");
        assert_eq!(code_of(second.session().await), "session_ended");
        third.session().await.expect("the third one stays");

        let all = |include_current| SignOutMany { all: Some(true), include_current, ..SignOutMany::default() };
        let fresh = owner.sign_out_devices(all(None)).await.expect("signs out");
        let report = &fresh.answer;
        assert_eq!(report.results.len(), 1);
        assert_eq!(code_of(third.session().await), "session_ended");
        owner.session().await.expect("this one stays, with a newer token");
        assert_eq!(code_of(reach.with(Some(&me.token)).session().await), "token_replaced");
        let newer = reach.with(Some(&fresh.token.expect("a newer token")));
        assert_eq!(newer.session().await.expect("goes on").session_id, me.session_id);
        let report = owner.sign_out_devices(all(Some(true))).await.expect("signs out").answer;
        assert_eq!(report.results[0].device_id, me.device_id);
        assert_eq!(code_of(owner.session().await), "session_ended");
        assert_eq!(code_of(reach.with(None).sign_out_devices(SignOutMany::default()).await), "not_signed_in");
    }

    the_list_is_filtered_searched_and_paged(reach) {
        let (_, owner) = set_up(&reach).await;
        for name in ["Kitchen radio", "Kitchen TV", "Bedroom TV"] {
            reach.sign_in(name).await;
        }
        let names = |query: DeviceQuery| {
            let owner = Arc::clone(&owner);
            async move {
                let page = owner.devices(query).await.expect("devices");
                page.devices.into_iter().map(|device| device.name).collect::<Vec<_>>()
            }
        };
        let q = |q: &str| DeviceQuery { q: Some(q.into()), ..DeviceQuery::default() };
        assert_eq!(names(q("kitchen")).await, ["Kitchen TV", "Kitchen radio"]);
        assert_eq!(names(q("radio KITCHEN")).await, ["Kitchen radio"]);
        // By what sort of device it is, too, whatever it is called.
        assert_eq!(names(q("tv kitchen")).await, ["Kitchen TV", "Kitchen radio"]);
        assert!(names(q("nothing like it")).await.is_empty());
        let tvs = DeviceQuery { kind: Some(DeviceKind::Tv), ..DeviceQuery::default() };
        assert_eq!(names(tvs).await.len(), 3);
        let idle = DeviceQuery { idle_days: Some(30), ..DeviceQuery::default() };
        assert!(names(idle.clone()).await.is_empty());
        reach.home.clock.advance(Duration::from_hours(24 * 31));
        owner.session().await.expect("a session");
        assert!(names(idle).await.len() >= 3);

        let (radio, kitchen) = reach.sign_in("Cellar radio").await;
        let ana = owner.profiles().await.expect("profiles").profiles.remove(0);
        kitchen.choose_profile(ProfileChoice::of(ana.id)).await.expect("chooses");
        let anas = DeviceQuery { profile_id: Some(ana.id), ..DeviceQuery::default() };
        assert_eq!(names(anas).await, ["Cellar radio"]);
        owner.sign_out_device(radio.device_id).await.expect("signs out");
        let signed_in = |signed_in| DeviceQuery { signed_in: Some(signed_in), ..DeviceQuery::default() };
        assert_eq!(names(signed_in(false)).await, ["Cellar radio"]);
        assert_eq!(names(signed_in(true)).await.len(), 4);
        let of = |service: &str| DeviceQuery { service: Some(service.into()), ..DeviceQuery::default() };
        assert_eq!(names(of("Latchkey")).await.len(), 5);
        assert!(names(of("films.home.example")).await.is_empty());
        let nowhere = DeviceQuery { country_code: Some("PT".into()), ..DeviceQuery::default() };
        assert!(names(nowhere).await.is_empty());

        for limit in 1..=4 {
            let mut all = Vec::new();
            let mut query = DeviceQuery { limit: Some(limit), ..DeviceQuery::default() };
            loop {
                let page = owner.devices(query.clone()).await.expect("devices");
                assert!(page.devices.len() <= limit as usize);
                all.extend(page.devices.iter().map(|device| device.id));
                match page.next_cursor {
                    Some(cursor) => query.cursor = Some(cursor),
                    None => break,
                }
            }
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 5, "with {limit} a page");
        }
        let broken = DeviceQuery { cursor: Some("x".into()), ..DeviceQuery::default() };
        assert_eq!(code_of(owner.devices(broken).await), "invalid_input");
    }

    what_plays_on_a_device_is_told_until_it_stops_or_falls_silent(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("TV").await;
        let says = |state: &str| ActivityReport { title: Some("Moles in Space".into()), state: Some(state.into()) };
        let playing = async || owner.device(tv.device_id).await.expect("a device").device.playing;
        assert!(!playing().await);
        television.report_activity(says("playing")).await.expect("reports");
        assert!(playing().await);
        television.report_activity(says("paused")).await.expect("reports");
        assert!(!playing().await);
        television.report_activity(says("playing")).await.expect("reports");
        reach.home.clock.advance(Duration::from_mins(6));
        assert!(!playing().await, "a television that was switched off goes on playing");
        let named = ActivityReport { title: Some("Moles in Space".into()), state: None };
        television.report_activity(named).await.expect("reports");
        assert!(playing().await);
        owner.sign_out_device(tv.device_id).await.expect("signs out");
        assert!(!playing().await);
    }

    a_device_is_renamed_and_the_name_is_clean(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, _) = reach.sign_in("TV \u{202e}gnp.exe").await;
        let before = owner.device(tv.device_id).await.expect("a device").device.name;
        assert_eq!(before, "TV gnp.exe");
        let renamed = owner.change_device(tv.device_id, DeviceChange { name: " Grandma's  TV ".into() }).await;
        assert_eq!(renamed.expect("renames").name, "Grandma's TV");
        let long = DeviceChange { name: "x".repeat(65) };
        assert_eq!(code_of(owner.change_device(tv.device_id, long).await), "invalid_input");
        let own = owner.change_device(tv.device_id, DeviceChange { name: String::new() }).await.expect("renames");
        assert_eq!(own.name, before);
    }

    the_new_badge_goes_for_everybody_once_somebody_looked(reach) {
        let (_, owner) = set_up(&reach).await;
        let (_, television) = reach.sign_in("TV").await;
        assert!(owner.session().await.expect("a session").new_badge);
        owner.mark_badge_seen().await.expect("looks");
        assert!(!owner.session().await.expect("a session").new_badge);
        assert!(!television.session().await.expect("a session").new_badge);
    }
}
