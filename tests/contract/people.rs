//! People: who may do what, and what they prove it with.

use super::*;

contract! {
    a_kids_profile_reaches_nothing_of_the_management(reach) {
        let (_, owner) = set_up(&reach).await;
        let leo = NewProfile::of("Leo", ProfileKind::Kids);
        let leo = owner.create_profile(leo).await.expect("makes a profile").answer;
        let (tv, child) = reach.sign_in("TV").await;
        let choice = ProfileChoice::of(leo.id);
        let session = child.choose_profile(choice).await.expect("chooses").answer;
        assert!(!session.may_manage && !session.new_badge && session.open_alerts == 0);
        assert_eq!(code_of(child.devices(DeviceQuery::default()).await), "kids_profile");
        assert_eq!(code_of(child.device(tv.device_id).await), "kids_profile");
        assert_eq!(code_of(child.change_device(tv.device_id, DeviceChange { name: "x".into() }).await), "kids_profile");
        assert_eq!(code_of(child.sign_out_device(tv.device_id).await), "kids_profile");
        let all = SignOutMany { all: Some(true), ..SignOutMany::default() };
        assert_eq!(code_of(child.sign_out_devices(all).await), "kids_profile");
        assert_eq!(code_of(child.alerts(AlertQuery::default()).await), "kids_profile");
        assert_eq!(code_of(child.history(HistoryQuery::default()).await), "kids_profile");
        assert_eq!(code_of(child.change_profile(leo.id, ProfileChange { kind: Some(ProfileKind::Adult), ..ProfileChange::default() }).await), "kids_profile");
        assert_eq!(code_of(child.delete_profile(leo.id).await), "kids_profile");
        assert_eq!(code_of(child.mark_badge_seen().await), "kids_profile");
        assert_eq!(code_of(child.pending_code("BCDFGHJK".into()).await), "kids_profile");
        assert_eq!(code_of(child.geo_status().await), "kids_profile");
        assert_eq!(code_of(child.update_geo().await), "kids_profile");
        assert_eq!(code_of(child.events().await), "kids_profile");
        let change = PasswordChange {
            current_password: PASSWORD.into(), new_password: "new password".into(), sign_out_everything_else: true,
        };
        assert_eq!(code_of(child.change_password(change).await), "kids_profile");
        child.report_activity(ActivityReport { title: Some("Moles".into()), state: None }).await.expect("may watch");
        child.profiles().await.expect("may choose somebody else");
        child.sign_out_here().await.expect("may sign itself out");
    }

    a_profile_with_a_pin_asks_for_it(reach) {
        let (_, owner) = set_up(&reach).await;
        let rui = NewProfile { pin: Some("2580".into()), ..NewProfile::of("Rui", ProfileKind::Adult) };
        assert_eq!(code_of(owner.create_profile(rui.clone()).await), "proof_required");
        let rui = NewProfile { password: Some(PASSWORD.into()), ..rui };
        let rui = owner.create_profile(rui).await.expect("makes a profile").answer;
        assert!(rui.has_pin);
        // From now on only those with a PIN manage.
        assert_eq!(code_of(owner.devices(DeviceQuery::default()).await), "pin_profile_required");
        let choose = |pin: Option<&str>| ProfileChoice { pin: pin.map(Into::into), ..ProfileChoice::of(rui.id) };
        assert_eq!(code_of(owner.choose_profile(choose(None)).await), "pin_required");
        assert_eq!(code_of(owner.choose_profile(choose(Some("1111"))).await), "wrong_pin");
        let session = owner.choose_profile(choose(Some("2580"))).await.expect("chooses").answer;
        assert_eq!(session.profile.expect("a profile").id, rui.id);
        for _ in 0..5 {
            let _ = owner.choose_profile(choose(Some("1111"))).await;
        }
        assert_eq!(code_of(owner.choose_profile(choose(Some("2580"))).await), "too_many_attempts");
        // Whoever has forgotten it gets by with the password.
        let forgotten = ProfileChoice { password: Some(PASSWORD.into()), ..ProfileChoice::of(rui.id) };
        let fresh = owner.choose_profile(forgotten).await.expect("chooses");
        let owner = match fresh.token.as_deref() {
            Some(token) => reach.with(Some(token)),
            None => owner,
        };
        reach.home.clock.advance(Duration::from_mins(5));
        let no_pin = ProfileChange { pin: Some(String::new()), ..ProfileChange::default() };
        assert_eq!(code_of(owner.change_profile(rui.id, no_pin.clone()).await), "proof_required");
        assert_eq!(code_of(owner.delete_profile(rui.id).await), "proof_required");
        let wrong = SessionProof { proof: Proof { password: Some("not this one".into()), pin: None }, profile_id: None };
        assert_eq!(code_of(owner.prove(wrong).await), "wrong_password");
        let fresh = owner.prove(SessionProof { proof: password(), profile_id: None }).await.expect("proves");
        assert_eq!(fresh.answer.good_for_s, 300);
        assert!(!owner.change_profile(rui.id, no_pin).await.expect("changes").answer.has_pin);
        owner.delete_profile(rui.id).await.expect("deletes");
        let ana = owner.profiles().await.expect("profiles").profiles.remove(0);
        assert_eq!(code_of(owner.delete_profile(ana.id).await), "last_adult_profile");
        let kids = ProfileChange { kind: Some(ProfileKind::Kids), ..ProfileChange::default() };
        assert_eq!(code_of(owner.change_profile(ana.id, kids).await), "last_adult_profile");
    }

    the_password_changes_and_everything_else_is_signed_out(reach) {
        let (_, owner) = set_up(&reach).await;
        let (_, television) = reach.sign_in("TV").await;
        let change = |current: &str| PasswordChange {
            current_password: current.into(), new_password: "a better one".into(), sign_out_everything_else: true,
        };
        assert_eq!(code_of(owner.change_password(change("wrong one")).await), "invalid_input");
        television.session().await.expect("nothing changed");
        assert_eq!(owner.change_password(change(PASSWORD)).await.expect("changes").answer.signed_out, 1);
        assert_eq!(code_of(television.session().await), "session_ended");
        owner.session().await.expect("this one stays");
        reach.home.clock.advance(Duration::from_mins(5));
        assert_eq!(code_of(reach.with(None).sign_in(request("TV", PASSWORD)).await), "wrong_credentials");
        reach.with(None).sign_in(request("TV", "a better one")).await.expect("signs in");
        let failed = HistoryQuery { kind: Some(HistoryKind::SignInFailed), ..HistoryQuery::default() };
        assert_eq!(owner.history(failed).await.expect("history").history.len(), 1);
    }

    attempts_are_limited_with_a_clear_message(reach) {
        let (_, _) = set_up(&reach).await;
        let nobody = reach.with(None);
        for _ in 0..5 {
            assert_eq!(code_of(nobody.sign_in(request("TV", "wrong one")).await), "wrong_credentials");
        }
        let refused = nobody.sign_in(request("TV", PASSWORD)).await;
        assert_eq!(refused.as_ref().err().map(latchkey::error::Error::status), Some(429));
        let refused = refusal_of(refused);
        assert_eq!((refused.error.as_str(), refused.retry_after_s), ("too_many_attempts", Some(30)));
        assert!(refused.message.contains("30 seconds"), "{refused:?}");
        reach.home.clock.advance(Duration::from_secs(30));
        nobody.sign_in(request("TV", PASSWORD)).await.expect("signs in");
    }
}
