//! Alerts: what is told, how that is answered, set and tried.

use super::*;

contract! {
    the_homes_time_zone_is_shown_set_taken_back_and_refused_when_unknown(reach) {
        let (_, owner) = set_up(&reach).await;
        let asked = |zone: Option<&str>| AlertSettingsChange {
            settings: SettingsChange { time_zone: Some(zone.map(str::to_owned)), ..SettingsChange::default() },
            proof: password(),
            ..AlertSettingsChange::default()
        };
        let before = owner.alert_settings().await.expect("settings");
        assert_eq!((before.settings.time_zone, before.time_zone.as_str()), (None, "Europe/Lisbon"));
        let changed = owner.change_alert_settings(asked(Some("Europe/Riga"))).await.expect("changes");
        assert_eq!(changed.time_zone, "Europe/Riga");
        let refused = owner.change_alert_settings(asked(Some("Mars/Olympus_Mons"))).await;
        assert_eq!(code_of(refused), "invalid_input");
        assert_eq!(owner.alert_settings().await.expect("settings"), changed);
        let back = owner.change_alert_settings(asked(None)).await.expect("changes");
        assert_eq!((back.settings.time_zone, back.time_zone.as_str()), (None, "Europe/Lisbon"));
    }

    an_unfamiliar_device_makes_an_alert_whose_answer_signs_it_out(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("Somebody's TV").await;
        let open = AlertQuery { state: Some(AlertState::Open), ..AlertQuery::default() };
        let alerts = owner.alerts(open.clone()).await.expect("alerts").alerts;
        assert_eq!(alerts.len(), 1);
        let alert = &alerts[0];
        assert_eq!((alert.session_id, alert.verdict), (tv.session_id, Verdict::NewDevice));
        assert!(alert.signed_in);

        let not_me = AlertAnswer { answer: Answer::NotMe };
        let outcome = owner.answer_alert(alert.id, not_me).await.expect("answers");
        assert_eq!(outcome.effect, AnswerEffect::SignedOut);
        assert!(!outcome.alert.signed_in);
        assert_eq!(code_of(television.session().await), "session_ended");
        let again = owner.answer_alert(alert.id, not_me).await.expect("answers again");
        assert_eq!(again.effect, AnswerEffect::AlreadyAnswered);
        let me = owner.answer_alert(alert.id, AlertAnswer { answer: Answer::Me }).await.expect("thinks again");
        assert_eq!(me.effect, AnswerEffect::FamiliarButSignedOut);
        assert!(owner.alerts(open).await.expect("alerts").alerts.is_empty());
        assert_eq!(owner.alert(alert.id).await.expect("a card").device.id, tv.device_id);
    }

    an_alert_whose_session_ended_otherwise_says_so(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, _) = reach.sign_in("TV").await;
        let alert = owner.alerts(AlertQuery::default()).await.expect("alerts").alerts.remove(0);
        owner.sign_out_device(tv.device_id).await.expect("signs out");
        let outcome = owner.answer_alert(alert.id, AlertAnswer { answer: Answer::NotMe }).await.expect("answers");
        assert_eq!(outcome.effect, AnswerEffect::AlreadySignedOut);
    }

    changes_are_told_as_they_happen_until_the_session_ends(reach) {
        let (_, owner) = set_up(&reach).await;
        let (listener, listening) = reach.sign_in("Listener").await;
        // That a device was active is told once a second, whenever that falls: it may stand between any two.
        let is_activity = |event: &Event| matches!(event.kind, EventKind::DeviceChanged { .. });
        let events = listening.events().await.expect("events");
        let mut events = events.filter(|event| std::future::ready(!is_activity(event)));
        let (tv, _) = reach.sign_in("TV").await;
        let next = events.next().await.expect("an event").kind;
        assert_eq!(next, EventKind::SignedIn { device_id: tv.device_id, session_id: tv.session_id });
        assert!(matches!(events.next().await.expect("an event").kind, EventKind::AlertRaised { device_id, .. } if device_id == tv.device_id));
        owner.sign_out_device(listener.device_id).await.expect("signs out");
        assert_eq!(events.next().await.expect("an event").kind, EventKind::SessionEnded);
        assert!(events.next().await.is_none(), "a signed-out device goes on listening");
        assert_eq!(code_of(listening.events().await), "session_ended");
    }

    what_is_left_is_seen_skipped_and_taken_up_again(reach) {
        let (_, owner) = set_up(&reach).await;
        let state = |steps: &NextSteps, kind| {
            steps.steps.iter().find(|step| step.kind == kind).map(|step| step.state).expect("a step")
        };
        let before = owner.next_steps().await.expect("steps");
        assert!(before.steps.iter().all(|step| step.state == StepState::Open), "{before:?}");
        let skip = |skipped| StepSkip { step: StepKind::Phone, skipped };
        let skipped = owner.skip_step(skip(true)).await.expect("skips");
        assert_eq!(state(&skipped, StepKind::Phone), StepState::Skipped);
        assert_eq!(owner.next_steps().await.expect("steps"), skipped);
        assert_eq!(owner.skip_step(skip(false)).await.expect("takes up"), before);
        let (_, child) = reach.sign_in("TV").await;
        assert_eq!(state(&owner.next_steps().await.expect("steps"), StepKind::Tv), StepState::Works);
        let leo = owner.create_profile(NewProfile::of("Leo", ProfileKind::Kids)).await.expect("makes a profile").answer;
        child.choose_profile(ProfileChoice::of(leo.id)).await.expect("chooses");
        assert_eq!(code_of(child.next_steps().await), "kids_profile");
        assert_eq!(code_of(child.skip_step(skip(true)).await), "kids_profile");
    }

    a_fire_drill_is_begun_once_shown_and_ended(reach) {
        let (_, owner) = set_up(&reach).await;
        assert_eq!(owner.drill().await.expect("a drill").state, DrillState::Never);
        assert_eq!(code_of(owner.start_drill().await), "proof_required");
        let fresh = owner.prove(SessionProof { proof: password(), profile_id: None }).await.expect("proves");
        let owner = match fresh.token.as_deref() {
            Some(token) => reach.with(Some(token)),
            None => owner,
        };
        let begun = owner.start_drill().await.expect("begins");
        assert_eq!(begun.state, DrillState::Waiting);
        assert_eq!(code_of(owner.start_drill().await), "drill_under_way");
        owner.end_drill().await.expect("ends");
        support::eventually("nothing is left", async || {
            let drill = owner.drill().await.expect("a drill");
            let is_removed = drill.steps.iter().any(|step| step.kind == DrillStepKind::Removed);
            (drill.state == DrillState::Cancelled && is_removed).then_some(())
        })
        .await;
        owner.end_drill().await.expect("is over already");
        assert_eq!(owner.devices(DeviceQuery::default()).await.expect("devices").devices.len(), 1);
        let leo = owner.create_profile(NewProfile::of("Leo", ProfileKind::Kids)).await.expect("makes a profile").answer;
        let (_, child) = reach.sign_in("TV").await;
        child.choose_profile(ProfileChoice::of(leo.id)).await.expect("chooses");
        assert_eq!(code_of(child.start_drill().await), "kids_profile");
        assert_eq!(code_of(child.drill().await), "kids_profile");
        assert_eq!(code_of(child.end_drill().await), "kids_profile");
    }
}
